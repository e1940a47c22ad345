import { startPrometheus, virtualClock } from '@fermata/sandbox'
import { ask, difference } from '../contract/metrics/ask.ts'
import { asked } from '../contract/metrics/asked.ts'
import { now, stories } from '../contract/metrics/samples.ts'
import { startRealPrometheus } from './prometheus.ts'

/** Prints where the sandbox and the real Prometheus differ: `node test/real/compare-metrics.ts [part of an expression]`. */
const only = process.argv[2]
const sandbox = await startPrometheus({ clock: virtualClock({ start: now + 3_600_000 }) })
for (const { name, labels, samples } of stories) sandbox.recorded(name, labels, samples)
const real = await startRealPrometheus(stories)
let differing = 0
let count = 0
for (const question of asked) {
  if (only !== undefined && !question.expression.includes(only)) continue
  count++
  const [told, expected] = [await ask(sandbox.url, question), await ask(real.url, question)]
  const differs = difference(told, expected, question)
  if (differs === undefined) continue
  differing++
  console.log(`${question.expression}  ${'at' in question ? question.at - now : 'range'}\n    ${differs}`)
}
console.log(`${count} questions, ${differing} differ`)
await sandbox.close()
await real.stop()
