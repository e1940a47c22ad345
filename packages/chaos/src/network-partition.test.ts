import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { ClusterError, type Cluster } from '@fermata/ports'
import { deployCart, experimentText, setStage, shop, type Stage } from './testing/stage.ts'

jest.setTimeout(60_000)

let stage: Stage
afterEach(() => stage.close())
const codes = (report: { readonly reasons: readonly { readonly code: string }[] }) => report.reasons.map(({ code }) => code)
const all = { 'blast-radius': '100%', 'min-remaining': '0' }
const partition = experimentText('{kind: network-partition, duration: 10s}')

/** What of ours is still there, but for leases and journals. */
async function leftovers({ kube }: Stage): Promise<readonly string[]> {
  const kinds = [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }, { apiVersion: 'batch/v1', kind: 'Job' }]
  const found = await Promise.all(kinds.map((kind) => kube.list(kind, { namespace: shop })))
  return found.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
}

async function journal({ kube }: Stage): Promise<{ readonly ended: boolean; readonly phase: string; readonly rollback?: string }> {
  const { items } = await kube.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: shop, labelSelector: 'app.kubernetes.io/managed-by=fermata' })
  return JSON.parse((items[0] as unknown as { readonly data: Readonly<Record<string, string>> }).data['journal.json'] ?? '')
}

/** Stands between the run and the cluster on every connection. */
function changing(change: (cluster: Cluster) => Partial<Cluster>): (cluster: Cluster) => Cluster {
  const changed = (cluster: Cluster): Cluster => ({ ...cluster, ...change(cluster), under: (signal) => changed(cluster.under(signal)) })
  return changed
}
const forbidden = (what: string) => new ClusterError('forbidden', `delete ${what} was refused: User "x" cannot delete.`)

describe('pods are cut off', () => {
  test('for as long as was asked, and are good right after: recovery counts from the end', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', partition)
    const report = await stage.run(all)
    expect([report.verdict, codes(report)]).toEqual(['pass', []])
    expect(report.outputs).toMatchObject({ effect: 'proven', rollback: 'proven', 'failed-rate': '0' })
    expect(Number(report.outputs['recovery-seconds'])).toBeLessThanOrEqual(0.1)
    const [, down, up] = stage.turns.slice(-3)
    expect((up?.at ?? 0) - (down?.at ?? 0)).toBeGreaterThanOrEqual(10_000)
    expect((up?.at ?? 0) - (down?.at ?? 0)).toBeLessThan(10_600)
    expect(await leftovers(stage)).toEqual([])
    expect(await journal(stage)).toMatchObject({ ended: true, phase: 'ended', rollback: 'proven' })
  })

  test('and users are served by others: their requests are counted during the fault, and its effect is proven by another probe', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', `${partition}effect: [{url: "http://behind.example/"}]\n`)
    const healthy = stage.serving
    stage.serving = (wish, pods, policies) => (wish.url.includes('behind') ? healthy(wish, pods, policies) : { ms: 5, status: 200 })
    const report = await stage.run(all)
    expect([report.verdict, report.outputs['recovery-seconds'], report.outputs['failed-rate'], report.outputs['effect']]).toEqual(['pass', '0', '0', 'proven'])
    stage.serving = (wish, pods, policies) => (wish.url.includes('behind') ? healthy(wish, pods, policies) : policies.length > 0 ? { ms: 5, status: 500 } : { ms: 5, status: 200 })
    const hurt = await stage.run(all)
    expect([hurt.verdict, codes(hurt)]).toEqual(['fail', ['FM-CHAOS-FAILED-RATE']])
  })

  test('and nothing enforces policies: no effect, not green', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', partition)
    stage.serving = () => ({ ms: 5, status: 200 })
    const report = await stage.run(all)
    expect([report.verdict, codes(report), report.outputs['effect'], report.outputs['rollback']]).toEqual(['inconclusive', ['FM-CHAOS-NO-EFFECT'], 'unproven', 'proven'])
    expect(await leftovers(stage)).toEqual([])
  })

  test('and another policy lets traffic through: that is told before', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', partition)
    await stage.kube.create({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'open', namespace: shop }, spec: { podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] } })
    expect(codes(await stage.run({ ...all, mode: 'plan' }))).toEqual(['FM-CHAOS-LET-THROUGH'])
  })

  test('some of a Deployment cannot be: its pods have no labels of their own', async () => {
    stage = await setStage()
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', experimentText('{kind: network-partition, duration: 10s, count: 1}'))
    expect(await stage.run({})).toMatchObject({ verdict: 'fail', reasons: [{ code: 'FM-CHAOS-NOT-SELECTABLE' }] })
  })
})

describe('the way back', () => {
  test('is refused: the cluster removes it by the fuse, and it is not green', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', partition)
    stage.between = changing((cluster) => ({ delete: (ref, options) => (ref.kind === 'NetworkPolicy' || ref.kind === 'Job' ? Promise.reject(forbidden(ref.kind)) : cluster.delete(ref, options)) }))
    const report = await stage.run(all)
    expect(report.verdict).toBe('fail')
    expect(codes(report)).toContain('FM-CHAOS-UNDO-REFUSED')
    expect(report.outputs['rollback']).toBe('expired')
    expect(await leftovers(stage)).toEqual([])
  })

  test('cannot be seen: unproven, and not green', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', partition)
    let lifting = false
    stage.between = changing((cluster) => ({
      delete: (ref, options) => {
        lifting ||= ref.kind === 'NetworkPolicy'
        return cluster.delete(ref, options)
      },
      get: (ref) => (lifting && ref.kind === 'NetworkPolicy' ? Promise.reject(forbidden('get')) : cluster.get(ref)),
    }))
    const report = await stage.run(all)
    expect([report.verdict, report.outputs['rollback']]).toEqual(['fail', 'unproven'])
    expect(codes(report)).toContain('FM-CHAOS-UNDO-UNPROVEN')
    expect(await journal(stage)).toMatchObject({ ended: false, rollback: 'unproven' })
  })

  test('on a request to stop takes less than the time there is', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', experimentText('{kind: network-partition, duration: 10m}'))
    const running = stage.run(all)
    while (stage.turns.at(-1)?.good !== false) await stage.pass(100)
    await stage.pass(1_000)
    const asked = stage.clock.now()
    stage.stopRun()
    const report = await running
    expect(stage.clock.now() - asked).toBeLessThan(7_500)
    expect([report.verdict, codes(report), report.outputs['rollback']]).toEqual(['fail', ['FM-CHAOS-CANCELLED'], 'proven'])
    expect(await leftovers(stage)).toEqual([])
    expect(await stage.cleanUp()).toMatchObject({ verdict: 'pass', summary: expect.stringContaining('has come to its end') })
  })

  test('after a kill in the middle is the fuse: after its time nothing is left, and a sweep ends the journal', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', partition)
    const dead = new Error('killed')
    stage.between = changing((cluster) => {
      const alive = <T>(ask: () => Promise<T>): Promise<T> => (stage.turns.at(-1)?.good === false ? Promise.reject(dead) : ask())
      return { get: (ref) => alive(() => cluster.get(ref)), list: (kind, where) => alive(() => cluster.list(kind, where)), create: (object) => cluster.create(object), replace: (object) => alive(() => cluster.replace(object)), patch: (...asked) => alive(() => cluster.patch(...asked)), delete: (...asked) => alive(() => cluster.delete(...asked)) }
    })
    await expect(stage.run(all)).rejects.toBe(dead)
    expect(await leftovers(stage)).toHaveLength(2)
    stage.between = (cluster) => cluster
    await stage.pass(36_000)
    expect([await leftovers(stage), stage.turns.at(-1)?.good, (await journal(stage)).ended]).toEqual([[], true, false])
    const swept = await stage.run({ mode: 'sweep' })
    expect([swept.verdict, swept.outputs['rollback'], (await journal(stage)).ended]).toEqual(['pass', 'expired', true])
    expect(await stage.run({ mode: 'sweep' })).toMatchObject({ verdict: 'pass', summary: 'Nothing was left in namespace shop.' })
  })

  test('after a kill is the post step, when there is one: it needs no experiment', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', partition)
    const dead = new Error('killed')
    stage.between = changing((cluster) => ({ delete: () => Promise.reject(dead), replace: (object) => (stage.turns.at(-1)?.good === false ? Promise.reject(dead) : cluster.replace(object)) }))
    await expect(stage.run(all)).rejects.toBe(dead)
    stage.files.delete('chaos.yaml')
    stage.between = (cluster) => cluster
    const report = await stage.cleanUp()
    expect([report.verdict, report.outputs['rollback'], codes(report)]).toEqual(['warn', 'proven', ['FM-CHAOS-UNFINISHED']])
    expect((await leftovers(stage)).filter((name) => name.startsWith('NetworkPolicy'))).toEqual([])
    expect(await stage.cleanUp()).toMatchObject({ verdict: 'pass' })
  })

  test('of a run that lives is left to it by a sweep', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', experimentText('{kind: network-partition, duration: 60s}'))
    const running = stage.run(all)
    while (stage.turns.at(-1)?.good !== false) await stage.pass(100)
    const swept = await stage.run({ mode: 'sweep' })
    expect([JSON.stringify(swept.sections), (await journal(stage)).ended, await leftovers(stage)]).toEqual([expect.stringContaining('works on it'), false, [expect.stringContaining('NetworkPolicy'), expect.stringContaining('Job')]])
    stage.stopRun()
    await running
    expect(await leftovers(stage)).toEqual([])
  })
})
