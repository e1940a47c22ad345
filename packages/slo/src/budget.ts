import type { Instant } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { isChance, type PairState, pairStates } from './burn.ts'
import { sloReason } from './codes.ts'
import type { Counted } from './count.ts'
import { type Filling, fillingOf } from './filling.ts'
import { budgetBack } from './forecast.ts'
import type { Measurement } from './measure.ts'
import { allowedShare, type Slo } from './model.ts'
import { shareText } from './share-text.ts'
import { type Tier, tierOf } from './tier.ts'
import { isTrouble, type Trouble } from './trouble.ts'

/** What is left of a budget. */
export interface Budget {
  readonly counted: Counted
  /** 1 nothing is spent, 0 all of it, below 0 more than all. Not clamped. */
  readonly remaining: number
  readonly tier: Tier
}

/** How an objective stands. */
export interface SloState {
  readonly slo: Slo
  readonly measurement: Measurement
  /** Undefined where the events of the window could not be counted. */
  readonly budget: Budget | undefined
  /** How much of the window was seen; undefined where that is not known. */
  readonly filling: Filling | undefined
  readonly pairs: readonly PairState[]
  /** When a feature may go out again if nothing more fails; undefined where it may now, or nobody can tell. */
  readonly back: Instant | undefined
  /** Why the budget is not known, or not surely. Any `inconclusive` among them leaves the objective undecided. */
  readonly doubts: readonly Reason[]
}

/** Decides how an objective stands, from what was counted and nothing else. */
export function stateOf(measurement: Measurement): SloState {
  const { slo, budget: counted } = measurement
  const filling = fillingOf(measurement)
  const budget = isTrouble(counted) || counted.all <= 0 ? undefined : budgetOf(slo, counted)
  const doubts = [...troubles(measurement), ...doubtsOfCount(measurement), ...(budget === undefined || filling === undefined ? [] : doubtsOfFilling(slo, budget, filling))]
  const blocked = budget !== undefined && (budget.tier === 'spent' || budget.tier === 'scarce')
  return { slo, measurement, budget, filling, pairs: pairStates(measurement), back: blocked ? budgetBack(measurement) : undefined, doubts }
}

function budgetOf(slo: Slo, counted: Counted): Budget {
  const remaining = 1 - counted.bad / counted.all / allowedShare(slo)
  return { counted, remaining, tier: tierOf(remaining) }
}

/** Every question without a usable answer, once. */
function troubles({ slo, budget, windows, course, warnings, stretched }: Measurement): readonly Reason[] {
  const found = [budget, course, ...windows.flatMap(({ counted, coverage }) => [counted, coverage])].filter(isTrouble)
  const once = [...new Map(found.map((one) => [`${one.code} ${one.says}`, one])).values()]
  return [
    ...once.map((one) => troubleReason(slo, one)),
    ...warnings.map(({ says }) => sloReason('FM-SLO-PARTIAL', { says: `${slo.id}: the metrics server warns: ${says}.`, where: slo.where })),
    ...(stretched ? [sloReason('FM-SLO-STRETCHED', { says: `${slo.id}: too many counters restarted to count them exactly.`, where: slo.where })] : []),
  ]
}

function troubleReason(slo: Slo, { code, says, remedy, asked }: Trouble): Reason {
  return { code, severity: 'inconclusive', message: `${slo.id}: ${says}`, remedy, location: slo.where, evidence: [asked] }
}

function doubtsOfCount({ slo, budget }: Measurement): readonly Reason[] {
  if (isTrouble(budget)) return []
  const { all, bad } = budget
  const allowed = all * allowedShare(slo)
  if (bad < -0.01 * allowed - 1e-9 || bad > all * (1 + 1e-9) || all < 0) return [sloReason('FM-SLO-INCONSISTENT', { says: `${slo.id}: ${number(bad)} bad events among ${number(all)}.`, where: slo.where })]
  if (all === 0) return [sloReason('FM-SLO-NO-TRAFFIC', { says: `${slo.id}: no event in the whole window.`, where: slo.where })]
  if (allowed < 1 && isChance(budget, allowedShare(slo))) return [sloReason('FM-SLO-LOW-TRAFFIC', { says: `${slo.id}: of ${number(all)} events ${number(allowed)} may be bad; ${number(bad)} were.`, where: slo.where })]
  return []
}

function doubtsOfFilling(slo: Slo, { remaining, counted, tier }: Budget, filling: Filling): readonly Reason[] {
  const at = { where: slo.where }
  const doubts: Reason[] = []
  if (filling.gaps > mostGaps) doubts.push(sloReason('FM-SLO-COVERAGE', { says: `${slo.id}: ${shareText(round(filling.gaps))} of the time since the first sample has no samples.`, ...at }))
  switch (filling.beginning) {
    case 'seen':
      return doubts
    case 'forgotten':
      return [...doubts, sloReason('FM-SLO-RETENTION', { says: `${slo.id}: the server remembers ${shareText(round(filling.seen))} of the window.`, ...at })]
    case 'forgotten or young':
      return [...doubts, sloReason('FM-SLO-RETENTION-UNKNOWN', { says: `${slo.id}: the window has data in its last ${shareText(round(filling.seen))}, and the server does not say how long it remembers.`, ...at })]
    case 'young': {
      const whole = 1 - ((counted.bad / counted.all) * filling.seen) / allowedShare(slo)
      const held = tier === 'spent' || tier === 'scarce'
      if (held && tierOf(whole) !== 'spent' && tierOf(whole) !== 'scarce') return [...doubts, sloReason('FM-SLO-TOO-YOUNG', { says: `${slo.id}: ${shareText(round(remaining))} of the budget of the time that was seen is left, and ${shareText(round(whole))} of its whole window would be.`, ...at })]
      return [...doubts, sloReason('FM-SLO-YOUNG', { says: `${slo.id}: ${shareText(round(filling.seen))} of the window is filled.`, ...at })]
    }
  }
}

/** Of the time since the first sample, how much may be without samples. */
const mostGaps = 0.1

function round(share: number): number {
  return Math.round(share * 10_000) / 10_000
}

/** A count for people. */
export function number(value: number): string {
  return String(Number(value.toPrecision(6)))
}
