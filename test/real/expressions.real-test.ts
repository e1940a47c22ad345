import type { Metrics } from '@fermata/ports'
import { createMetrics } from '@fermata/prometheus'
import { startPrometheus, virtualClock } from '@fermata/sandbox'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { askers, firing } from '../contract/expressions/askers.ts'
import { samplesFor } from '../contract/expressions/samples-for.ts'
import { writtenExpressions } from '../contract/expressions/written.ts'
import { ask, difference, keyOf, type Question } from '../contract/metrics/ask.ts'
import { now } from '../contract/metrics/samples.ts'
import { stories } from '../contract/slo/stories.ts'
import { startRealPrometheus } from './prometheus.ts'

/** Every expression that Fermata sends or shows, asked of both over the same samples. */
const samples = [...stories.flatMap(({ series }) => series), ...samplesFor(writtenExpressions().map(({ expression }) => expression)), ...firing]
let sandbox: { readonly url: string; close(): Promise<void> }
let real: { readonly url: string; stop(): Promise<void> }
beforeAll(async () => {
  const standIn = await startPrometheus({ clock: virtualClock({ start: now + 3_600_000 }) })
  for (const { name, labels, samples: each } of samples) standIn.recorded(name, labels, each)
  sandbox = standIn
  real = await startRealPrometheus(samples)
}, 120_000)
afterAll(async () => {
  await sandbox.close()
  await real.stop()
}, 30_000)

describe('expressions that are shipped', () => {
  test.each(askers)('$name', async ({ asks }) => {
    // What is asked next depends on what came back: where the answers agree, so do the questions.
    const here = await questionsOf(asks, sandbox.url)
    const wrong: string[] = []
    const empty: string[] = []
    for (const question of here.values()) {
      const [told, expected] = [await ask(sandbox.url, question), await ask(real.url, question)]
      const differs = difference(told, expected, question)
      if (differs !== undefined) wrong.push(`${keyOf(question)}: ${differs}`)
      if ('lines' in expected && expected.lines.length === 0) empty.push(keyOf(question))
    }
    // Two empty answers agree about nothing.
    expect({ wrong, empty }).toEqual({ wrong: [], empty: [] })
    process.stderr.write(`${here.size} expressions: the sandbox and Prometheus agree within 1e-9\n`)
  }, 240_000)
})

async function questionsOf(asks: (metrics: Metrics) => Promise<void>, url: string): Promise<ReadonlyMap<string, Question>> {
  const asked = new Map<string, Question>()
  const note = (question: Question) => asked.set(keyOf(question), question)
  const metrics = createMetrics({ url, clock: { now: () => now, sleep: () => Promise.reject(new Error('Nothing here is to be repeated.')) } })
  await asks({
    ...metrics,
    query: (expression, at) => {
      note({ expression, at })
      return metrics.query(expression, at)
    },
    queryRange: (expression, over) => {
      note({ expression, ...over })
      return metrics.queryRange(expression, over)
    },
  })
  return asked
}
