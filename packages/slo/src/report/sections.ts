import type { Block, Cell, Reason, Section, State } from '@fermata/verdict'
import { decide } from '@fermata/verdict'
import type { Change } from '../change.ts'
import { type SloState, number } from '../budget.ts'
import { type PairState } from '../burn.ts'
import { holdingReasons, leftText, rateText } from '../freeze.ts'
import { worstOf } from '../outputs.ts'
import { durationText } from '../promql/selector.ts'
import type { Case } from '../ruling.ts'
import { shareText } from '../share-text.ts'
import { isTrouble } from '../trouble.ts'

/** One line: what follows for the change, and the objective that it follows from. */
export function summaryOf(states: readonly SloState[], reasons: readonly Reason[], change: Change): string {
  const worst = worstOf(states)
  if (worst === undefined) return 'No objective was looked at, so nothing is known.'
  const count = states.length === 1 ? '1 objective' : `${states.length} objectives`
  const left = worst.budget === undefined ? `the budget of ${worst.slo.id} is not known` : `${worst.slo.id}: ${leftText(worst.budget.remaining)}`
  const says = { pass: `A ${change.class} may pass`, warn: `A ${change.class} may pass, with care`, inconclusive: 'The evidence does not suffice', fail: `A ${change.class} is held back` }[decide(reasons)]
  return `${says}: ${count}, ${left}.`
}

/** The drawing of the report: all budgets, then each objective with its burn rates and its course. */
export function sectionsOf(states: readonly SloState[], { change, override, at }: Case, server: string): readonly Section[] {
  if (states.length === 0) return []
  const facts: Block = {
    kind: 'facts',
    facts: [
      { label: 'Change', value: `${change.class} (${change.because})` },
      { label: 'Asked', value: `${server} for ${new Date(at).toISOString()}` },
      ...(override === undefined ? [] : [{ label: 'Override', value: `${override.by}: ${override.because}${override.until === undefined ? '' : `, until ${new Date(override.until).toISOString()}`}` }]),
    ],
  }
  return [{ id: 'budgets', title: 'Error budgets', state: worstState(states.map(stateShown)), blocks: [facts, budgets(states)] }, ...states.map(sectionOf)]
}

function budgets(states: readonly SloState[]): Block {
  return {
    kind: 'table',
    columns: [{ title: 'Objective' }, { title: 'Target', align: 'right' }, { title: 'Window', align: 'right' }, { title: 'Budget left', align: 'right' }, { title: 'Bad events', align: 'right' }, { title: 'Bad events over the window' }, { title: 'State' }],
    rows: states.map((state): readonly Cell[] => [
      { text: state.slo.id, anchor: anchorOf(state) },
      shareText(state.slo.objective),
      durationText(state.slo.window),
      state.budget === undefined ? 'not known' : shareText(Number(state.budget.remaining.toPrecision(4))),
      state.budget === undefined ? '' : `${number(state.budget.counted.bad)} of ${number(state.budget.counted.all)}`,
      { text: sparkline(state), code: true },
      { text: wordFor(state), state: stateShown(state) },
    ]),
  }
}

function sectionOf(state: SloState): Section {
  const { slo, filling, back } = state
  return {
    id: anchorOf(state),
    title: slo.id,
    state: stateShown(state),
    folded: stateShown(state) === 'good',
    blocks: [
      {
        kind: 'facts',
        facts: [
          { label: 'Read as', value: slo.readAs },
          { label: 'Window filled', value: filling === undefined ? 'not known' : `${shareText(Number(filling.seen.toPrecision(4)))}${filling.gaps === 0 ? '' : `, with ${shareText(Number(filling.gaps.toPrecision(3)))} of gaps`}` },
          ...(back === undefined ? [] : [{ label: 'A feature may go out again', value: `${new Date(back).toISOString()}, if nothing more fails` }]),
        ],
      },
      burnTable(state.pairs),
    ],
  }
}

function burnTable(pairs: readonly PairState[]): Block {
  return {
    kind: 'table',
    columns: [{ title: 'Windows' }, { title: 'Limit', align: 'right' }, { title: 'Burn rate, long', align: 'right' }, { title: 'Burn rate, short', align: 'right' }, { title: 'Long window filled', align: 'right' }, { title: 'State' }],
    rows: pairs.map((state): readonly Cell[] => {
      const windows = `${durationText(state.pair.long)} and ${durationText(state.pair.short)}`
      if (state.is === 'unknown') return [windows, state.pair.factor, '', '', '', { text: 'not known', state: 'unknown' }]
      return [windows, state.pair.factor, rateText(state.long.rate), rateText(state.short.rate), shareText(Number(state.long.coverage.toPrecision(3))), pairWords[state.is](state)]
    }),
  }
}

const pairWords = {
  quiet: () => ({ text: 'quiet', state: 'good' }),
  few: () => ({ text: 'too few events', state: 'warn' }),
  firing: ({ pair }: PairState) => ({ text: pair.urgency === 'page' ? 'burns fast' : 'burns', state: pair.urgency === 'page' ? 'bad' : 'warn' }),
} as const satisfies Readonly<Record<'quiet' | 'few' | 'firing', (state: PairState) => Cell>>

function stateShown(state: SloState): State {
  const held = holdingReasons(state)
  if (held.some(({ severity }) => severity === 'error')) return 'bad'
  if (state.doubts.some(({ severity }) => severity === 'inconclusive')) return 'unknown'
  return held.length > 0 || state.doubts.some(({ severity }) => severity === 'warning') ? 'warn' : 'good'
}

function wordFor(state: SloState): string {
  switch (stateShown(state)) {
    case 'bad':
      return state.budget !== undefined && (state.budget.tier === 'spent' || state.budget.tier === 'scarce') ? state.budget.tier : 'burning'
    case 'unknown':
      return 'not known'
    case 'warn':
      return state.budget?.tier === 'careful' ? 'careful' : 'with care'
    default:
      return 'free'
  }
}

const order: readonly State[] = ['good', 'warn', 'unknown', 'bad']

function worstState(shown: readonly State[]): State {
  return shown.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'good')
}

const bars = '▁▂▃▄▅▆▇█'
const places = 24

/** Bad events over the window, oldest first, as bars from none to the most; a gap is a blank. */
function sparkline({ measurement: { course } }: SloState): string {
  if (isTrouble(course)) return ''
  const size = Math.max(1, Math.ceil(course.length / places))
  const sums = Array.from({ length: Math.ceil(course.length / size) }, (_, place) => {
    const known = course.slice(place * size, (place + 1) * size).filter((slot) => slot !== undefined)
    return known.length === 0 ? undefined : known.reduce((sum, { bad }) => sum + Math.max(0, bad), 0)
  })
  const most = Math.max(...sums.map((sum) => sum ?? 0))
  return sums.map((sum) => (sum === undefined ? '·' : (bars[most === 0 ? 0 : Math.ceil((sum / most) * (bars.length - 1))] ?? ''))).join('')
}

function anchorOf({ slo }: SloState): string {
  return `slo-${slo.id.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '-')}`
}
