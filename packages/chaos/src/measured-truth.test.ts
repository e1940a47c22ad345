import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { isReady } from './target/pods.ts'
import { deployCart, experimentText, setStage, type Stage } from './testing/stage.ts'

jest.setTimeout(280_000)

let stage: Stage
beforeAll(async () => {
  stage = await setStage()
  stage.story.image(/./, { does: 'run', readyAfter: 1 })
  await deployCart(stage, 1)
})
afterAll(() => stage.close())

test('in 100 random runs the recovery is within one sampling interval of the truth', async () => {
  const runs = fc.sample(fc.record({ every: fc.integer({ min: 100, max: 500 }), readyAfter: fc.integer({ min: 1, max: 25 }), phase: fc.integer({ min: 0, max: 999 }), partition: fc.boolean(), latency: fc.integer({ min: 1, max: 40 }) }), { numRuns: 100, seed: 20_261_121 })
  const misses: unknown[] = []
  for (const run of runs) {
    const { every, readyAfter, phase, partition, latency } = run
    stage.story.image(/./, { does: 'run', readyAfter: readyAfter / 10 })
    // The stage looks at every change of the cluster, so these instants are those of the cluster.
    const truth = { down: Number.NaN, up: Number.NaN }
    let [wasReady, wasCut] = [true, false]
    stage.serving = (_wish, pods, policies) => {
      const now = stage.clock.now()
      const [ready, isCut] = [pods.some(isReady), policies.length > 0]
      if (partition && wasCut && !isCut) {
        // After a partition, the service takes a while of its own to be good again.
        truth.down = now
        truth.up = now + readyAfter * 20
      }
      if (!partition && wasReady && !ready) truth.down = now
      if (!partition && !wasReady && ready) truth.up = now
      ;[wasReady, wasCut] = [ready, isCut]
      return ready && !isCut && !(now < truth.up && now >= truth.down) ? { ms: latency, status: 200 } : { ms: 1, status: 503 }
    }
    await stage.pass(phase)
    stage.files.set('chaos.yaml', experimentText(partition ? '{kind: network-partition, duration: 2s}' : '{kind: pod-kill, grace: 0s}', `sampling: {every: ${every}ms, window: 1s}\n`))
    const report = await stage.run({ 'blast-radius': '100%', 'min-remaining': '0', 'max-failed-rate': '99%' })
    const { recovery } = (JSON.parse(stage.files.get('fermata-report/chaos-journal.json') ?? '{}') as { readonly fermata: { readonly recovery: { readonly is: string; readonly lastBad: number; readonly firstGood: number } } }).fermata
    const lasted = truth.up - truth.down
    const { lastBad, firstGood } = recovery.is === 'unharmed' ? { lastBad: 0, firstGood: 0 } : recovery
    const between = recovery.is === 'unharmed' || (lastBad <= lasted && lasted <= firstGood)
    if (!between || !(Math.abs(firstGood - lasted) <= every) || report.outputs['effect'] !== 'proven') misses.push({ run, lasted, recovery, reasons: report.reasons.map(({ code }) => code) })
  }
  expect(misses).toEqual([])
})
