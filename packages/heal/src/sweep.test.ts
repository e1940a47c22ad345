import { at, textAt } from '@fermata/ports'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Ledger } from './ladder/ledger.ts'
import { alertOf, dispatchOf, install, keep, openWard, type Ward } from './testing/ward.ts'

const labels = { alertname: 'HighLoad', service: 'cart' }
const patient = { 'healthy-for': '10s', 'step-timeout': '10m', actions: 'scale' }
const replicas = async () => at(await ward.deployment('cart'), 'spec', 'replicas')
const codes = ({ reasons }: Awaited<ReturnType<Ward['run']>>) => reasons.map(({ code }) => code)

let ward: Ward
beforeEach(async () => {
  ward = await openWard()
  keep(ward.files, 'cart', 'registry.example/cart:1')
  await install(ward, 'cart', 'registry.example/cart:1')
  await ward.settle(60_000)
  const since = ward.clock.now()
  ward.firing = async () => [alertOf(labels, since)]
})
afterEach(async () => {
  expect(ward.cluster.unknown).toBe(0)
  await ward.close()
})

/** A run that has made the cart larger and is killed while it looks whether that helps. */
async function killedInTheMiddle(): Promise<ReadonlyMap<string, string>> {
  const kill = new AbortController()
  void ward.run(patient, { payload: dispatchOf({ labels }), killed: kill.signal })
  await ward.settle(30_000)
  expect(await replicas()).toBe(3)
  kill.abort()
  return new Map(ward.kept)
}

async function ledger(): Promise<Ledger> {
  const page = await ward.kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'fermata-journal-heal-cart' })
  return JSON.parse(textAt(page, 'data', 'journal.json') ?? '') as Ledger
}

describe('what a killed run has made larger is taken back', () => {
  test('by its own post step, at once', async () => {
    const kept = await killedInTheMiddle()
    const before = ward.clock.now()
    const report = await ward.post(patient, kept)
    expect([report.verdict, codes(report), await replicas()]).toEqual(['pass', ['FM-HEAL-LEFT-OVER'], 2])
    expect(ward.clock.now() - before).toBeLessThan(10_000)
    expect((await ledger()).deeds).toMatchObject([{ rung: 'scale', state: 'undone' }])
  })

  test('by a sweep, as soon as its lease is over', async () => {
    await killedInTheMiddle()
    const report = await ward.run({ mode: 'sweep' })
    expect([report.verdict, codes(report), await replicas()]).toEqual(['pass', ['FM-HEAL-LEFT-OVER'], 2])
    expect(codes(await ward.run({ mode: 'sweep' }))).toEqual(['FM-HEAL-NOTHING-LEFT'])
  })

  test('by the next run for the service, which does not try it again', async () => {
    await killedInTheMiddle()
    const report = await ward.run({ ...patient, 'step-timeout': '1m' }, { payload: dispatchOf({ labels }) })
    expect([codes(report), await replicas()]).toEqual([['FM-HEAL-EXHAUSTED', 'FM-HEAL-LEFT-OVER'], 2])
  })

  test('but not when somebody has given it another size since', async () => {
    const kept = await killedInTheMiddle()
    await ward.kube.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' }, 'merge', { spec: { replicas: 5 } })
    await ward.post(patient, kept)
    expect([await replicas(), (await ledger()).deeds]).toEqual([5, [expect.objectContaining({ state: 'failed' })]])
  })
})

test('a run that lives is left alone by a sweep', async () => {
  const stop = new AbortController()
  const running = ward.run(patient, { payload: dispatchOf({ labels }), signal: stop.signal })
  await ward.settle(30_000)
  const report = await ward.run({ mode: 'sweep' })
  expect([codes(report), await replicas()]).toEqual([['FM-HEAL-BUSY'], 3])
  stop.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
})

test('an incident whose alert has ended while nobody looked is closed by a sweep, and one that goes on is not', async () => {
  await ward.run({ ...patient, 'step-timeout': '30s' }, { payload: dispatchOf({ labels }) })
  expect(codes(await ward.run({ mode: 'sweep' }))).toEqual(['FM-HEAL-NOTHING-LEFT'])
  expect(ward.issues).toMatchObject([{ open: true }])
  ward.firing = async () => []
  expect(codes(await ward.run({ mode: 'sweep' }))).toEqual(['FM-HEAL-RESOLVED'])
  expect([ward.issues[0]?.open, (await ledger()).incidents]).toEqual([false, {}])
})

test('a post step after a run that had begun nothing does nothing', async () => {
  const report = await ward.post(patient, new Map())
  expect([report.verdict, codes(report)]).toEqual(['pass', ['FM-HEAL-NOTHING-LEFT']])
})
