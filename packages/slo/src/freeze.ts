import type { Instant } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { type SloState, number } from './budget.ts'
import type { PairState } from './burn.ts'
import type { Change, ChangeClass } from './change.ts'
import { sloReason } from './codes.ts'
import { durationText } from './promql/selector.ts'
import { shareText } from './share-text.ts'

/** A person's decision that a change passes although the budget holds it back. */
export interface Override {
  readonly by: string
  readonly because: string
  /** From then on it does not count. */
  readonly until: Instant | undefined
}

/** Classes that a freeze lets pass: they bring the budget back. */
const exempt: readonly ChangeClass[] = ['fix', 'security', 'rollback']

/**
 * What follows for a change. The budget holds back a feature; other classes pass by policy, and an override lets pass what a person
 * answers for. Neither of them makes up for missing evidence: doubts stay what they are, and `on-inconclusive` says what follows.
 */
export function reasonsFor(states: readonly SloState[], change: Change, override: Override | undefined, at: Instant): readonly Reason[] {
  const doubts = states.flatMap((state) => state.doubts)
  const holding = states.flatMap(holdingReasons)
  const held = [...new Set(holding.filter(({ severity }) => severity === 'error').map(({ slo }) => slo))].join(', ')
  const asNotes = holding.map(({ reason }): Reason => ({ ...reason, severity: 'note' }))
  const found = sloReason('FM-SLO-CLASS', { says: `The change is a ${change.class} (${change.because}).` })
  const ended = override?.until !== undefined && override.until <= at
  const late = ended ? [sloReason('FM-SLO-OVERRIDE-ENDED', { says: `The override of ${override.by} ended at ${new Date(override.until).toISOString()}.` })] : []
  if (exempt.includes(change.class)) {
    const allowed = held === '' ? [] : [sloReason('FM-SLO-ALLOWED', { says: `The budget of ${held} would hold back a feature; a ${change.class} passes by policy.` })]
    return [...doubts, ...asNotes, ...allowed, ...late, found]
  }
  if (override !== undefined && !ended && held !== '') {
    const until = override.until === undefined ? '' : `, until ${new Date(override.until).toISOString()}`
    return [...doubts, ...asNotes, sloReason('FM-SLO-OVERRIDDEN', { says: `${override.by} lets a feature pass although the budget of ${held} holds it back${until}: ${override.because}` }), found]
  }
  return [...doubts, ...holding.map(({ reason }) => reason), ...late, found]
}

interface Holding {
  readonly slo: string
  readonly severity: Reason['severity']
  readonly reason: Reason
}

/** What the budget of one objective says against a feature. A budget that is in doubt is not held against anybody: the doubt is. */
export function holdingReasons(state: SloState): readonly Holding[] {
  const { slo, budget, pairs, doubts, back } = state
  const unsure = doubts.some(({ code }) => ['FM-SLO-TOO-YOUNG', 'FM-SLO-LOW-TRAFFIC', 'FM-SLO-INCONSISTENT'].includes(code))
  const left = budget === undefined || unsure ? [] : tierReason(slo, budget, back)
  return [...left, ...burnReasons(slo, pairs)].map((reason) => ({ slo: slo.id, severity: reason.severity, reason }))
}

function tierReason(slo: SloState['slo'], { tier, remaining, counted }: NonNullable<SloState['budget']>, back: Instant | undefined): readonly Reason[] {
  const says = `${slo.id}: ${leftText(remaining)}; ${number(counted.bad)} of ${number(counted.all)} events were bad in ${durationText(slo.window)}${back === undefined ? '' : `. If nothing more fails, a feature may go out from ${new Date(back).toISOString()}`}.`
  switch (tier) {
    case 'free':
      return []
    case 'careful':
      return [sloReason('FM-SLO-CAREFUL', { says, where: slo.where })]
    case 'scarce':
      return [sloReason('FM-SLO-SCARCE', { says, where: slo.where })]
    case 'spent':
      return [sloReason('FM-SLO-SPENT', { says, where: slo.where })]
  }
}

/** `12.5 % of the budget is left`, `the budget is spent 3.2 times`. */
export function leftText(remaining: number): string {
  if (remaining > 0) return `${shareText(Number((remaining).toPrecision(3)))} of the budget is left`
  const times = 1 - remaining
  return times < 1.005 ? 'the budget is spent' : `the budget is spent ${Number(times.toPrecision(3))} times`
}

/** One reason for what is urgent; where nothing is, one for what burns slowly, and one for what may be chance. */
function burnReasons(slo: SloState['slo'], states: readonly PairState[]): readonly Reason[] {
  const known = states.filter((state) => state.is !== 'unknown')
  const firing = (urgency: 'page' | 'ticket') => known.filter(({ is, pair }) => is === 'firing' && pair.urgency === urgency)
  const few = known.filter(({ is }) => is === 'few')
  const [urgent, slow] = [firing('page'), firing('ticket')]
  if (urgent.length > 0) return [sloReason('FM-SLO-BURNING', { says: `${slo.id}: ${ratesText(urgent)}.`, where: slo.where })]
  return [
    ...(slow.length > 0 ? [sloReason('FM-SLO-BURNING-SLOWLY', { says: `${slo.id}: ${ratesText(slow)}.`, where: slo.where })] : []),
    ...(few.length > 0 ? [sloReason('FM-SLO-FEW-EVENTS', { says: `${slo.id}: ${ratesText(few)}. ${few.map(({ long: { counted, window } }) => `${number(counted.bad)} of ${number(counted.all)} events were bad in ${durationText(window)}`).join(', ')}.`, where: slo.where })] : []),
  ]
}

function ratesText(states: readonly Exclude<PairState, { readonly is: 'unknown' }>[]): string {
  const rates = states.map(({ pair, long, short }) => `${rateText(long.rate)} over ${durationText(pair.long)} and ${rateText(short.rate)} over ${durationText(pair.short)}, where the limit is ${pair.factor}`)
  return `the burn rate is ${rates.join('; it is ')}`
}

/** A burn rate for people. */
export function rateText(rate: number): string {
  return String(Number(rate.toPrecision(3)))
}
