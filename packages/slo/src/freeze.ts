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
  const found = sloReason('FM-SLO-CLASS', { says: `The change is a ${change.class}, by ${change.because}.` })
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
  return [...left, ...pairs.flatMap((pair) => pairReason(slo, pair))].map((reason) => ({ slo: slo.id, severity: reason.severity, reason }))
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

function pairReason(slo: SloState['slo'], state: PairState): readonly Reason[] {
  if (state.is === 'quiet' || state.is === 'unknown') return []
  const { pair, long, short } = state
  const says = `${slo.id}: the budget burns ${number(long.rate)} times as fast as it lasts over ${durationText(pair.long)} and ${number(short.rate)} times over ${durationText(pair.short)}; the limit is ${pair.factor}.`
  if (state.is === 'few') return [sloReason('FM-SLO-FEW-EVENTS', { says: `${says} It is ${number(long.counted.bad)} of ${number(long.counted.all)} events.`, where: slo.where })]
  return [sloReason(pair.urgency === 'page' ? 'FM-SLO-BURNING' : 'FM-SLO-BURNING-SLOWLY', { says, where: slo.where })]
}
