import type { Instant, Labels, MetricPoint, MetricSeries } from '@fermata/ports'
import type { ReasonCode } from '@fermata/verdict'

/** What a metrics server is asked. All questions of a run are asked for one instant. */
export type Question =
  /** What an expression comes to at an instant. `boundaries` are the instants that matter of samples as they were recorded. */
  | { readonly ask: 'value'; readonly expression: string; readonly at: Instant; readonly boundaries?: readonly Instant[] }
  /** What it came to at each step; both ends belong to it. */
  | { readonly ask: 'course'; readonly expression: string; readonly from: Instant; readonly to: Instant; readonly stepMs: number }
  | { readonly ask: 'labels'; readonly label: string; readonly selector: string; readonly from: Instant; readonly to: Instant }
  /** How long the server remembers. */
  | { readonly ask: 'retention' }

/** What came back. A refusal is an answer too: it is kept, and nothing is known from it. After a `final` one nothing more is asked. */
export type Answer =
  | { readonly is: 'points'; readonly points: readonly MetricPoint[]; readonly warnings: readonly string[] }
  | { readonly is: 'series'; readonly series: readonly MetricSeries[]; readonly warnings: readonly string[] }
  | { readonly is: 'labels'; readonly values: readonly string[]; readonly warnings: readonly string[] }
  | { readonly is: 'retention'; readonly text: string | undefined; readonly warnings: readonly string[] }
  | { readonly is: 'refused'; readonly code: ReasonCode; readonly says: string; readonly remedy: string | undefined; readonly final: boolean; readonly warnings: readonly string[] }

/** Gives the answer to a question. One that was not asked is refused with `FM-SLO-NOT-ASKED`. */
export type Look = (question: Question) => Answer

/** Names a question, in the words of the evidence. The same words are the same question. */
export function wordsOf(question: Question): string {
  switch (question.ask) {
    case 'value':
      return question.expression
    case 'course':
      return `${question.expression} from ${new Date(question.from).toISOString()} to ${new Date(question.to).toISOString()} every ${question.stepMs / 1_000} s`
    case 'labels':
      return `values of ${question.label} in ${question.selector} since ${new Date(question.from).toISOString()}`
    case 'retention':
      return 'retention'
  }
}

/** Labels in one order, to tell series apart. The name of the metric does not count: functions drop it. */
export function keyOfLabels(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).filter(([name]) => name !== '__name__').toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
