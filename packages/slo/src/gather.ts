import type { Instant, Metrics, MetricsAnswer, MetricValue } from '@fermata/ports'
import { MonitoringError, type MonitoringErrorKind } from '@fermata/ports'
import { type Answer, type Look, type Question, wordsOf } from './questions.ts'
import { condensed } from './raw.ts'

/** Answers by the words of their questions. */
export interface Gathered {
  readonly questions: ReadonlyMap<string, Question>
  readonly answers: ReadonlyMap<string, Answer>
  readonly look: Look
}

/** After one of these the server would refuse the next question too, and is not asked again. */
const final: readonly MonitoringErrorKind[] = ['unauthorized', 'forbidden', 'not-found', 'redirected', 'unreachable', 'unavailable', 'rate-limited', 'unreadable']

/** Questions that are under way at a time. */
const atOnce = 8

/**
 * Asks whatever a decision looks at, until it looks at nothing new. What it asks next may depend on what came back, so the decision is
 * made as often as it takes; it is pure, and the last one is the one that counts.
 * @throws the signal's reason when the run is stopped
 */
export async function gather(metrics: Metrics, decide: (look: Look) => void, signal: AbortSignal): Promise<Gathered> {
  const questions = new Map<string, Question>()
  const answers = new Map<string, Answer>()
  let refusal: Answer | undefined
  for (;;) {
    const open = new Map<string, Question>()
    decide((question) => {
      const words = wordsOf(question)
      const answer = answers.get(words)
      if (answer === undefined) open.set(words, question)
      return answer ?? notAsked
    })
    if (open.size === 0) return { questions, answers, look: (question) => answers.get(wordsOf(question)) ?? notAsked }
    const waiting = [...open]
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        signal.throwIfAborted()
        const [words, question] = next
        questions.set(words, question)
        const answer = refusal ?? (await answerTo(question, metrics))
        const isFinal = answer.is === 'refused' && answer.final
        if (isFinal) refusal ??= answer
        // Of several that were under way, the first refusal speaks for all.
        answers.set(words, isFinal ? (refusal ?? answer) : answer)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }
}

export const notAsked: Answer = { is: 'refused', code: 'FM-SLO-NOT-ASKED', says: 'The question was not asked.', remedy: undefined, final: false, warnings: [] }

async function answerTo(question: Question, metrics: Metrics): Promise<Answer> {
  try {
    return await ask(question, metrics)
  } catch (error) {
    if (!(error instanceof MonitoringError)) throw error
    const { code, message, remedy } = error.reason
    // Only the retention is asked of another API, which servers with long-term storage do not have.
    return { is: 'refused', code, says: message, remedy, final: question.ask !== 'retention' && final.includes(error.kind), warnings: [] }
  }
}

async function ask(question: Question, metrics: Metrics): Promise<Answer> {
  switch (question.ask) {
    case 'value':
      return valueFrom(await metrics.query(question.expression, question.at), question.boundaries ?? [])
    case 'course': {
      const { value, warnings } = await metrics.queryRange(question.expression, { from: question.from, to: question.to, stepMs: question.stepMs })
      return { is: 'series', series: value, warnings }
    }
    case 'labels': {
      const { value, warnings } = await metrics.labelValues(question.label, [question.selector], { from: question.from, to: question.to })
      return { is: 'labels', values: value, warnings }
    }
    case 'retention':
      return { is: 'retention', text: (await metrics.server()).retention, warnings: [] }
  }
}

/** Of samples as they were recorded only those are kept that count, so that the evidence stays small and says the same. */
function valueFrom({ value, warnings }: MetricsAnswer<MetricValue>, boundaries: readonly Instant[]): Answer {
  switch (value.kind) {
    case 'vector':
      return { is: 'points', points: value.points, warnings }
    case 'matrix':
      return { is: 'series', series: value.series.map(({ labels, samples }) => ({ labels, samples: condensed(samples, boundaries) })), warnings }
    case 'scalar':
      return { is: 'points', points: [{ labels: {}, ...value.sample }], warnings }
    case 'string':
      return { is: 'labels', values: [value.text], warnings }
  }
}
