import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { at, type KubeObject, type MetricPoint } from '@fermata/ports'
import { alertOf, answering, dispatchOf, install, keep, openWard, type Ward } from './testing/ward.ts'

const first = 'registry.example/cart:1'
const second = 'registry.example/cart:2'
const labels = { alertname: 'HighErrorRate', service: 'cart', severity: 'critical' }
const quick = { 'healthy-for': '10s', 'step-timeout': '1m' }
const imageOf = (deployment: KubeObject) => (at(deployment, 'spec', 'template', 'spec', 'containers') as readonly { readonly image: string }[])[0]?.image
const restartedAt = (deployment: KubeObject) => at(deployment, 'spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt')

let ward: Ward
beforeEach(async () => {
  ward = await openWard({ users: [{ name: 'admin', token: 'admin', may: 'all' }, { name: 'reader', token: 'reader', may: [{ groups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }, { groups: ['coordination.k8s.io', ''], resources: ['leases', 'configmaps'], verbs: ['*'] }] }] })
  keep(ward.files, 'cart', first)
  await install(ward, 'cart', first)
  await ward.settle(10 * 60_000)
})
afterEach(() => ward.close())

const codes = (report: Awaited<ReturnType<Ward['run']>>) => report.reasons.map(({ code }) => code)
const outputs = (report: Awaited<ReturnType<Ward['run']>>) => ({ taken: JSON.parse(report.outputs['taken'] ?? ''), escalated: JSON.parse(report.outputs['escalated'] ?? ''), skipped: JSON.parse(report.outputs['skipped'] ?? '') })

/** Fires until somebody has done what helps. */
function firesUntil(helped: (deployment: KubeObject) => boolean, given = labels): number {
  const since = ward.clock.now()
  ward.firing = async () => (helped(await ward.deployment('cart')) ? [] : [alertOf(given, since)])
  return since
}

describe('the ladder', () => {
  test('a restart that helps is the end, and its incident is closed', async () => {
    firesUntil((deployment) => restartedAt(deployment) !== undefined)
    const report = await ward.run(quick, { payload: dispatchOf({ labels }) })
    expect(report.verdict).toBe('pass')
    expect(outputs(report)).toEqual({ taken: [{ service: 'cart', action: 'restart', outcome: 'healed' }], escalated: [], skipped: {} })
    expect(ward.issues).toHaveLength(1)
    expect(ward.issues[0]).toMatchObject({ open: false, title: 'cart: HighErrorRate' })
    expect(report.outputs['incident']).toBe('1')
  })

  test('what does not help is followed by the next rung, and scaling that does not help is taken back', async () => {
    await install(ward, 'cart', second)
    await ward.settle(60_000)
    firesUntil((deployment) => imageOf(deployment) === first)
    const report = await ward.run(quick, { payload: dispatchOf({ labels }) })
    expect(outputs(report).taken).toEqual([{ service: 'cart', action: 'restart', outcome: 'failed' }, { service: 'cart', action: 'scale', outcome: 'undone' }, { service: 'cart', action: 'rollback', outcome: 'healed' }])
    const deployment = await ward.deployment('cart')
    expect([imageOf(deployment), at(deployment, 'spec', 'replicas')]).toEqual([first, 2])
    expect(report.verdict).toBe('warn')
  })

  test('a label begins with the rung that it names, if it is allowed', async () => {
    await install(ward, 'cart', second)
    await ward.settle(60_000)
    const automated = { ...labels, automation: 'auto-rollback' }
    firesUntil((deployment) => imageOf(deployment) === first, automated)
    const refused = await ward.run({ ...quick, mode: 'plan', actions: 'restart' }, { payload: dispatchOf({ labels: automated }) })
    expect(refused.summary).toBe('cart: would restart.')
    const report = await ward.run(quick, { payload: dispatchOf({ labels: automated }) })
    expect(outputs(report).taken).toEqual([{ service: 'cart', action: 'rollback', outcome: 'healed' }])
  })

  test('nothing helps: a person is called, in the incident and by the verdict', async () => {
    firesUntil(() => false)
    const report = await ward.run({ ...quick, actions: 'restart,scale' }, { payload: dispatchOf({ labels }) })
    expect(report.verdict).toBe('fail')
    expect(codes(report)[0]).toBe('FM-HEAL-EXHAUSTED')
    expect(outputs(report).escalated).toEqual(['cart'])
    expect(ward.issues[0]?.open).toBe(true)
    expect(ward.issues[0]?.comments.at(-1)).toContain('A person is needed')
  })

  test('a rollout after the alert began, or long before it, is no cause', async () => {
    const since = firesUntil(() => false)
    const long = await ward.run({ ...quick, actions: 'rollback' }, { payload: dispatchOf({ labels }) })
    expect(codes(long)).toContain('FM-HEAL-NO-FORMER')
    await ward.settle(5_000)
    await install(ward, 'cart', second)
    await ward.settle(60_000)
    ward.firing = async () => [alertOf({ ...labels, severity: 'warning' }, since)]
    const later = await ward.run({ ...quick, actions: 'rollback' }, { payload: dispatchOf({ labels }) })
    expect(codes(later)).toContain('FM-HEAL-NO-ROLLOUT')
    expect(imageOf(await ward.deployment('cart'))).toBe(second)
  })

  test('never from A to B to A', async () => {
    await install(ward, 'cart', second)
    await ward.settle(6 * 60_000)
    firesUntil((deployment) => imageOf(deployment) === first)
    expect(outputs(await ward.run({ ...quick, actions: 'rollback', cooldown: '1s' }, { payload: dispatchOf({ labels }) })).taken).toEqual([{ service: 'cart', action: 'rollback', outcome: 'healed' }])
    await ward.settle(6 * 60_000)
    const other = { ...labels, alertname: 'HighLatency' }
    firesUntil(() => false, other)
    const report = await ward.run({ ...quick, actions: 'rollback', cooldown: '1s', 'rollback-window': '30d' }, { payload: dispatchOf({ labels: other }) })
    expect(imageOf(await ward.deployment('cart'))).toBe(first)
    expect(codes(report)).toContain('FM-HEAL-CIRCLE')
  })
})

describe('what others own', () => {
  test('with an autoscaler its least number is raised, and the replicas are left to it', async () => {
    await ward.kube.create({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'cart', namespace: 'shop' }, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' }, minReplicas: 2, maxReplicas: 5 } })
    firesUntil(() => false)
    const plan = await ward.run({ mode: 'plan', actions: 'scale' }, { payload: dispatchOf({ labels }) })
    expect(plan.reasons[0]?.message).toBe('minReplicas of HorizontalPodAutoscaler cart from 2 to 3.')
  })

  test('what Argo CD reconciles is not scaled', async () => {
    await install(ward, 'cart', first, 2, { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:cart' } })
    firesUntil(() => false)
    expect(codes(await ward.run({ ...quick, actions: 'scale' }, { payload: dispatchOf({ labels }) }))).toContain('FM-HEAL-GITOPS')
  })

  test('a paused workload is left alone', async () => {
    await install(ward, 'cart', first, 2, { annotations: { 'fermata.dev/heal': 'paused' } })
    firesUntil(() => false)
    expect(outputs(await ward.run(quick, { payload: dispatchOf({ labels }) }))).toEqual({ taken: [], escalated: [], skipped: { cart: 'FM-HEAL-PAUSED' } })
  })

  test('a release that is under way keeps healing out', async () => {
    const now = new Date(ward.clock.now()).toISOString().replace('Z', '000Z')
    await ward.kube.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'fermata-cart', namespace: 'shop' }, spec: { holderIdentity: 'release-1', leaseDurationSeconds: 3_600, leaseTransitions: 1, acquireTime: now, renewTime: now } })
    firesUntil(() => false)
    const renewing = new AbortController()
    const renew = (async () => {
      while (!renewing.signal.aborted) {
        await ward.clock.sleep(5_000)
        await ward.kube.patch({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'shop', name: 'fermata-cart' }, 'merge', { spec: { renewTime: new Date(ward.clock.now()).toISOString().replace('Z', '000Z') } })
      }
    })()
    const report = await ward.run(quick, { payload: dispatchOf({ labels }) })
    renewing.abort()
    await renew
    expect(outputs(report).skipped).toEqual({ cart: 'FM-HEAL-BUSY' })
  })

  test('somebody who may not write is told what is missing, and a person is called', async () => {
    firesUntil(() => false)
    const report = await ward.run({ ...quick, actions: 'restart' }, { user: 'reader', payload: dispatchOf({ labels }) })
    expect(codes(report)).toContain('FM-HEAL-REFUSED')
    expect(report.verdict).toBe('fail')
    expect(outputs(report)).toMatchObject({ taken: [], escalated: ['cart'] })
  })
})

describe('a dispatch is a hint', () => {
  test('an alert that does not fire is left alone, whatever the dispatch says', async () => {
    const report = await ward.run(quick, { payload: dispatchOf({ labels, startsAt: '2020-01-01T00:00:00Z' }) })
    expect(report.verdict).toBe('pass')
    expect(outputs(report).skipped).toEqual({ cart: 'FM-HEAL-NOT-FIRING' })
  })

  test('a silenced alert is left alone', async () => {
    ward.firing = async () => [alertOf(labels, ward.clock.now(), 'suppressed')]
    expect(outputs(await ward.run(quick, { payload: dispatchOf({ labels }) })).skipped).toEqual({ cart: 'FM-HEAL-SUPPRESSED' })
  })

  test('the same alert again within the cooldown does nothing', async () => {
    let fires = true
    ward.firing = async () => (fires ? [alertOf(labels, 0)] : [])
    const healing = ward.run({ ...quick, actions: 'restart' }, { payload: dispatchOf({ labels }) })
    await ward.settle(20_000)
    fires = false
    expect((await healing).verdict).toBe('pass')
    fires = true
    expect(outputs(await ward.run(quick, { payload: dispatchOf({ labels }) })).skipped).toEqual({ cart: 'FM-HEAL-DUPLICATE' })
    ward.firing = async () => [alertOf(labels, 77)]
    expect(outputs(await ward.run(quick, { payload: dispatchOf({ labels }) })).skipped).toEqual({ cart: 'FM-HEAL-COOLDOWN' })
  })

  test('an alert that has ended closes its incident', async () => {
    firesUntil(() => false)
    await ward.run({ ...quick, actions: 'restart' }, { payload: dispatchOf({ labels }) })
    expect(ward.issues[0]?.open).toBe(true)
    ward.firing = async () => []
    const report = await ward.run(quick, { payload: dispatchOf({ labels, status: 'resolved' }) })
    expect(codes(report)).toEqual(['FM-HEAL-RESOLVED'])
    expect(ward.issues).toMatchObject([{ open: false }])
  })

  test('the run of the end leaves the incident to the run that is still proving it', async () => {
    firesUntil((deployment) => restartedAt(deployment) !== undefined)
    const healing = ward.run({ ...quick, 'healthy-for': '40s' }, { payload: dispatchOf({ labels }) })
    await ward.settle(20_000)
    const other = await ward.run(quick, { payload: dispatchOf({ labels, status: 'resolved' }) })
    expect([outputs(other).skipped, ward.issues[0]?.open]).toEqual([{ cart: 'FM-HEAL-IN-PROGRESS' }, true])
    expect((await healing).verdict).toBe('pass')
    expect(ward.issues).toMatchObject([{ open: false }])
  })

  test('five runs for one alert at once: one acts, the others say who does', async () => {
    firesUntil((deployment) => restartedAt(deployment) !== undefined)
    const reports = await Promise.all(Array.from({ length: 5 }, () => ward.run({ ...quick, actions: 'restart' }, { payload: dispatchOf({ labels }) })))
    const acted = reports.filter((report) => outputs(report).taken.length > 0)
    expect(acted).toHaveLength(1)
    expect(reports.filter((report) => report.verdict === 'pass')).toHaveLength(5)
    expect(ward.issues).toHaveLength(1)
  })

  test('an alert of nobody is inconclusive', async () => {
    const report = await ward.run(quick, { payload: dispatchOf({ labels: { ...labels, service: 'crat' } }) })
    expect([report.verdict, codes(report)]).toEqual(['inconclusive', ['FM-HEAL-UNKNOWN-SERVICE']])
  })

  test.each<[string, readonly Readonly<Record<string, string>>[], readonly string[], string]>([
    ['one of it names the service', [{ ...labels, automation: 'auto-rollback' }, { alertname: 'HighErrorRate', service: 'nobody' }], ['restart'], 'FM-HEAL-HEALED'],
    ['none of it names a service', [{ alertname: 'HighErrorRate', instance: '10.0.0.1:80' }], [], 'FM-HEAL-UNKNOWN-SERVICE'],
    ['nothing of it fires', [], [], 'FM-HEAL-NOT-FIRING'],
  ])('a dispatch that says no more than the name of the alert: what fires says whose it is; %s', async (_, fires, taken, code) => {
    const since = ward.clock.now()
    ward.firing = async () => (restartedAt(await ward.deployment('cart')) === undefined ? fires.map((one) => alertOf(one, since)) : [])
    const report = await ward.run({ ...quick, actions: 'restart' }, { payload: { action: 'alert-triggered', client_payload: { alert: 'HighErrorRate', severity: 'critical' } } })
    expect([outputs(report).taken.map(({ action }: { readonly action: string }) => action), codes(report)]).toEqual([taken, [code]])
  })

  test('without a server to ask, nothing is done', async () => {
    const report = await ward.run({ ...quick, 'alertmanager-url': '' }, { payload: dispatchOf({ labels }) })
    expect([report.verdict, codes(report)]).toEqual(['inconclusive', ['FM-HEAL-NO-LIVE-STATE']])
  })

  test.each`
    told                              | points                                      | warnings         | taken          | code
    ${'that it fires'}                | ${[{ labels, at: 0, value: 1_700_000_000 }]} | ${[]}            | ${['restart']} | ${'FM-HEAL-HEALED'}
    ${'nothing'}                      | ${[]}                                       | ${[]}            | ${[]}          | ${'FM-HEAL-NOT-FIRING'}
    ${'nothing, and not everything'}  | ${[]}                                       | ${['a store is away']} | ${[]}    | ${'FM-HEAL-NO-LIVE-STATE'}
  `('only Prometheus can be asked, and tells $told', async ({ points, warnings, taken, code }) => {
    const helped = async () => restartedAt(await ward.deployment('cart')) !== undefined
    ward.metrics = answering(async () => ({ value: { kind: 'vector', points: (await helped()) ? [] : (points as readonly MetricPoint[]) }, warnings: warnings as readonly string[], infos: [] }))
    const report = await ward.run({ ...quick, 'alertmanager-url': '', 'prometheus-url': 'http://prometheus.example' }, { payload: dispatchOf({ labels }) })
    expect([outputs(report).taken.map(({ action }: { readonly action: string }) => action), codes(report)]).toEqual([taken, [code]])
  })

  test('no more than the allowed number of actions within an hour', async () => {
    for (const since of [1, 2, 3, 4]) {
      ward.firing = async () => [alertOf(labels, since)]
      await ward.run({ ...quick, actions: 'restart', 'max-actions': '3' }, { payload: dispatchOf({ labels }) })
    }
    const ledger = await ward.kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'fermata-journal-heal-cart' })
    const { deeds } = JSON.parse(String(at(ledger, 'data', 'journal.json'))) as { deeds: readonly unknown[] }
    expect(deeds).toHaveLength(3)
  })
})

test('services of one dispatch are looked after side by side, and told in its order', async () => {
  keep(ward.files, 'search', first)
  await install(ward, 'search', first)
  await ward.settle(60_000)
  const since = ward.clock.now()
  const alerts = ['search', 'cart'].map((service) => ({ labels: { ...labels, service } }))
  ward.firing = async () => (await Promise.all(alerts.map(async ({ labels: one }) => (restartedAt(await ward.deployment(one.service)) === undefined ? [alertOf(one, since)] : [])))).flat()
  const report = await ward.run({ ...quick, 'healthy-for': '40s' }, { payload: dispatchOf(...alerts) })
  expect(outputs(report).taken).toEqual(['search', 'cart'].map((service) => ({ service, action: 'restart', outcome: 'healed' })))
  expect(ward.clock.now() - since).toBeLessThan(80_000)
})

describe('when things break', () => {
  test('an incident that cannot be written is said and stops nothing', async () => {
    ward.mute = true
    firesUntil((deployment) => restartedAt(deployment) !== undefined)
    const report = await ward.run(quick, { payload: dispatchOf({ labels }) })
    expect(codes(report)).toEqual(['FM-HEAL-NO-INCIDENT', 'FM-HEAL-HEALED'])
    expect(outputs(report).taken).toEqual([{ service: 'cart', action: 'restart', outcome: 'healed' }])
  })

  test('a run that is stopped takes back what it scaled', async () => {
    firesUntil(() => false)
    const stop = new AbortController()
    const running = ward.run({ 'step-timeout': '10m', actions: 'scale' }, { payload: dispatchOf({ labels }), signal: stop.signal })
    void ward.settle(30_000).then(() => stop.abort(new Error('stopped by the test')))
    await expect(running).rejects.toThrow('stopped by the test')
    expect(at(await ward.deployment('cart'), 'spec', 'replicas')).toBe(2)
  })

  test('monitoring that falls silent in the middle proves nothing', async () => {
    let asked = 0
    ward.firing = async () => {
      asked += 1
      if (asked > 1) throw new (await import('@fermata/ports')).MonitoringError('unreachable', 'Alertmanager does not answer.')
      return [alertOf(labels, 0)]
    }
    const report = await ward.run({ ...quick, actions: 'restart' }, { payload: dispatchOf({ labels }) })
    expect(report.verdict).not.toBe('pass')
    expect(codes(report)).toContain('FM-HEAL-UNPROVEN')
  })
})
