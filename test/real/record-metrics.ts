import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask, keyOf, type Told } from '../contract/metrics/ask.ts'
import { asked } from '../contract/metrics/asked.ts'
import { stories } from '../contract/metrics/samples.ts'
import { startRealPrometheus } from './prometheus.ts'

/**
 * Writes down what the real Prometheus answers to every question of the table: `node test/real/record-metrics.ts`.
 * The sandbox is held to it where there is no Prometheus, and `npm run test:real` holds it to Prometheus.
 */
const file = join(import.meta.dirname, '../contract/metrics/answers.json')

/** Three digits more than are compared. */
function rounded(value: string): string {
  const number = Number(value)
  return Number.isFinite(number) && value.length > 13 ? String(Number(number.toPrecision(12))) : value
}

function short(told: Told): Told {
  return 'error' in told || told.type === 'string' ? told : { ...told, lines: told.lines.map(({ labels, points }) => ({ labels, points: points.map(([at, value]) => [at, rounded(value)] as const) })) }
}

const real = await startRealPrometheus(stories)
const answers: string[] = []
for (const question of asked) answers.push(`${JSON.stringify(keyOf(question))}: ${JSON.stringify(short(await ask(real.url, question)))}`)
await real.stop()
writeFileSync(file, `{\n${answers.join(',\n')}\n}\n`)
console.log(`${answers.length} answers`)
