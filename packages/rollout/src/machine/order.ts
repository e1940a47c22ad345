import type { Graph, ServiceId } from '@fermata/catalog'
import { expectedCheck, expectedSettling } from '../defaults.ts'
import { rollingStages, type Stage } from './stage.ts'

export type OnFailure = 'rollback' | 'isolate' | 'halt'

/** What the machine must know of a service: nothing of its objects. */
export interface Part {
  readonly id: ServiceId
  /** False for a service that is only looked at. */
  readonly changes: boolean
  /** Whether the release makes objects for it that were not there: its undoing deletes them. */
  readonly creates: boolean
  /** Milliseconds from its first command until it must have soaked. */
  readonly timeout: number
  /** Milliseconds that it must stay ready before its dependents start. */
  readonly soak: number
  /** Its way forward. Default: a rolling update. */
  readonly stages?: readonly Stage[]
}

export interface Member extends Part {
  /** The services of its cycle, itself included; most are alone. They start together. */
  readonly unit: readonly ServiceId[]
  /** What must be ready before the unit starts: for each dependency its whole unit. */
  readonly needs: readonly ServiceId[]
  /** Everything that needs the unit, directly or not, without the unit. */
  readonly above: readonly ServiceId[]
  /** The longest way from its start to the end of the release in expected milliseconds: who has the longest goes first. */
  readonly rank: number
}

/** The order of a release and its policies. Immutable. */
export interface Order {
  /** In catalog order. */
  readonly members: ReadonlyMap<ServiceId, Member>
  /** Units, dependencies first. */
  readonly units: readonly (readonly ServiceId[])[]
  readonly parallelism: number
  readonly onFailure: OnFailure
  /** What follows when a judgement stays without an answer: `go-on` goes on with it. Default: it counts as a failure. */
  readonly onInconclusive?: 'fail' | 'go-on'
}

/**
 * @param graph the services of the release and no others
 * @param parts one for each service of the graph
 * Ranks are bottom levels of the condensed graph, as in list scheduling by longest path (Graham 1969).
 */
export function orderOf(graph: Graph, parts: ReadonlyMap<ServiceId, Part>, policies: Pick<Order, 'parallelism' | 'onFailure' | 'onInconclusive'>): Order {
  const unitOf = new Map<ServiceId, readonly ServiceId[]>()
  for (const unit of graph.units) for (const id of unit) unitOf.set(id, unit)
  const unitAt = (id: ServiceId): readonly ServiceId[] => unitOf.get(id) as readonly ServiceId[]
  const outside = (unit: readonly ServiceId[], ids: Iterable<ServiceId>): readonly ServiceId[] => [...new Set([...ids].flatMap(unitAt))].filter((id) => !unit.includes(id))

  const ranks = new Map<readonly ServiceId[], number>()
  for (const unit of graph.units.toReversed()) {
    const behind = outside(unit, unit.flatMap((id) => graph.dependents(id))).map((id) => ranks.get(unitAt(id)) as number)
    ranks.set(unit, Math.max(...unit.map((id) => expected(parts.get(id) as Part))) + Math.max(0, ...behind))
  }
  const members = graph.ids.map((id): [ServiceId, Member] => {
    const unit = unitAt(id)
    const needs = outside(unit, unit.flatMap((one) => graph.dependencies(one)))
    const above = outside(unit, graph.withDependents(unit).keys())
    return [id, { ...(parts.get(id) as Part), unit, needs, above, rank: ranks.get(unit) as number }]
  })
  return { members: new Map(members), units: graph.units, ...policies }
}

/** How long a service is expected to take, in milliseconds. */
export function expected(part: Part): number {
  return part.changes ? stagesOf(part).reduce((sum, { hold }) => sum + expectedSettling + hold, part.soak) : expectedCheck
}

export function stagesOf({ stages }: Part): readonly Stage[] {
  return stages ?? rollingStages
}

export function memberOf(order: Order, id: ServiceId): Member {
  const member = order.members.get(id)
  if (member === undefined) throw new RangeError(`The release has no service ${id}.`)
  return member
}
