import type { Instant } from '@fermata/ports'
import { type Counted, countIn, type Counting, countSlots, isStretched } from './count.ts'
import { countersOf, type Sides } from './counters.ts'
import { pulsesIn } from './expressions.ts'
import { type Slo } from './model.ts'
import { shown } from './promql/refused.ts'
import { selectorText } from './promql/selector.ts'
import type { Look, Question } from './questions.ts'
import { isTrouble, numberFrom, refusedTrouble, type Trouble } from './trouble.ts'
import { pulse, slotsIn, windowsOf } from './windows.ts'

/** Events of a window, and the share of it in which there were samples, 0 to 1. */
export interface WindowMeasured {
  readonly window: number
  readonly counted: Counted | Trouble
  readonly coverage: number | Trouble
}

/** Everything that was counted for one objective. Milliseconds. */
export interface Measurement {
  readonly slo: Slo
  readonly at: Instant
  readonly budget: Counted | Trouble
  readonly windows: readonly WindowMeasured[]
  /** Over the window of the budget, oldest first; undefined where there was no sample. */
  readonly course: readonly (Counted | undefined)[] | Trouble
  /** How long the server remembers. Only asked when the beginning of the window is empty. */
  readonly retention: number | 'unlimited' | 'unknown' | 'not asked'
  readonly stretched: boolean
  /** Warnings of the server, each with the question that it belongs to. */
  readonly warnings: readonly { readonly asked: Question; readonly says: string }[]
}

/** @param remembered what the caller says about the server's retention, in milliseconds */
export function measure(slo: Slo, at: Instant, remembered: number | undefined, look: Look): Measurement {
  const warnings: { readonly asked: Question; readonly says: string }[] = []
  const noting: Look = (question) => {
    const answer = look(question)
    for (const says of answer.warnings) if (!warnings.some((one) => one.says === says)) warnings.push({ asked: question, says })
    return answer
  }
  const sides = countersOf(slo, at, noting)
  if (isTrouble(sides)) return { slo, at, budget: sides, windows: [], course: sides, retention: 'not asked', stretched: false, warnings }
  const { window } = slo
  const windows = windowsOf(window)
  const boundaries = [...windows, window, ...Array.from({ length: slotsIn(window) }, (_, slot) => (slot * window) / slotsIn(window))].map((ago) => at - ago)
  const counting: Counting = { sides, window, at, boundaries, look: noting }
  const course = countSlots(counting)
  return {
    slo,
    at,
    budget: countIn(window, counting),
    windows: windows.map((length) => ({ window: length, counted: countIn(length, counting), coverage: coverageOf(length, sides, counting) })),
    course,
    retention: isTrouble(course) || course[0] !== undefined ? 'not asked' : (remembered ?? retentionFrom(noting)),
    stretched: isStretched(counting),
    warnings,
  }
}

/** The share of the steps of a window in which the service was seen. */
function coverageOf(window: number, { all: [first] }: Sides, { at, look }: Counting): number | Trouble {
  if (first === undefined) throw new Error('An objective without events was read.')
  const seen = numberFrom({ ask: 'value', expression: pulsesIn(first.selector, window, pulse), at }, look, `the coverage of ${shown(selectorText(first.selector))}`)
  return isTrouble(seen) ? seen : Math.min(1, seen / (window / pulse))
}

function retentionFrom(look: Look): Measurement['retention'] {
  const question: Question = { ask: 'retention' }
  const answer = look(question)
  if (answer.is !== 'retention' || refusedTrouble(question, look) !== undefined || answer.text === undefined) return 'unknown'
  return readRetention(answer.text)
}

const units: Readonly<Record<string, number>> = { y: 365 * 86_400_000, w: 7 * 86_400_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** As Prometheus says it: `15d`, `30d or 10GiB`. A limit by size alone says nothing about time. */
export function readRetention(text: string): number | 'unknown' {
  const [time] = text.split(' or ').filter((part) => /^(\d+(y|w|d|h|ms|m|s))+$/.test(part))
  return time === undefined ? 'unknown' : [...time.matchAll(/(\d+)(ms|[ywdhms])/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0)
}
