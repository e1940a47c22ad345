import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ask, difference, keyOf, type Question, type Told } from './ask.ts'
import { asked } from './asked.ts'
import { refused } from './questions.ts'
import { protocolContract } from './protocol.ts'
import { stories } from './samples.ts'
import type { Side } from './side.ts'

const answers = JSON.parse(readFileSync(join(import.meta.dirname, 'answers.json'), 'utf8')) as Readonly<Record<string, Told>>

/**
 * What a Prometheus must be for us: the same answers to the same questions over the same samples, and the same protocol.
 * The answers were written down from a real one (`test/real/record-metrics.ts`).
 */
export function metricsContract(side: Side): void {
  describe(`metrics contract: ${side.name}`, () => {
    let running: { readonly url: string; stop(): Promise<void> } | undefined
    const url = (): string => running?.url ?? ''
    beforeAll(async () => {
      running = await side.start(stories)
    }, 60_000)
    afterAll(async () => running?.stop())

    describe('expressions', () => {
      const byExpression = [...Map.groupBy(asked, ({ expression }) => expression)]
      test.each(byExpression)('%s', async (_, questions) => {
        const told = await Promise.all(questions.map(async (question) => wrongWith(await ask(url(), question), question)))
        expect(told.filter((wrong) => wrong !== undefined)).toEqual([])
      })
      test('every answer that was written down belongs to a question', () => expect(Object.keys(answers).filter((key) => !asked.some((question) => keyOf(question) === key))).toEqual([]))
      test('what is to be refused was refused', () => expect(refused.filter(({ expression, type }) => !asked.some((question) => question.expression === expression && (answers[keyOf(question)] as { readonly error?: string } | undefined)?.error === type))).toEqual([]))
    })

    protocolContract(side, url)
  })
}

function wrongWith(told: Told, question: Question): string | undefined {
  const expected = answers[keyOf(question)]
  return expected === undefined ? `nothing is written down for ${keyOf(question)}` : difference(told, expected, question)
}
