import type { ServiceId } from '@fermata/catalog'
import type { Clock, Instant } from '@fermata/ports'
import { EnvironmentError, type Reason } from '@fermata/verdict'
import { cancelBudget, patienceOf, tick } from './defaults.ts'
import { advance } from './machine/advance.ts'
import { memberOf, stagesOf } from './machine/order.ts'
import { type Command, hasEnded, isWatched, type ReleaseEvent, type ReleaseState, type ServiceState } from './machine/state.ts'

/** What carries out commands and looks at the world. One for a cluster, one for the simulator. */
export interface Hands {
  /** Begins to carry out a command. Its outcome is one of the events that `next` gives. */
  begin(command: Command): void
  /**
   * What has happened: as soon as there is something, or after so many milliseconds a tick.
   * Every answer that was caused by a look at the world says how each of the watched services stands.
   * @throws EnvironmentError when the world cannot be seen any longer
   */
  next(watched: ReadonlySet<ServiceId>, withinMs: number): Promise<readonly ReleaseEvent[]>
}

/** Where the state of a release is kept. */
export interface Scribe {
  /** Resolves when it is kept. Rejects with an EnvironmentError when it cannot be. */
  note(release: ReleaseState): Promise<void>
}

export interface Drive {
  readonly hands: Hands
  readonly scribe: Scribe
  readonly clock: Clock
  /** Told of every change of state, after it has been noted. */
  readonly told: (id: ServiceId, state: ServiceState, at: Instant) => void
  readonly signal: AbortSignal
}

export interface Outcome {
  readonly release: ReleaseState
  /** Why the release was left before it ended: the cluster or the journal was lost. */
  readonly trouble: Reason | undefined
}

/**
 * Carries a release on until no service moves any more, or until the time after a request to stop is over.
 * The journal is written before the commands of a state are begun, so a run that is killed at any point left a note of what it may have done.
 */
export async function drive(begun: ReleaseState, world: Drive): Promise<Outcome> {
  let release = begun
  let stopBy = Number.POSITIVE_INFINITY
  let events: readonly ReleaseEvent[] = [{ is: 'started', at: world.clock.now() }]
  try {
    for (;;) {
      if (world.signal.aborted && stopBy === Number.POSITIVE_INFINITY) {
        stopBy = world.clock.now() + cancelBudget
        events = [...events, { is: 'cancelled', at: world.clock.now() }]
      }
      const [next, commands] = advance(release, events)
      const before = release
      release = next
      if (differs(before, release)) await world.scribe.note(release)
      tell(before, release, world)
      for (const command of commands) world.hands.begin(command)
      const now = world.clock.now()
      if (hasEnded(release) || now >= stopBy) return { release, trouble: undefined }
      events = await world.hands.next(watchedIn(release), Math.max(0, Math.min(untilDue(release, now), stopBy - now)))
    }
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    return { release, trouble: error.reason }
  }
}

/** Other words for the same standing are no news; another state is. */
function differs(before: ReleaseState, after: ReleaseState): boolean {
  if (before.course.is !== after.course.is) return true
  for (const [id, state] of after.services) if (before.services.get(id)?.at !== state.at) return true
  return false
}

function tell(before: ReleaseState, after: ReleaseState, { told, clock }: Drive): void {
  const at = clock.now()
  for (const [id, state] of after.services) if (before.services.get(id)?.at !== state.at) told(id, state, at)
}

export function watchedIn(release: ReleaseState): ReadonlySet<ServiceId> {
  const watched = new Set<ServiceId>()
  for (const [id, state] of release.services) if (isWatched(state)) watched.add(id)
  return watched
}

/** Milliseconds until time alone decides something, at most a tick. */
function untilDue(release: ReleaseState, now: Instant): number {
  let due = now + tick
  for (const [id, state] of release.services) {
    const member = memberOf(release.order, id)
    const { soak, timeout } = member
    if (state.at === 'holding') {
      const { hold, analyse } = stagesOf(member)[state.stage] ?? { hold: 0, analyse: false }
      const over = state.readySince + hold
      // What is past has not been enough: something else is waited for.
      due = Math.min(due, ...[over, analyse ? over + patienceOf(hold) : over].filter((instant) => instant > now))
    }
    if (state.at === 'soaking') due = Math.min(due, state.readySince + soak)
    if (state.at === 'soaking' || state.at === 'settling' || state.at === 'recovering') due = Math.min(due, state.since + timeout)
  }
  return Math.max(0, due - now)
}
