import type { ServiceId } from '@fermata/catalog'
import type { Clock, Instant } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Hands, Scribe } from '../driver.ts'
import { memberOf } from '../machine/order.ts'
import type { Command, Health, ReleaseEvent, ReleaseState } from '../machine/state.ts'
import type { Fate, Scenario } from './scenario.ts'

/** The truth about one service, which the machine only sees through events. */
export interface Truth {
  /** What is written: the version, and whether it was written wholly. `remains`: created by the release, given up, not yet deleted. */
  readonly spec: 'old' | 'partly new' | 'new' | 'remains' | 'absent'
  /** Which version answers requests. A rolling update keeps the old one until the new one is ready. */
  readonly serves: 'old' | 'new' | 'nobody'
  readonly specSince: Instant
  /** When the written version became ready without interruption. */
  readonly readySince: Instant | undefined
}

/** One thing that happened to the world, for the invariants. */
export type Deed =
  | { readonly is: 'command'; readonly at: Instant; readonly command: Command; readonly truths: ReadonlyMap<ServiceId, Truth>; readonly journal: ReleaseState | undefined }
  | { readonly is: 'done'; readonly at: Instant; readonly command: Command; readonly well: boolean }

export interface SimulatedWorld {
  readonly hands: Hands
  readonly scribe: Scribe
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly deeds: readonly Deed[]
  readonly truths: ReadonlyMap<ServiceId, Truth>
  /** What the journal holds. */
  noted(): ReleaseState | undefined
}

/** Thrown where the process would have been killed: nobody catches it but the simulator. */
export class Killed extends Error {}

interface Happening {
  readonly at: Instant
  readonly happens: () => ReleaseEvent | undefined
}

/** A world in which time passes only while somebody waits. Nothing in it is real but the machine and its driver. */
export function simulatedWorld(scenario: Scenario, before: { readonly truths: ReadonlyMap<ServiceId, Truth>; readonly now: Instant } | undefined, disturb: boolean): SimulatedWorld {
  let now = before?.now ?? 0
  const started = now
  const deeds: Deed[] = []
  const truths = new Map(before?.truths ?? Array.from(scenario.fates, ([id, fate]): [ServiceId, Truth] => [id, firstTruth(fate, memberOf(scenario.order, id).changes)]))
  const queue: Happening[] = []
  const abort = new AbortController()
  let noted: ReleaseState | undefined

  const fate = (id: ServiceId): Fate => scenario.fates.get(id) as Fate
  const plan = (after: number, happens: Happening['happens']): void => {
    const at = now + after
    const index = queue.findLastIndex((entry) => entry.at <= at)
    queue.splice(index + 1, 0, { at, happens })
  }
  const health = (id: ServiceId): Health | undefined => {
    const truth = truths.get(id) as Truth
    const seen = seenOf(truth, fate(id), memberOf(scenario.order, id).changes, now)
    truths.set(id, settled(truth, seen, now))
    return seen
  }
  if (disturb && scenario.cancelAt !== undefined) plan(scenario.cancelAt, () => void abort.abort())

  const finish = (command: Command, well: boolean): void => void deeds.push({ is: 'done', at: now, command, well })
  const carryOut = (command: Command): void => {
    const id = command.service
    const its = fate(id)
    deeds.push({ is: 'command', at: now, command, truths: new Map(truths), journal: noted })
    switch (command.do) {
      case 'apply':
        truths.set(id, { ...(truths.get(id) as Truth), spec: 'partly new', specSince: now, readySince: undefined })
        return plan(its.applyTakes, () => {
          finish(command, !its.applyFails)
          if (its.applyFails) return { is: 'apply-failed', at: now, service: id, because: because('FM-DEPLOY-APPLY-FAILED', { says: `${id} was refused.`, service: id }) }
          truths.set(id, { ...(truths.get(id) as Truth), spec: 'new', specSince: now, readySince: undefined })
          return { is: 'applied', at: now, service: id }
        })
      case 'restore':
        return plan(its.restoreTakes, () => {
          finish(command, !its.restoreFails)
          if (its.restoreFails) return { is: 'restore-failed', at: now, service: id, because: because('FM-DEPLOY-UNDO-FAILED', { says: `${id} was refused.`, service: id }) }
          truths.set(id, { ...(truths.get(id) as Truth), spec: its.existed ? 'old' : 'remains', specSince: now, readySince: undefined })
          return { is: 'restored', at: now, service: id }
        })
      case 'remove':
        return plan(1, () => {
          finish(command, !its.removeFails)
          if (its.removeFails) return { is: 'remove-failed', at: now, service: id, because: because('FM-DEPLOY-UNDO-FAILED', { says: `${id} was refused.`, service: id }) }
          if (!its.existed) truths.set(id, { spec: 'absent', serves: 'nobody', specSince: now, readySince: undefined })
          return { is: 'removed', at: now, service: id }
        })
    }
  }

  return {
    deeds,
    truths,
    noted: () => noted,
    signal: abort.signal,
    clock: { now: () => now, sleep: () => Promise.reject(new Error('Nobody sleeps in the simulator.')) },
    scribe: {
      async note(release) {
        if (disturb && scenario.journalFailsAt !== undefined && now - started >= scenario.journalFailsAt) throw new EnvironmentError(because('FM-DEPLOY-JOURNAL-LOST', { says: 'The journal is gone.' }))
        noted = release
      },
    },
    hands: {
      begin: carryOut,
      async next(watched, withinMs) {
        const until = now + withinMs
        const first = queue[0]
        now = first !== undefined && first.at <= until ? first.at : until
        if (disturb && scenario.killAt !== undefined && now - started >= scenario.killAt) throw new Killed()
        const events: ReleaseEvent[] = []
        while (queue[0] !== undefined && queue[0].at <= now) {
          const event = (queue.shift() as Happening).happens()
          if (event !== undefined) events.push(event)
        }
        for (const id of watched) {
          const seen = health(id)
          if (seen !== undefined) events.push({ is: 'assessed', at: now, service: id, health: seen })
        }
        return events.length > 0 ? events : [{ is: 'ticked', at: now }]
      },
    },
  }
}

function firstTruth(fate: Fate, changes: boolean): Truth {
  return fate.existed || !changes ? { spec: 'old', serves: 'old', specSince: 0, readySince: 0 } : { spec: 'absent', serves: 'nobody', specSince: 0, readySince: undefined }
}

/** What a look at the service shows; undefined where nothing can be seen. */
function seenOf(truth: Truth, fate: Fate, changes: boolean, now: Instant): Health | undefined {
  const age = now - truth.specSince
  const onItsWay: Health = { is: 'progressing', standing: { says: '0 of 1 pods are available' } }
  const failed: Health = { is: 'failed', because: because('FM-DEPLOY-CRASH-LOOP', { says: 'It crashes.' }) }
  if (truth.spec === 'absent') return onItsWay
  if (truth.spec === 'remains') return { is: 'ready' }
  if (truth.spec === 'old' && changes) return fate.recovers === 'never' ? onItsWay : age >= fate.recovers || truth.serves === 'old' ? { is: 'ready' } : onItsWay
  const { is, after, later } = fate.newVersion
  if (truth.spec === 'partly new' || is === 'never') return onItsWay
  if (is === 'silent') return undefined
  if (age < after) return onItsWay
  if (is === 'fails' || (is === 'regresses' && age >= after + later)) return failed
  if (is === 'flaps') return Math.floor((age - after) / Math.max(1, later)) % 2 === 0 ? { is: 'ready' } : onItsWay
  return { is: 'ready' }
}

function settled(truth: Truth, seen: Health | undefined, now: Instant): Truth {
  if (seen === undefined || seen.is !== 'ready') return { ...truth, readySince: undefined }
  return { ...truth, readySince: truth.readySince ?? now, serves: truth.spec === 'new' ? 'new' : truth.spec === 'old' ? 'old' : truth.serves }
}
