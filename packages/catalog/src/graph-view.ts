import type { Graph, Schedule } from './graph-types.ts'
import type { ServiceId } from './model.ts'
import { schedule } from './schedule.ts'

export interface ViewEdge {
  readonly from: ServiceId
  readonly to: ServiceId
  /** Through services that are not shown. */
  readonly indirect: boolean
}

/** What every format shows, each in its own way. */
export interface GraphView {
  /** In the order of the waves. */
  readonly services: readonly ServiceId[]
  readonly edges: readonly ViewEdge[]
  readonly waves: readonly (readonly ServiceId[])[]
  readonly cycles: readonly (readonly ServiceId[])[]
  readonly schedule: Schedule
  /** How long the critical path takes. */
  readonly criticalLength: number
  readonly runners: number
  /** What the times of the schedule count. */
  readonly unit: 'step' | 'millisecond'
}

export interface ViewWish {
  readonly subset: readonly ServiceId[] | undefined
  readonly runners: number
  /** Milliseconds of some services, or nothing when no time is known. */
  readonly durations: ReadonlyMap<ServiceId, number> | undefined
}

export function viewGraph(graph: Graph, { subset, runners, durations }: ViewWish): GraphView {
  const waves = graph.waves(subset)
  const services = waves.flat()
  const shown = new Set(services)
  const usual = durations === undefined ? 1 : median([...durations.values()])
  const durationOf = (id: ServiceId): number => durations?.get(id) ?? usual
  const plan = schedule(graph, { durations: durationOf, runners, ...(subset !== undefined && { subset }) })
  return {
    services,
    edges: services.flatMap((from) => edgesOf(graph, from, shown)),
    waves,
    cycles: graph.cycles.filter((cycle) => cycle.some((id) => shown.has(id))),
    schedule: plan,
    criticalLength: plan.criticalPath.reduce((sum, id) => sum + durationOf(id), 0),
    runners,
    unit: durations === undefined ? 'step' : 'millisecond',
  }
}

/** What a service needs of those that are shown; the way to them leads through others only. */
function edgesOf(graph: Graph, from: ServiceId, shown: ReadonlySet<ServiceId>): readonly ViewEdge[] {
  const direct = graph.dependencies(from)
  const edges = direct.filter((id) => shown.has(id)).map((to) => ({ from, to, indirect: false }))
  const hidden = direct.filter((id) => !shown.has(id))
  const met = new Set([from, ...direct])
  for (const through of hidden) {
    for (const to of graph.dependencies(through)) {
      if (met.has(to)) continue
      met.add(to)
      if (shown.has(to)) edges.push({ from, to, indirect: true })
      else hidden.push(to)
    }
  }
  return edges
}

/** Of an even number of values the lower of the two in the middle. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? 1
}
