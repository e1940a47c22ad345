import type { AnyEntry } from '@fermata/custody'
import type { Rung, WayBack } from './model.ts'

export const ledgerSchema = 'fermata/heal@1'

/** One action on a service. It stands in the ledger before it is done. */
export interface Deed {
  /** Of the alert, and of this firing of it. */
  readonly key: string
  readonly alert: string
  readonly rung: Rung
  /** Which run does it. */
  readonly by: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly says: string
  readonly state: 'begun' | 'healed' | 'failed' | 'undone' | 'impossible'
  readonly endedAt?: string
  /** By which label the alert names the service. */
  readonly label?: string
  /** For whoever finds it begun, and its run gone. */
  readonly undo?: WayBack
  /** Of a rollback: names of the templates. */
  readonly from?: string
  readonly to?: string
}

/** What was done to a service, and for which incident. Lies beside the service in the cluster, so every run on every runner sees it. */
export interface Ledger extends AnyEntry {
  readonly schema: typeof ledgerSchema
  readonly service: string
  readonly deeds: readonly Deed[]
  /** Numbers of issues by the key of the alert. */
  readonly incidents: Readonly<Record<string, number>>
}

/** Deeds that are remembered: more than an hour of any limit, and enough to know a circle. */
const remembered = 50
const hour = 3_600_000
/** A run that says nothing for so long after its time is gone. */
const graceMs = 60_000

export interface Rules {
  /** In this order. */
  readonly allowed: readonly Rung[]
  readonly cooldown: number
  readonly maxActions: number
  readonly stepTimeout: number
}

/** What may follow. `stop` says by which code; `give-up` calls a person. */
export type Next = { readonly do: 'try'; readonly rung: Rung } | { readonly do: 'stop'; readonly code: 'FM-HEAL-IN-PROGRESS' | 'FM-HEAL-DUPLICATE' | 'FM-HEAL-COOLDOWN' } | { readonly do: 'give-up'; readonly code: 'FM-HEAL-LIMIT' | 'FM-HEAL-EXHAUSTED' }

export function emptyLedger(service: string, at: number): Ledger {
  return { schema: ledgerSchema, startedAt: new Date(at).toISOString(), ended: true, service, deeds: [], incidents: {} }
}

/**
 * Decides what may be done about an alert, from what was done before and nothing else: of any number of runs that see the same ledger at
 * most one goes on, since each must write its deed over the version that it decided on.
 */
export function nextFor({ deeds }: Ledger, key: string, rules: Rules, now: number, me: string): Next {
  const own = deeds.filter((deed) => deed.key === key)
  if (isUnderWay({ deeds: deeds.filter(({ by }) => by !== me) }, rules, now)) return { do: 'stop', code: 'FM-HEAL-IN-PROGRESS' }
  if (own.some(({ state }) => state === 'healed')) return { do: 'stop', code: 'FM-HEAL-DUPLICATE' }
  if (deeds.some(({ state, endedAt }) => state === 'healed' && now - Date.parse(endedAt ?? '') < rules.cooldown)) return { do: 'stop', code: 'FM-HEAL-COOLDOWN' }
  const rung = rules.allowed.find((one) => !own.some((deed) => deed.rung === one))
  if (rung === undefined) return { do: 'give-up', code: 'FM-HEAL-EXHAUSTED' }
  if (deeds.filter(({ at, state }) => state !== 'impossible' && now - Date.parse(at) < hour).length >= rules.maxActions) return { do: 'give-up', code: 'FM-HEAL-LIMIT' }
  return { do: 'try', rung }
}

/** Whether a run that is not surely gone has begun something. */
export function isUnderWay({ deeds }: Pick<Ledger, 'deeds'>, rules: Rules, now: number): boolean {
  return deeds.some((deed) => deed.state === 'begun' && !isAbandoned(deed, rules, now))
}

/** A deed whose run was killed: nobody will say how it ended. */
export function isAbandoned({ at, state }: Deed, { stepTimeout }: Rules, now: number): boolean {
  return state === 'begun' && now - Date.parse(at) > stepTimeout + graceMs
}

export function withDeed(ledger: Ledger, deed: Deed): Ledger {
  const deeds = [...ledger.deeds, deed].slice(-remembered)
  // A sweep removes journals by their age: a ledger is as old as its last deed, so that no limit is forgotten too soon.
  return { ...ledger, startedAt: deed.at, deeds, ended: deeds.every(({ state }) => state !== 'begun') }
}

/** How the deed that a run has begun has ended. */
export function withEnd(ledger: Ledger, begun: Pick<Deed, 'key' | 'rung' | 'by'>, state: Exclude<Deed['state'], 'begun'>, now: number): Ledger {
  const deeds = ledger.deeds.map((deed) => (deed.state === 'begun' && deed.key === begun.key && deed.rung === begun.rung && deed.by === begun.by ? { ...deed, state, endedAt: new Date(now).toISOString() } : deed))
  return { ...ledger, deeds, ended: deeds.every((deed) => deed.state !== 'begun') }
}

/** Templates that a rollback has left. */
export function visitedIn({ deeds }: Ledger): ReadonlySet<string> {
  return new Set(deeds.flatMap(({ rung, from, state }) => (rung === 'rollback' && from !== undefined && state !== 'impossible' ? [from] : [])))
}
