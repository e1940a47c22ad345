import type { ServiceId } from '@fermata/catalog'
import type { Instant } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { decide } from './decide.ts'
import { memberOf, type Order, stagesOf } from './order.ts'
import { judge, type Moved } from './stages.ts'
import { type Command, type Health, type ReleaseEvent, type ReleaseState, type ServiceState, isBusy, stateOf } from './state.ts'

/** A release in which nothing has happened yet. */
export function beginRelease(order: Order): ReleaseState {
  return { order, course: { is: 'forward' }, services: new Map(Array.from(order.members.keys(), (id) => [id, { at: 'waiting' }])) }
}

/**
 * A release whose changed services are all to be undone.
 * @param touched the services that the release has written, wholly or in part
 */
export function beginUndo(order: Order, touched: ReadonlySet<ServiceId>, why: (id: ServiceId) => Reason): ReleaseState {
  const services = Array.from(order.members.keys(), (id): [ServiceId, ServiceState] => [id, touched.has(id) ? { at: 'recalled', because: why(id) } : { at: 'held', because: why(id) }])
  return { order, course: { is: 'forward' }, services: new Map(services) }
}

/**
 * What becomes of a release by what has happened, and what must be done next. Pure: the same state and events give the same answer.
 * All events are heard before anything is decided, so nothing is begun that the same look at the world forbids.
 * An event that no longer matters (a service was recalled in the meantime) changes nothing.
 * @param events in the order in which they happened; at least one
 */
export function advance(release: ReleaseState, events: readonly ReleaseEvent[]): readonly [ReleaseState, readonly Command[]] {
  const heard = events.reduce(react, release)
  const now = Math.max(...events.map(({ at }) => at))
  const [moved, further] = nextStages(overdue(heard, now), now)
  const [decided, commands] = decide(moved, now)
  return [decided, [...further, ...commands]]
}

function react(release: ReleaseState, event: ReleaseEvent): ReleaseState {
  switch (event.is) {
    case 'started':
    case 'ticked':
      return release
    case 'cancelled':
      return cancel(release)
    case 'applied':
    case 'apply-failed':
      return afterApply(release, event)
    case 'assessed':
      return assess(release, event.service, event.health, event.at)
    case 'judged': {
      const state = stateOf(release, event.service)
      if (state.at !== 'holding' || state.stage !== event.stage) return release
      return event.judged.is === 'worse' ? fail(release, event.service, event.judged.because) : put(release, event.service, { ...state, judged: event.judged, looking: false })
    }
    case 'restored':
      return enter(release, event.service, 'restoring', ({ because: why }) =>
        release.course.is === 'cancelled' ? { at: 'left', because: why } : { at: 'recovering', because: why, since: event.at, latest: { says: 'its former version has been written back' } })
    case 'removed':
      return enter(release, event.service, 'removing', ({ because: why }) => ({ at: 'undone', because: why }))
    case 'restore-failed':
      return enter(release, event.service, 'restoring', ({ because: why }) => ({ at: 'stuck', because: event.because, undoing: why }))
    case 'remove-failed':
      return enter(release, event.service, 'removing', ({ because: why }) => ({ at: 'stuck', because: event.because, undoing: why }))
  }
}

type In<Name extends ServiceState['at']> = Extract<ServiceState, { readonly at: Name }>

/** Moves a service on, if it is still where the event left it. */
function enter<Name extends ServiceState['at']>(release: ReleaseState, id: ServiceId, from: Name, next: (state: In<Name>) => ServiceState): ReleaseState {
  const state = stateOf(release, id)
  return state.at === from ? put(release, id, next(state as In<Name>)) : release
}

function put(release: ReleaseState, id: ServiceId, state: ServiceState): ReleaseState {
  return { ...release, services: new Map(release.services).set(id, state) }
}

function afterApply(release: ReleaseState, event: Extract<ReleaseEvent, { readonly is: 'applied' | 'apply-failed' }>): ReleaseState {
  const state = stateOf(release, event.service)
  if (state.at === 'stopping') return put(release, event.service, { at: 'recalled', because: state.because })
  if (state.at !== 'applying') return release
  const written = put(release, event.service, { at: 'settling', since: state.since, wavered: false, stage: state.stage, latest: { says: 'its objects have just been written' } })
  return event.is === 'applied' ? written : fail(written, event.service, event.because)
}

function assess(release: ReleaseState, id: ServiceId, health: Health, at: Instant): ReleaseState {
  const state = stateOf(release, id)
  const member = memberOf(release.order, id)
  const { changes, creates, soak } = member
  const last = stagesOf(member).length - 1
  switch (state.at) {
    case 'settling':
      if (health.is === 'failed') return fail(release, id, health.because)
      if (health.is === 'progressing') return health.standing.says === state.latest.says ? release : put(release, id, { ...state, latest: health.standing })
      if (changes && state.stage < last) return put(release, id, { at: 'holding', since: state.since, stage: state.stage, readySince: at, judged: { is: 'nothing-yet' }, looking: false })
      return put(release, id, changes && soak > 0 ? { at: 'soaking', since: state.since, wavered: state.wavered, readySince: at } : arrived(state, changes))
    case 'holding':
      if (health.is === 'failed') return fail(release, id, health.because)
      return health.is === 'ready' ? release : put(release, id, { at: 'settling', since: at - (state.readySince - state.since), wavered: false, stage: state.stage, latest: health.standing })
    case 'soaking':
      if (health.is === 'failed') return fail(release, id, health.because)
      if (health.is === 'progressing') return put(release, id, { at: 'settling', since: state.since, wavered: state.wavered, stage: last, latest: health.standing })
      return at - state.readySince >= soak ? put(release, id, arrived(state, changes)) : release
    case 'promoted':
    case 'healthy':
      if (health.is === 'failed') return fail(release, id, health.because)
      return health.is === 'ready' ? release : put(release, id, { at: 'settling', since: state.wavered ?? at, wavered: true, stage: last, latest: health.standing })
    case 'recovering':
      if (health.is === 'failed') return put(release, id, { at: 'stuck', because: unready(id, health.because.message, health.because), undoing: state.because })
      if (health.is === 'progressing') return put(release, id, { ...state, latest: health.standing })
      return put(release, id, { at: creates ? 'recovered' : 'undone', because: state.because })
    default:
      return release
  }
}

/** The end of the way forward. A service that wavers again has no new time: `since` stays, so wavering comes to an end. */
function arrived({ since, wavered }: In<'settling' | 'soaking'>, changes: boolean): ServiceState {
  return { at: changes ? 'promoted' : 'healthy', wavered: wavered ? since : undefined }
}

/**
 * What a failure means for the service and for those already started that need it.
 * - rollback: the service, its cycle, and every changed service that needs it are undone; others go on.
 * - isolate: the service and its cycle are undone, since a cycle is one; others go on.
 * - halt: nothing is undone and nothing more is started.
 * A service that the release did not change is not ours to undo. Who was not started yet is held when its turn would come.
 */
function fail(release: ReleaseState, id: ServiceId, why: Reason): ReleaseState {
  const { order } = release
  const member = memberOf(order, id)
  if (order.onFailure === 'halt') {
    const course = release.course.is === 'forward' ? { is: 'halted', because: why } as const : release.course
    return { ...put(release, id, { at: 'failed', because: why }), course }
  }
  const services = new Map(release.services)
  const pulled = order.onFailure === 'rollback' ? [...member.unit, ...member.above] : member.unit
  for (const other of pulled) {
    const recalled = recall(stateOf(release, other), other === id ? why : undoneWith(other, id, why))
    if (recalled !== undefined && memberOf(order, other).changes) services.set(other, recalled)
  }
  if (!member.changes) services.set(id, { at: 'failed', because: why })
  return { ...release, services }
}

/** The first step back of a service that was started, or nothing for one that is not on its way forward. */
function recall(state: ServiceState, why: Reason): ServiceState | undefined {
  switch (state.at) {
    case 'applying':
      return { at: 'stopping', because: why }
    case 'settling':
    case 'holding':
    case 'soaking':
    case 'promoted':
      return { at: 'recalled', because: why }
    default:
      return undefined
  }
}

/**
 * Somebody asked us to stop. What was in flight is written back; what was promoted is ready and stays;
 * what was being undone is written back still, and nobody waits for it.
 */
function cancel(release: ReleaseState): ReleaseState {
  if (release.course.is === 'cancelled') return release
  const services = new Map(release.services)
  for (const [id, state] of release.services) {
    const next = cancelled(state, because('FM-DEPLOY-CANCELLED', { says: `The run was asked to stop before ${id} was released.`, service: id, severity: 'note' }), memberOf(release.order, id).changes)
    if (next !== undefined) services.set(id, next)
  }
  return { ...release, services, course: { is: 'cancelled', because: because('FM-DEPLOY-CANCELLED', { says: 'The run was asked to stop.' }) } }
}

function cancelled(state: ServiceState, why: Reason, changes: boolean): ServiceState | undefined {
  if (state.at === 'waiting' || (state.at === 'settling' && !changes)) return { at: 'held', because: why }
  if (state.at === 'recovering' || state.at === 'recovered') return { at: 'left', because: state.because }
  return state.at === 'promoted' ? undefined : recall(state, why)
}

/** Stages that are over by what was heard: the next one begins, or the judgement that never came counts as the policy says. */
function nextStages(release: ReleaseState, now: Instant): readonly [ReleaseState, readonly Command[]] {
  let next = release
  const commands: Command[] = []
  for (const [id, state] of release.services) {
    if (state.at !== 'holding' || stateOf(next, id) !== state) continue
    // While something that it needs has wavered, a new version gets no larger share.
    if (memberOf(release.order, id).needs.some((need) => isBusy(stateOf(next, need)))) continue
    const moved: Moved = judge(id, state, memberOf(release.order, id), release.order, now)
    if (moved.is === 'failed') next = fail(next, id, moved.because)
    else {
      next = put(next, id, moved.state)
      if (moved.unjudged !== undefined) next = { ...next, unjudged: [...(next.unjudged ?? []), moved.unjudged] }
      commands.push(...moved.commands)
    }
  }
  return [next, commands]
}

/** Services whose time is over. */
function overdue(release: ReleaseState, now: Instant): ReleaseState {
  let next = release
  for (const [id, state] of release.services) {
    if (state.at !== 'settling' && state.at !== 'soaking' && state.at !== 'recovering') continue
    const { timeout, changes } = memberOf(release.order, id)
    if (now - state.since < timeout || stateOf(next, id) !== state) continue
    const lacks = state.at === 'soaking' ? { says: 'it was ready, but has not stayed so long enough' } : state.latest
    const text = { says: `${id} is not ready after ${timeout / 1000} s: ${lacks.says}.`, where: lacks.where, service: id }
    if (state.at === 'recovering') next = put(next, id, { at: 'stuck', because: because('FM-DEPLOY-UNDO-UNREADY', text), undoing: state.because })
    else next = fail(next, id, because(changes ? 'FM-DEPLOY-NOT-READY' : 'FM-DEPLOY-DEPENDENCY-UNHEALTHY', text))
  }
  return next
}

function undoneWith(id: ServiceId, failed: ServiceId, why: Reason): Reason {
  return because('FM-DEPLOY-UNDONE-WITH', { says: `${id} was undone because it needs ${failed}, which failed (${why.code}).`, service: id })
}

function unready(id: ServiceId, says: string, cause: Reason): Reason {
  return because('FM-DEPLOY-UNDO-UNREADY', { says: `${id} was written back, but its former version fails too: ${says}`, service: id, where: cause.location, ...(cause.evidence && { evidence: cause.evidence }) })
}
