import type { ReasonCode } from '@fermata/verdict'
import { sloCodes } from './codes.ts'
import { type Look, type Question, wordsOf } from './questions.ts'

/** Why something is not known. */
export interface Trouble {
  readonly code: ReasonCode
  readonly says: string
  readonly remedy: string
  /** The question whose answer is missing, in the words of the evidence. */
  readonly asked: string
}

export function isTrouble(value: unknown): value is Trouble {
  return typeof value === 'object' && value !== null && 'asked' in value && 'says' in value
}

export function trouble(code: keyof typeof sloCodes & ReasonCode, question: Question, says: string): Trouble {
  return { code, says, remedy: sloCodes[code].remedy, asked: wordsOf(question) }
}

/** The first of several that is not known. */
export function firstTrouble(values: readonly unknown[]): Trouble | undefined {
  return values.find(isTrouble)
}

export function knownOf<T>(values: readonly (T | Trouble)[]): readonly T[] {
  return values.filter((value): value is T => !isTrouble(value))
}

/** What a refusal means for whoever wanted the answer. */
export function refusedTrouble(question: Question, look: Look): Trouble | undefined {
  const answer = look(question)
  return answer.is === 'refused' ? { code: answer.code, says: answer.says, remedy: answer.remedy ?? '', asked: wordsOf(question) } : undefined
}

/**
 * The one number that an aggregated question must have as its answer. Nothing, several, NaN and another form are each their own trouble.
 */
export function numberFrom(question: Question & { readonly ask: 'value' }, look: Look, what: string): number | Trouble {
  const answer = look(question)
  if (answer.is === 'refused') return refusedTrouble(question, look) as Trouble
  if (answer.is !== 'points') return trouble('FM-SLO-SEVERAL-SERIES', question, `A ${answer.is} came for ${what} where one number was asked for.`)
  const [point, second] = answer.points
  if (point === undefined) return trouble('FM-SLO-NO-DATA', question, `There is no data for ${what}.`)
  if (second !== undefined) return trouble('FM-SLO-SEVERAL-SERIES', question, `${answer.points.length} series came for ${what} where one number was asked for.`)
  if (!Number.isFinite(point.value)) return trouble('FM-SLO-NAN', question, `The answer for ${what} is ${point.value}.`)
  return point.value
}
