import type { ServiceId } from '@fermata/catalog'
import type { Instant } from '@fermata/ports'
import type { Location, Reason } from '@fermata/verdict'
import type { Order } from './order.ts'

/**
 * How a service stands. The upper half leads forward, the lower half back.
 *
 * ```
 * waiting -> applying -> settling <-> soaking -> promoted -> settling, when it wavers
 *                ^           ^-> holding: at each stage but the last
 *                '----------------'
 *        \-> settling (unchanged) -> healthy -> settling, when it wavers
 * any of them -> stopping -> recalled -> restoring -> recovering -> recovered -> removing -> undone
 * ```
 */
export type ServiceState =
  | { readonly at: 'waiting' }
  /** Its objects are being written. */
  | { readonly at: 'applying'; readonly since: Instant; readonly stage: number }
  /** Written, or unchanged, and not ready. Its time runs from `since`: its first command, or the first time that it wavered. */
  | { readonly at: 'settling'; readonly since: Instant; readonly wavered: boolean; readonly stage: number; readonly latest: Standing }
  /** A stage is ready since an instant, and must stay so. `judged`: what the last look at its metrics said. */
  | { readonly at: 'holding'; readonly since: Instant; readonly stage: number; readonly readySince: Instant; readonly judged: Judged; readonly looking: boolean }
  /** Ready since an instant; dependents wait until it has stayed so. */
  | { readonly at: 'soaking'; readonly since: Instant; readonly wavered: boolean; readonly readySince: Instant }
  /** Changed by this release, ready and soaked. `wavered`: since when its time runs again, if it was lost in between. */
  | { readonly at: 'promoted'; readonly wavered: Instant | undefined }
  /** Not changed by this release, and ready. */
  | { readonly at: 'healthy'; readonly wavered: Instant | undefined }
  /** Failed and left as it is: by policy, or because this release did not change it. */
  | { readonly at: 'failed'; readonly because: Reason }
  /** To be undone, but its objects are still being written. */
  | { readonly at: 'stopping'; readonly because: Reason }
  /** To be undone as soon as what depends on it has been written back. */
  | { readonly at: 'recalled'; readonly because: Reason }
  /** Its former objects are being written back. */
  | { readonly at: 'restoring'; readonly because: Reason }
  /** Written back, and not yet ready again. */
  | { readonly at: 'recovering'; readonly because: Reason; readonly since: Instant; readonly latest: Standing }
  /** Ready again as what it was; what the release created for it waits to be deleted. */
  | { readonly at: 'recovered'; readonly because: Reason }
  /** What the release created is being deleted. */
  | { readonly at: 'removing'; readonly because: Reason }
  | { readonly at: 'undone'; readonly because: Reason }
  /** Written back after a request to stop; nobody waited until it was ready, and what was created is still there. */
  | { readonly at: 'left'; readonly because: Reason }
  /** Never started. */
  | { readonly at: 'held'; readonly because: Reason }
  /** The way back failed too: a person is needed. */
  | { readonly at: 'stuck'; readonly because: Reason; readonly undoing: Reason }

export type StateName = ServiceState['at']

/** What the metrics of a new version say beside those of the old one. */
export type Judged =
  | { readonly is: 'nothing-yet' }
  | { readonly is: 'no-worse' }
  | { readonly is: 'worse'; readonly because: Reason }
  /** Too little, or no data: never a pass. */
  | { readonly is: 'unknown'; readonly because: Reason }

/** What a service lacked when it was last looked at. */
export interface Standing {
  readonly says: string
  readonly where?: Location
}

export interface ReleaseState {
  readonly order: Order
  readonly services: ReadonlyMap<ServiceId, ServiceState>
  /** Where a judgement stayed without an answer, and the policy is to go on. */
  readonly unjudged?: readonly Reason[]
  /** Whether services may still be started, and if not, why. */
  readonly course: { readonly is: 'forward' } | { readonly is: 'halted'; readonly because: Reason } | { readonly is: 'cancelled'; readonly because: Reason }
}

/** What was seen of a service. */
export type Health =
  | { readonly is: 'ready' }
  | { readonly is: 'progressing'; readonly standing: Standing }
  | { readonly is: 'failed'; readonly because: Reason }

export type ReleaseEvent =
  | { readonly is: 'started'; readonly at: Instant }
  | { readonly is: 'ticked'; readonly at: Instant }
  | { readonly is: 'cancelled'; readonly at: Instant }
  | { readonly is: 'applied'; readonly at: Instant; readonly service: ServiceId }
  | { readonly is: 'apply-failed'; readonly at: Instant; readonly service: ServiceId; readonly because: Reason }
  | { readonly is: 'assessed'; readonly at: Instant; readonly service: ServiceId; readonly health: Health }
  | { readonly is: 'judged'; readonly at: Instant; readonly service: ServiceId; readonly stage: number; readonly judged: Judged }
  | { readonly is: 'restored'; readonly at: Instant; readonly service: ServiceId }
  | { readonly is: 'restore-failed'; readonly at: Instant; readonly service: ServiceId; readonly because: Reason }
  | { readonly is: 'removed'; readonly at: Instant; readonly service: ServiceId }
  | { readonly is: 'remove-failed'; readonly at: Instant; readonly service: ServiceId; readonly because: Reason }

/** What the world is asked to do. Each is idempotent, and answered by exactly one event. */
export type Command =
  | { readonly do: 'apply'; readonly service: ServiceId; readonly stage: number }
  /** Waits for the next look at the metrics, and judges. */
  | { readonly do: 'look'; readonly service: ServiceId; readonly stage: number }
  | { readonly do: 'restore'; readonly service: ServiceId }
  | { readonly do: 'remove'; readonly service: ServiceId }

/** Nothing more will happen to a service in such a state, as long as others do not pull it along. */
const restingStates: ReadonlySet<StateName> = new Set(['promoted', 'healthy', 'failed', 'undone', 'left', 'held', 'stuck'])
/** The service takes up one of the places that `parallelism` gives. */
const busyStates: ReadonlySet<StateName> = new Set(['applying', 'settling', 'holding', 'soaking', 'stopping'])
/** Whether the service is ready matters in such a state. */
const watchedStates: ReadonlySet<StateName> = new Set(['settling', 'holding', 'soaking', 'promoted', 'healthy', 'recovering'])

export function isResting(state: ServiceState): boolean {
  return restingStates.has(state.at)
}

export function isBusy(state: ServiceState): boolean {
  return busyStates.has(state.at)
}

export function isWatched(state: ServiceState): boolean {
  return watchedStates.has(state.at)
}

/** Dependents may start. */
export function isGood(state: ServiceState): boolean {
  return state.at === 'promoted' || state.at === 'healthy'
}

/** A release has ended when no service will move any more by itself. */
export function hasEnded(release: ReleaseState): boolean {
  for (const state of release.services.values()) if (!isResting(state)) return false
  return true
}

export function stateOf(release: ReleaseState, service: ServiceId): ServiceState {
  const state = release.services.get(service)
  if (state === undefined) throw new RangeError(`The release has no service ${service}.`)
  return state
}
