import type { ServiceId } from './model.ts'

/** Why a service is in a set that began with others: through whom, and how many edges away. */
export interface Reach {
  /** The neighbour on a shortest path towards the origin; undefined for an origin. */
  readonly via: ServiceId | undefined
  readonly origin: ServiceId
  readonly distance: number
}

/** Services and who needs whom. Immutable. All answers are in a stable order: the catalog's. */
export interface Graph {
  readonly ids: readonly ServiceId[]
  has(id: ServiceId): boolean
  /** What it needs, directly. */
  dependencies(id: ServiceId): readonly ServiceId[]
  /** Who needs it, directly. */
  dependents(id: ServiceId): readonly ServiceId[]
  /** The origins and everything that needs them, directly or not. */
  withDependents(origins: Iterable<ServiceId>): ReadonlyMap<ServiceId, Reach>
  /** The origins and everything that they need, directly or not. */
  withDependencies(origins: Iterable<ServiceId>): ReadonlyMap<ServiceId, Reach>
  /** Strongly connected units, dependencies first. A unit of several services is a cycle and goes out as one. */
  readonly units: readonly (readonly ServiceId[])[]
  /** For each unit that is a cycle, in the order of the units, a shortest way round through its first service: `a, b, c, a`. */
  readonly cycles: readonly (readonly ServiceId[])[]
  /** Levels of a subset (default: all) in deploy order. Order through services outside of the subset counts. */
  waves(subset?: Iterable<ServiceId>): readonly (readonly ServiceId[])[]
}

/** When each service of a subset would run. Durations in any one unit. */
export interface Schedule {
  readonly makespan: number
  /** max(critical path, work / runners): nothing can be faster. */
  readonly lowerBound: number
  readonly criticalPath: readonly ServiceId[]
  readonly starts: ReadonlyMap<ServiceId, number>
  /** How long a service may be late without delaying the end, with unlimited runners. */
  readonly slack: ReadonlyMap<ServiceId, number>
  /** Makespan if each wave waited for the one before to end. */
  readonly withBarriers: number
}
