import type { Graph, Schedule } from './graph-types.ts'
import type { ServiceId } from './model.ts'
import { priorityQueue } from './priority-queue.ts'

/** What is to be scheduled, and on what. */
export interface ScheduleWish {
  /** How long a service takes, in any one unit; finite and not negative. */
  readonly durations: (id: ServiceId) => number
  /** How many services can be worked on at a time: a whole number from 1. */
  readonly runners: number
  /** Default: all services of the graph. */
  readonly subset?: Iterable<ServiceId>
}

/**
 * When each service would start if it began as soon as its own dependencies are done and a runner is free.
 *
 * List scheduling by longest path (Graham, SIAM J. Appl. Math. 17, 1969, 416-429): of the services that could start, the one with the
 * longest way to the end goes first. The result is at most `work / runners + (1 - 1 / runners) * criticalPath`, hence less than twice the optimum.
 *
 * A cycle is one job on one runner, which takes its services one after the other in catalog order; its duration is their sum.
 * A service outside of the subset takes neither time nor a runner, but order through it counts.
 * @throws RangeError for durations and runners that are none, and for a service that the graph does not have
 */
export function schedule(graph: Graph, wish: ScheduleWish): Schedule {
  if (!Number.isSafeInteger(wish.runners) || wish.runners < 1) throw new RangeError(`A schedule needs a whole number of runners from 1, and got ${wish.runners}.`)
  const subset = wish.subset === undefined ? undefined : [...wish.subset]
  const plan = planJobs(graph, wish.durations, subset)
  const earliest = earliestStarts(plan)
  const tails = longestTails(plan)
  const last = lastToEnd(plan, earliest)
  const criticalLength = last === undefined ? 0 : endOf(plan, earliest, last)
  const starts = listStarts(plan, tails, wish.runners)
  const makespan = plan.jobs.reduce((end, job, index) => Math.max(end, (starts[index] as number) + job.duration), 0)
  const work = plan.jobs.reduce((sum, job) => sum + job.duration, 0)

  return {
    makespan,
    // The minimum is against rounding alone: the same durations, added up in two orders, can differ in their last digit.
    lowerBound: Math.min(makespan, Math.max(criticalLength, work / wish.runners)),
    criticalPath: criticalPath(plan, earliest, last),
    starts: serviceStarts(plan, starts, wish.durations),
    slack: perService(plan, (job) => Math.max(0, criticalLength - (earliest[job] as number) - (tails[job] as number))),
    withBarriers: graph.waves(subset).reduce((sum, wave) => sum + waveLength(wave, plan, wish.runners), 0),
  }
}

/** A unit of the graph. Without services it lies outside of the subset and only carries order. */
interface Job {
  readonly services: readonly ServiceId[]
  readonly duration: number
  readonly needs: readonly number[]
  readonly neededBy: readonly number[]
}

interface JobPlan {
  /** Every job stands behind all that it needs. */
  readonly jobs: readonly Job[]
  readonly jobOf: ReadonlyMap<ServiceId, number>
  /** Of the subset, in catalog order. */
  readonly services: readonly ServiceId[]
}

function planJobs(graph: Graph, durations: ScheduleWish['durations'], subset: readonly ServiceId[] | undefined): JobPlan {
  const chosen = new Set(subset ?? graph.ids)
  for (const id of chosen) if (!graph.has(id)) throw new RangeError(`The graph has no service ${JSON.stringify(id)}.`)
  const jobOf = new Map<ServiceId, number>()
  graph.units.forEach((unit, index) => unit.forEach((id) => jobOf.set(id, index)))

  const neededBy: number[][] = graph.units.map(() => [])
  const jobs = graph.units.map((unit, index) => {
    const needs = neededUnits(graph, unit, jobOf)
    for (const other of needs) neededBy[other]?.push(index)
    const services = unit.filter((id) => chosen.has(id))
    return { services, duration: services.reduce((sum, id) => sum + checkedDuration(id, durations(id)), 0), needs, neededBy: neededBy[index] as readonly number[] }
  })
  return { jobs, jobOf, services: graph.ids.filter((id) => chosen.has(id)) }
}

/** Other units than itself, each once. */
function neededUnits(graph: Graph, unit: readonly ServiceId[], jobOf: ReadonlyMap<ServiceId, number>): readonly number[] {
  const own = jobOf.get(unit[0] as ServiceId)
  const all = unit.flatMap((id) => graph.dependencies(id)).map((id) => jobOf.get(id) as number)
  return [...new Set(all)].filter((other) => other !== own)
}

function checkedDuration(id: ServiceId, duration: number): number {
  if (!Number.isFinite(duration) || duration < 0) throw new RangeError(`Service ${id} cannot take ${duration}: a duration is finite and not negative.`)
  return duration
}

function endOf({ jobs }: JobPlan, starts: Float64Array, index: number): number {
  return (starts[index] as number) + (jobs[index] as Job).duration
}

/** With unlimited runners (critical path method, Kelley and Walker 1959, forward pass). */
function earliestStarts(plan: JobPlan): Float64Array {
  const earliest = new Float64Array(plan.jobs.length)
  plan.jobs.forEach((job, index) => (earliest[index] = job.needs.reduce((latest, needed) => Math.max(latest, endOf(plan, earliest, needed)), 0)))
  return earliest
}

/** The longest way from the start of each job to the end of all (backward pass). */
function longestTails({ jobs }: JobPlan): Float64Array {
  const tails = new Float64Array(jobs.length)
  for (let index = jobs.length - 1; index >= 0; index--) {
    const { duration, neededBy } = jobs[index] as Job
    tails[index] = duration + neededBy.reduce((longest, other) => Math.max(longest, tails[other] as number), 0)
  }
  return tails
}

function lastToEnd(plan: JobPlan, starts: Float64Array): number | undefined {
  let last: number | undefined
  for (const [index, job] of plan.jobs.entries()) {
    if (job.services.length > 0 && (last === undefined || endOf(plan, starts, index) > endOf(plan, starts, last))) last = index
  }
  return last
}

/** Back from the job that ends last, each time to one whose end is exactly when the later one could begin. */
function criticalPath(plan: JobPlan, earliest: Float64Array, last: number | undefined): readonly ServiceId[] {
  const path: number[] = []
  for (let index = last; index !== undefined; ) {
    path.push(index)
    const begins = earliest[index]
    index = plan.jobs[index]?.needs.find((needed) => endOf(plan, earliest, needed) === begins)
  }
  return path.toReversed().flatMap((index) => plan.jobs[index]?.services ?? [])
}

/** The start of every job on so many runners. */
function listStarts(plan: JobPlan, tails: Float64Array, runners: number): Float64Array {
  const { jobs } = plan
  const starts = new Float64Array(jobs.length)
  const waitsFor = Int32Array.from(jobs, (job) => job.needs.length)
  const ready = priorityQueue<number>((a, b) => (tails[a] === tails[b] ? a < b : (tails[a] as number) > (tails[b] as number)))
  const running = priorityQueue<number>((a, b) => endOf(plan, starts, a) < endOf(plan, starts, b))
  let now = 0

  const admit = (met: number[]): void => {
    for (let index = met.pop(); index !== undefined; index = met.pop()) {
      starts[index] = now
      if ((jobs[index] as Job).services.length > 0) ready.push(index)
      else release(index, met)
    }
  }
  const release = (done: number, met: number[]): void => {
    for (const other of (jobs[done] as Job).neededBy) {
      const left = (waitsFor[other] as number) - 1
      waitsFor[other] = left
      if (left === 0) met.push(other)
    }
  }

  admit([...jobs.keys()].filter((index) => waitsFor[index] === 0))
  for (;;) {
    while (running.size() < runners && ready.size() > 0) {
      const index = ready.pop() as number
      starts[index] = now
      running.push(index)
    }
    const next = running.peek()
    if (next === undefined) return starts
    now = endOf(plan, starts, next)
    const met: number[] = []
    for (let done = running.peek(); done !== undefined && endOf(plan, starts, done) === now; done = running.peek()) {
      running.pop()
      release(done, met)
    }
    admit(met)
  }
}

/** How long one wave takes on its own: longest job first, each to the runner that is free first (Graham 1969, LPT). */
function waveLength(wave: readonly ServiceId[], { jobs, jobOf }: JobPlan, runners: number): number {
  const together = new Set(wave.map((id) => jobOf.get(id) as number))
  const durations = Array.from(together, (index) => (jobs[index] as Job).duration).sort((a, b) => b - a)
  const busyUntil = priorityQueue<number>((a, b) => a < b)
  let end = 0
  for (const duration of durations) {
    const until = (busyUntil.size() < runners ? 0 : (busyUntil.pop() as number)) + duration
    busyUntil.push(until)
    end = Math.max(end, until)
  }
  return end
}

function perService<T>({ services, jobOf }: JobPlan, valueOf: (job: number) => T): Map<ServiceId, T> {
  return new Map(services.map((id) => [id, valueOf(jobOf.get(id) as number)]))
}

/** The services of a cycle follow each other on its runner. */
function serviceStarts(plan: JobPlan, starts: Float64Array, durations: ScheduleWish['durations']): ReadonlyMap<ServiceId, number> {
  const byService = perService(plan, (job) => starts[job] as number)
  for (const { services } of plan.jobs) {
    let start = byService.get(services[0] as ServiceId) ?? 0
    for (const id of services) {
      byService.set(id, start)
      start += durations(id)
    }
  }
  return byService
}
