import type { Question } from './ask.ts'
import { questions, refused, usual } from './questions.ts'
import { now } from './samples.ts'

/** Every question of the table, with its time. */
export const asked: readonly Question[] = [
  ...questions.flatMap(({ times, expressions }) => expressions.flatMap((expression): readonly Question[] => [...times.instants.map((at) => ({ expression, at })), ...(times.range === undefined ? [] : [{ expression, ...times.range }])])),
  ...refused.map(({ expression, as }): Question => (as === 'range' && usual.range !== undefined ? { expression, ...usual.range } : { expression, at: now })),
]
