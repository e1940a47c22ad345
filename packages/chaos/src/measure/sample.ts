import type { Instant, ProbeAnswer } from '@fermata/ports'
import type { Expectation, Probe } from '../experiment/model.ts'

/** One look at a steady state: all its probes, asked at one instant. */
export interface Sample {
  /** When it was due. */
  readonly due: Instant
  /** When its requests were started. */
  readonly at: Instant
  /** How long the slowest took. */
  readonly ms: number
  readonly good: boolean
  /** Of a bad one: what was wrong. */
  readonly says: string
}

/** Whether an answer is good, and if not, why. */
export function judgeAnswer(probe: Probe, answer: ProbeAnswer): { readonly good: boolean; readonly says: string } {
  if (answer.kind === 'failed') return { good: false, says: `${answer.failure}: ${answer.says}` }
  if (probe.latencyMs !== undefined && answer.ms > probe.latencyMs) return { good: false, says: `slow: ${Math.round(answer.ms)} ms` }
  const missed = probe.expects.find((expectation) => !meets(expectation, answer))
  return missed === undefined ? { good: true, says: '' } : { good: false, says: wordsFor(missed, answer) }
}

type Answered = Extract<ProbeAnswer, { readonly kind: 'answered' }>

function meets(expectation: Expectation, answer: Answered): boolean {
  switch (expectation.is) {
    case 'status':
      return expectation.oneOf.includes(answer.status)
    case 'success':
      return answer.status >= 100 && answer.status < 400
    case 'contains':
      return answer.body.includes(expectation.text)
    case 'range': {
      const text = expectation.of === 'status' ? String(answer.status) : answer.body.trim()
      const number = text === '' ? Number.NaN : Number(text)
      return number >= expectation.low && number <= expectation.high
    }
  }
}

function wordsFor(missed: Expectation, answer: Answered): string {
  switch (missed.is) {
    case 'status':
    case 'success':
      return `HTTP ${answer.status}`
    case 'contains':
      return `HTTP ${answer.status} without ${JSON.stringify(missed.text)}`
    case 'range':
      return `${missed.of} is not between ${missed.low} and ${missed.high}`
  }
}
