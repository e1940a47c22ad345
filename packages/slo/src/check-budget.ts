import type { SloEntry } from '@fermata/catalog'
import type { Clock, Metrics } from '@fermata/ports'
import { decide, type Evidence, type Reason, type Verdict } from '@fermata/verdict'
import type { SloState } from './budget.ts'
import type { ChangeClass } from './change.ts'
import { evidenceOf, withIds } from './evidence.ts'
import { gather } from './gather.ts'
import { readSlos } from './read-slo.ts'
import { type Case, rule } from './ruling.ts'

export interface BudgetWish {
  /** Of the catalog: `catalog.slos`, or those of the services that are concerned. */
  readonly objectives: readonly SloEntry[]
  /** What wants to pass. An experiment is a feature: it spends budget. */
  readonly as: ChangeClass
  /** How long the server remembers, in milliseconds, where it does not say so itself. */
  readonly remembered?: number | undefined
}

export interface BudgetCheck {
  readonly verdict: Verdict
  readonly reasons: readonly Reason[]
  readonly states: readonly SloState[]
  /** The reasons name its ids. */
  readonly evidence: readonly Evidence[]
}

/**
 * Whether error budgets allow something now: for a gate that has more to ask than this, and for proving that a service is well again.
 * Without objectives, and without data, it is inconclusive.
 * @throws ConfigurationError for objectives that are not understood; the signal's reason when the run is stopped
 */
export async function checkBudget({ objectives, as, remembered }: BudgetWish, { metrics, clock, signal }: { readonly metrics: Metrics; readonly clock: Clock; readonly signal: AbortSignal }): Promise<BudgetCheck> {
  const wanted: Case = { slos: await readSlos(objectives), at: Math.floor(clock.now() / 1_000) * 1_000, remembered, change: { class: as, because: 'as whoever asks says' }, override: undefined, without: [] }
  const gathered = await gather(metrics, (look) => rule(wanted, look), signal)
  const { states, reasons } = rule(wanted, gathered.look)
  const kept = evidenceOf(wanted, objectives, gathered)
  return { verdict: decide(reasons), reasons: withIds(reasons, kept), states, evidence: kept }
}
