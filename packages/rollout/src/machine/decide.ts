import type { ServiceId } from '@fermata/catalog'
import type { Instant } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { memberOf, type Member } from './order.ts'
import { type Command, isBusy, isGood, type ReleaseState, type ServiceState, type StateName } from './state.ts'

/** Not yet written back, so what it depends on must wait with its own way back. */
const stillToBeRestored: ReadonlySet<StateName> = new Set(['stopping', 'recalled', 'restoring'])
/** States in which a service waits for a decision. */
const isOpen: ReadonlySet<StateName> = new Set(['waiting', 'recalled', 'recovered'])
/** On its way, forward or back: what the release created may still be needed, and it will become clear whether it is. */
const undecided: ReadonlySet<StateName> = new Set([...stillToBeRestored, 'applying', 'settling', 'holding', 'soaking', 'recovering', 'removing'])
/** Stays on the new version, so what it needs of the new version must stay too. */
const staysNew: ReadonlySet<StateName> = new Set(['promoted', 'failed', 'stuck', 'left'])

/**
 * What can be begun now. In this order: hold what can no longer start, write back, delete, start.
 * After a halt or a request to stop everything that had not started is held, so nothing starts.
 * Everything that may begin begins, so a decision that is asked for again has nothing to add.
 */
export function decide(release: ReleaseState, now: Instant): readonly [ReleaseState, readonly Command[]] {
  // Everybody is on the way or at the end: there is nothing to decide.
  if (!Array.from(release.services.values()).some((state) => isOpen.has(state.at))) return [release, []]
  const services = new Map(release.services)
  const commands: Command[] = []
  holdWhatCannotStart(release, services)
  for (const [id, state] of services) {
    if (state.at === 'recalled' && mayRestore(release, services, id)) {
      services.set(id, { at: 'restoring', because: state.because })
      commands.push({ do: 'restore', service: id })
    }
  }
  commands.push(...removals(release, services))
  commands.push(...starts(release, services, now))
  return [{ ...release, services }, commands]
}

type Services = Map<ServiceId, ServiceState>

function at(services: Services, id: ServiceId): ServiceState {
  return services.get(id) as ServiceState
}

/**
 * Dependencies first, so that one pass carries a hold from a failed service to everything above it:
 * also through a service that is itself healthy, since what is above it may need the new version of what is below.
 */
function holdWhatCannotStart({ order, course }: ReleaseState, services: Services): void {
  const fine = course.is !== 'halted' && !Array.from(services.values()).some(neverComes)
  if (fine) return
  const lost = new Map<ServiceId, ServiceId>()
  for (const unit of order.units) {
    const { needs } = memberOf(order, unit[0] as ServiceId)
    const culprit = [...unit, ...needs].find((id) => neverComes(at(services, id))) ?? needs.map((id) => lost.get(id)).find((id) => id !== undefined)
    if (culprit !== undefined) for (const id of unit) lost.set(id, culprit)
    for (const id of unit) {
      if (at(services, id).at !== 'waiting') continue
      if (course.is === 'halted') services.set(id, { at: 'held', because: halted(id, course.because) })
      else if (culprit !== undefined) services.set(id, { at: 'held', because: held(id, culprit, at(services, culprit)) })
    }
  }
}

function halted(id: ServiceId, cause: Reason): Reason {
  return because('FM-DEPLOY-HALTED', { says: `${id} was not started because ${cause.service ?? 'another service'} failed (${cause.code}).`, service: id })
}

function neverComes(state: ServiceState): boolean {
  switch (state.at) {
    case 'waiting':
    case 'applying':
    case 'settling':
    case 'holding':
    case 'soaking':
    case 'promoted':
    case 'healthy':
      return false
    default:
      return true
  }
}

function held(id: ServiceId, missing: ServiceId, state: ServiceState): Reason {
  const why = 'because' in state ? ` (${state.because.code})` : ''
  return because('FM-DEPLOY-HELD', { says: `${id} was not started because it needs ${missing}, which ${state.at === 'held' ? 'was not started either' : 'failed or was undone'}${why}.`, service: id })
}

/**
 * Reverse dependency order: a service is written back after everything that needs it has been.
 * Only the writing is waited for, not that the other is ready again: its readiness may itself need this service.
 */
function mayRestore({ order }: ReleaseState, services: Services, id: ServiceId): boolean {
  return memberOf(order, id).above.every((other) => !stillToBeRestored.has(at(services, other).at))
}

/**
 * What was created is deleted when the former version is ready again, and nobody who may use it is still on the way.
 * It is kept where one of those stays on the new version.
 */
function removals({ order }: ReleaseState, services: Services): readonly Command[] {
  const commands: Command[] = []
  for (const id of order.units.toReversed().flat()) {
    const state = at(services, id)
    if (state.at !== 'recovered') continue
    const { above, unit } = memberOf(order, id)
    const users = [...above, ...unit].filter((other) => other !== id && memberOf(order, other).changes)
    const stays = users.find((other) => staysNew.has(at(services, other).at))
    if (stays !== undefined) services.set(id, { at: 'stuck', because: kept(id, stays, at(services, stays)), undoing: state.because })
    else if (users.every((other) => !undecided.has(at(services, other).at))) {
      services.set(id, { at: 'removing', because: state.because })
      commands.push({ do: 'remove', service: id })
    }
  }
  return commands
}

function kept(id: ServiceId, user: ServiceId, state: ServiceState): Reason {
  return because('FM-DEPLOY-KEPT', { says: `${id} is what it was, but what the release created for it is kept: ${user} needs it and is ${state.at}.`, service: id })
}

/** Units whose needs are met, longest way to the end first, as many as there are places. A unit that is larger than all places goes alone. */
function starts({ order }: ReleaseState, services: Services, now: Instant): readonly Command[] {
  const commands: Command[] = []
  let busy = 0
  for (const [id, state] of services) if (isBusy(state) && memberOf(order, id).changes) busy += 1
  for (const unit of startable(order.units, order.members, services)) {
    const places = unit.filter((id) => memberOf(order, id).changes).length
    if (places > 0 && busy > 0 && busy + places > order.parallelism) continue
    busy += places
    for (const id of unit) {
      if (memberOf(order, id).changes) {
        services.set(id, { at: 'applying', since: now, stage: 0 })
        commands.push({ do: 'apply', service: id, stage: 0 })
      } else services.set(id, { at: 'settling', since: now, wavered: false, stage: 0, latest: { says: 'it has not been looked at yet' } })
    }
  }
  return commands
}

/** The members that wait. A release that was resumed may find some of a cycle out already: the others follow them. */
function startable(units: readonly (readonly ServiceId[])[], members: ReadonlyMap<ServiceId, Member>, services: Services): readonly (readonly ServiceId[])[] {
  const first = (unit: readonly ServiceId[]): Member => members.get(unit[0] as ServiceId) as Member
  const waits = (id: ServiceId): boolean => at(services, id).at === 'waiting'
  return units
    .filter((unit) => unit.every((id) => waits(id) || isGood(at(services, id))))
    .map((unit) => unit.filter(waits))
    .filter((unit) => unit.length > 0 && first(unit).needs.every((id) => isGood(at(services, id))))
    .toSorted((a, b) => first(b).rank - first(a).rank)
}
