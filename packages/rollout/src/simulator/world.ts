import type { ServiceId } from '@fermata/catalog'
import type { Clock, Instant } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Hands, Scribe } from '../driver.ts'
import { memberOf, stagesOf } from '../machine/order.ts'
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
  /** The new version beside the old one, while there is one, and the share of the requests that goes to it. */
  readonly beside: { readonly since: Instant; readonly readySince: Instant | undefined } | undefined
  readonly share: number
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

type Happening = () => ReleaseEvent | undefined

interface Agenda {
  now(): Instant
  plan(after: number, happens: Happening): void
  /** Goes to the next thing that happens, at most so far, and tells what it came to. */
  pass(withinMs: number): ReleaseEvent[]
}

/** Time that passes only while somebody waits. What is planned for one instant happens in the order in which it was planned. */
function agenda(start: Instant): Agenda {
  let now = start
  const queue: { readonly at: Instant; readonly happens: Happening }[] = []
  return {
    now: () => now,
    plan(after, happens) {
      const at = now + after
      queue.splice(queue.findLastIndex((entry) => entry.at <= at) + 1, 0, { at, happens })
    },
    pass(withinMs) {
      now = Math.min(now + withinMs, queue[0]?.at ?? Number.POSITIVE_INFINITY)
      const events: ReleaseEvent[] = []
      for (let next = queue[0]; next !== undefined && next.at <= now; next = queue[0]) {
        queue.shift()
        const event = next.happens()
        if (event !== undefined) events.push(event)
      }
      return events
    },
  }
}

/** A world in which time passes only while somebody waits. Nothing in it is real but the machine and its driver. */
export function simulatedWorld(scenario: Scenario, before: { readonly truths: ReadonlyMap<ServiceId, Truth>; readonly now: Instant } | undefined, disturb: boolean): SimulatedWorld {
  const time = agenda(before?.now ?? 0)
  const started = time.now()
  const deeds: Deed[] = []
  const truths = new Map(before?.truths ?? Array.from(scenario.fates, ([id, fate]): [ServiceId, Truth] => [id, firstTruth(fate, memberOf(scenario.order, id).changes)]))
  const abort = new AbortController()
  let noted: ReleaseState | undefined
  /** At which stage each service is; none on its way back, which is about what it was. */
  const reached = new Map<ServiceId, string>()

  const fate = (id: ServiceId): Fate => scenario.fates.get(id) as Fate
  const health = (id: ServiceId): Health | undefined => healthOf(truths, id, fate(id), memberOf(scenario.order, id).changes, reached.get(id), time.now())
  if (disturb && scenario.cancelAt !== undefined) time.plan(scenario.cancelAt, () => void abort.abort())

  const nameOf = (command: Extract<Command, { readonly do: 'apply' }>): string => stagesOf(memberOf(scenario.order, command.service))[command.stage]?.name ?? 'nowhere'
  const carryOut = (command: Command): void => {
    const id = command.service
    deeds.push({ is: 'command', at: time.now(), command, truths: new Map(truths), journal: noted })
    if (command.do === 'look') return time.plan(lookEvery, () => judgedOf(command, fate(id), time.now()))
    const stage = command.do === 'apply' ? nameOf(command) : undefined
    if (stage === undefined) reached.delete(id)
    else reached.set(id, stage)
    if (stage === 'promote') truths.set(id, { ...(truths.get(id) as Truth), spec: 'partly new', specSince: time.now(), readySince: undefined })
    const { takes, fails } = effortOf(command, fate(id))
    time.plan(takes, () => {
      deeds.push({ is: 'done', at: time.now(), command, well: !fails })
      if (fails) return failureOf(command, time.now())
      const truth = truths.get(id) as Truth
      truths.set(id, stage === undefined || stage === 'promote' ? truthAfter(command, truth, fate(id), time.now()) : afterStage(stage, truth, time.now()))
      return { is: answers[command.do], at: time.now(), service: id }
    })
  }

  return {
    deeds,
    truths,
    noted: () => noted,
    signal: abort.signal,
    clock: { now: time.now, sleep: () => Promise.reject(new Error('Nobody sleeps in the simulator.')) },
    scribe: {
      async note(release) {
        if (disturb && scenario.journalFailsAt !== undefined && time.now() - started >= scenario.journalFailsAt) throw new EnvironmentError({ code: 'FM-CUSTODY-JOURNAL-LOST', severity: 'error', message: 'The journal is gone.' })
        noted = release
      },
    },
    hands: {
      begin: carryOut,
      async next(watched, withinMs) {
        const events = time.pass(withinMs)
        const now = time.now()
        if (disturb && scenario.killAt !== undefined && now - started >= scenario.killAt) throw new Killed()
        for (const id of watched) {
          const seen = health(id)
          if (seen !== undefined) events.push({ is: 'assessed', at: now, service: id, health: seen })
        }
        return events.length > 0 ? events : [{ is: 'ticked', at: now }]
      },
    },
  }
}

const lookEvery = 5_000

function judgedOf({ service, stage }: Extract<Command, { readonly do: 'look' }>, { judged }: Fate, at: Instant): ReleaseEvent {
  const why = because('FM-DEPLOY-CANARY-UNKNOWN', { says: 'It was judged.', service })
  return { is: 'judged', at, service, stage, judged: judged === 'no-worse' ? { is: judged } : { is: judged, because: why } }
}

/** What a look at a service shows, and what has come true by then. */
function healthOf(truths: Map<ServiceId, Truth>, id: ServiceId, fate: Fate, changes: boolean, stage: string | undefined, now: Instant): Health | undefined {
  const truth = truths.get(id) as Truth
  if (isBeside(stage) && truth.beside !== undefined) {
    const seen = newVersionSeen(fate.beside, now - truth.beside.since)
    truths.set(id, { ...truth, beside: { ...truth.beside, readySince: seen?.is === 'ready' ? (truth.beside.readySince ?? now) : undefined } })
    return seen
  }
  if (stage === 'migrate') return { is: 'ready' }
  const seen = seenOf(truth, fate, changes, now)
  truths.set(id, settled(truth, seen, now))
  return seen
}

/** Whether what is looked at is the new version beside the old one. */
function isBeside(stage: string | undefined): boolean {
  return stage === 'prepare' || stage?.startsWith('shift-') === true
}

function afterStage(stage: string, truth: Truth, now: Instant): Truth {
  if (stage === 'prepare') return { ...truth, beside: truth.beside ?? { since: now, readySince: undefined } }
  if (stage.startsWith('shift-')) return { ...truth, share: Number(stage.slice('shift-'.length)) }
  if (stage === 'return') return { ...truth, share: 0 }
  return stage === 'retire' ? { ...truth, beside: undefined } : truth
}

const answers = { apply: 'applied', restore: 'restored', remove: 'removed' } as const

type Writing = Exclude<Command, { readonly do: 'look' }>

function effortOf(command: Writing, fate: Fate): { readonly takes: number; readonly fails: boolean } {
  switch (command.do) {
    case 'apply':
      return { takes: fate.applyTakes, fails: fate.applyFails }
    case 'restore':
      return { takes: fate.restoreTakes, fails: fate.restoreFails }
    case 'remove':
      return { takes: 1, fails: fate.removeFails }
  }
}

function failureOf({ do: what, service }: Writing, at: Instant): ReleaseEvent {
  const why = because(what === 'apply' ? 'FM-DEPLOY-APPLY-FAILED' : 'FM-DEPLOY-UNDO-FAILED', { says: `${service} was refused.`, service })
  return { is: `${what}-failed`, at, service, because: why }
}

/** What is written when a command has gone well. What was created is given up by a restore, and gone by a removal. */
function truthAfter(command: Writing, truth: Truth, { existed }: Fate, now: Instant): Truth {
  switch (command.do) {
    case 'apply':
      return { ...truth, spec: 'new', specSince: now, readySince: undefined }
    case 'restore':
      return { ...truth, spec: existed ? 'old' : 'remains', specSince: now, readySince: undefined, share: 0 }
    case 'remove':
      return existed ? { ...truth, beside: undefined } : { ...truth, spec: 'absent', serves: 'nobody', specSince: now, readySince: undefined }
  }
}

function firstTruth(fate: Fate, changes: boolean): Truth {
  return fate.existed || !changes ? { spec: 'old', serves: 'old', specSince: 0, readySince: 0, beside: undefined, share: 0 } : { spec: 'absent', serves: 'nobody', specSince: 0, readySince: undefined, beside: undefined, share: 0 }
}

/** What a look at the service shows; undefined where nothing can be seen. */
function seenOf(truth: Truth, fate: Fate, changes: boolean, now: Instant): Health | undefined {
  const age = now - truth.specSince
  const onItsWay: Health = { is: 'progressing', standing: { says: '0 of 1 pods are available' } }
  if (truth.spec === 'absent') return onItsWay
  if (truth.spec === 'remains') return { is: 'ready' }
  if (truth.spec === 'old' && changes) return fate.recovers === 'never' ? onItsWay : age >= fate.recovers || truth.serves === 'old' ? { is: 'ready' } : onItsWay
  return truth.spec === 'partly new' ? onItsWay : newVersionSeen(fate.newVersion, age)
}

function newVersionSeen({ is, after, later }: Fate['newVersion'], age: number): Health | undefined {
  const onItsWay: Health = { is: 'progressing', standing: { says: '0 of 1 pods are available' } }
  if (is === 'never') return onItsWay
  if (is === 'silent') return undefined
  if (age < after) return onItsWay
  if (is === 'fails' || (is === 'regresses' && age >= after + later)) return { is: 'failed', because: because('FM-DEPLOY-CRASH-LOOP', { says: 'It crashes.' }) }
  if (is === 'flaps') return Math.floor((age - after) / Math.max(1, later)) % 2 === 0 ? { is: 'ready' } : onItsWay
  return { is: 'ready' }
}

function settled(truth: Truth, seen: Health | undefined, now: Instant): Truth {
  if (seen === undefined || seen.is !== 'ready') return { ...truth, readySince: undefined }
  return { ...truth, readySince: truth.readySince ?? now, serves: truth.spec === 'new' ? 'new' : truth.spec === 'old' ? 'old' : truth.serves }
}
