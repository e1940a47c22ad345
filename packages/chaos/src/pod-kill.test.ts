import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { deployCart, experimentText, setStage, shop, type Stage } from './testing/stage.ts'

jest.setTimeout(60_000)

let stage: Stage
afterEach(() => stage.close())
const codes = (report: { readonly reasons: readonly { readonly code: string }[] }) => report.reasons.map(({ code }) => code)
const alone = { 'blast-radius': '100%', 'min-remaining': '0' }

describe('a pod is killed', () => {
  test('and another one answers: users notice nothing', async () => {
    stage = await setStage()
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', experimentText('{kind: pod-kill}'))
    const report = await stage.run({})
    expect([report.verdict, codes(report), report.summary]).toEqual(['pass', [], expect.stringContaining('no request was bad')])
    expect(report.outputs).toMatchObject({ 'recovery-seconds': '0', 'failed-rate': '0', effect: 'proven', rollback: 'proven', journal: 'fermata-report/chaos-journal.json' })
    expect(JSON.parse(stage.files.get('fermata-report/chaos-journal.json') ?? '')).toMatchObject({ status: 'completed', deviated: false, steady_states: { before: { steady_state_met: true }, after: { steady_state_met: true } }, run: [{ status: 'succeeded' }] })
  })

  test('and it was the only one: the outage is measured, and fails the gate by its share', async () => {
    stage = await setStage()
    stage.story.image(/./, { does: 'run', readyAfter: 4 })
    await deployCart(stage, 1)
    stage.files.set('chaos.yaml', experimentText('{kind: pod-kill, grace: 0s}'))
    const report = await stage.run(alone)
    expect([report.verdict, codes(report)]).toEqual(['fail', ['FM-CHAOS-FAILED-RATE']])
    const [, down, up] = stage.turns.slice(-3)
    const truth = ((up?.at ?? 0) - (down?.at ?? 0)) / 1000
    expect(Math.abs(Number(report.outputs['recovery-seconds']) - truth)).toBeLessThanOrEqual(0.1)
    expect(Number(report.outputs['failed-rate'])).toBeCloseTo(truth / 32, 1)
  })

  test('and recovers, but later than allowed', async () => {
    stage = await setStage()
    stage.story.image(/./, { does: 'run', readyAfter: 4 })
    await deployCart(stage, 1)
    stage.files.set('chaos.yaml', experimentText('{kind: pod-kill, grace: 0s}'))
    const report = await stage.run({ ...alone, 'recovery-sla': '2s', 'max-failed-rate': '99%' })
    expect(report.verdict).toBe('fail')
    expect(codes(report)).toEqual(['FM-CHAOS-NOT-RECOVERED', 'FM-CHAOS-REPLICAS-MISSING'])
    expect(report.outputs).toMatchObject({ 'recovery-seconds': '', effect: 'proven', rollback: 'unproven' })
  })

  test('and is not replaced, while others answer: that is no recovery', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.story.image(/./, { does: 'never-ready' })
    stage.files.set('chaos.yaml', experimentText('{kind: pod-kill}'))
    const report = await stage.run({})
    expect([report.verdict, codes(report)]).toEqual(['fail', ['FM-CHAOS-REPLICAS-MISSING']])
    expect(report.outputs).toMatchObject({ 'recovery-seconds': '0', rollback: 'unproven' })
  })

  test('by eviction, as a budget allows', async () => {
    stage = await setStage()
    await deployCart(stage, 3)
    await stage.kube.create({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'cart', namespace: shop }, spec: { minAvailable: 2, selector: { matchLabels: { app: 'cart' } } } })
    await stage.pass(5_000)
    stage.files.set('chaos.yaml', experimentText('{kind: pod-kill, by: eviction}'))
    expect(await stage.run({})).toMatchObject({ verdict: 'pass', outputs: { effect: 'proven' } })
    stage.files.set('chaos.yaml', experimentText('{kind: pod-kill, by: eviction, count: 2}'))
    const held = await stage.run({ 'blast-radius': '100%', mode: 'plan' })
    // Each alone would be allowed: a trial spends nothing of the budget.
    expect(held.verdict).toBe('pass')
    const second = await stage.run({ 'blast-radius': '100%' })
    expect(second.verdict).toBe('fail')
    expect(codes(second)).toEqual(expect.arrayContaining(['FM-CHAOS-DISRUPTION-BUDGET']))
  })

  test('two runs hit the same pod only once: a uid that is gone is not hit again', async () => {
    stage = await setStage()
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', experimentText('{kind: pod-kill, grace: 0s}'))
    let killed = 0
    stage.between = (cluster) => ({
      ...cluster,
      under: () => ({
        ...cluster,
        delete: async (ref, options) => {
          if (ref.kind !== 'Pod') return cluster.delete(ref, options)
          killed += 1
          await cluster.delete(ref, options)
          return cluster.delete(ref, options)
        },
      }),
    })
    const report = await stage.run({})
    expect([killed, report.verdict, codes(report)]).toEqual([1, 'fail', ['FM-CHAOS-INJECTION-FAILED']])
  })
})

test('a plan shows what would be touched and touches nothing; the run then touches exactly that', async () => {
  stage = await setStage()
  await deployCart(stage, 3)
  stage.files.set('chaos.yaml', experimentText('{kind: pod-kill}'))
  const before = await stage.kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: shop })
  const plan = await stage.run({ mode: 'plan' })
  expect([plan.verdict, plan.summary]).toEqual(['pass', 'pod-kill would hit 1 of 3 pods of Deployment/cart in shop; nothing was touched.'])
  expect(await stage.kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: shop })).toEqual(before)
  for (const kind of [{ apiVersion: 'v1', kind: 'ConfigMap' }, { apiVersion: 'batch/v1', kind: 'Job' }, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }]) expect((await stage.kube.list(kind, { namespace: shop })).items.filter(({ metadata }) => metadata.name.startsWith('fermata'))).toEqual([])
  const planned = JSON.stringify(plan.sections).match(/Pod shop\/(cart-[\w-]+)/)?.[1]
  await stage.run({})
  const after = (await stage.kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: shop })).items.map(({ metadata }) => metadata.name)
  expect(before.items.map(({ metadata }) => metadata.name).filter((name) => !after.includes(name))).toEqual([planned])
})
