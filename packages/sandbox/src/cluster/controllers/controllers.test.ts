import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import type { Job, Pod, StatefulSet } from '../objects/types.ts'
import { deployment, fixture } from '../testing/fixture.ts'
import type { Fixture } from '../testing/fixture.ts'
import { isReady } from './pods.ts'

let given: Fixture
beforeEach(async () => { given = await fixture() })
afterEach(() => given.stop())

const namespace = 'shop'
const selector = { matchLabels: { app: 'web' } }
const template = (image: string, spec: object = {}): object => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image, ports: [{ name: 'http', containerPort: 8080 }] }], ...spec } })
const object = (apiVersion: string, kind: string, name: string, body: object, metadata: object = {}): KubeObject => ({ apiVersion, kind, metadata: { name, namespace, ...metadata }, ...body })
const at = <T extends KubeObject>(collection: string, name: string): T | undefined => given.cluster.store.get(collection, `${namespace}/${name}`) as T | undefined
const names = (): readonly string[] => given.pods().map((pod) => pod.metadata.name).sort()

describe('the fuse', () => {
  const fuse = (seconds: number): KubeObject => object('batch/v1', 'Job', 'fuse', { spec: { parallelism: 0, activeDeadlineSeconds: seconds, ttlSecondsAfterFinished: 0, backoffLimit: 0, template: template('none', { restartPolicy: 'Never' }) } })
  const owned = async (): Promise<void> => {
    const uid = at('jobs.batch', 'fuse')?.metadata.uid ?? ''
    await given.apply(object('v1', 'ConfigMap', 'temporary', { data: {} }, { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'fuse', uid }] }))
  }

  test('takes what it owns with it when nobody renews it, and never starts a pod', async () => {
    await given.apply(fuse(5))
    await owned()
    await given.pass(4)
    expect(at('configmaps', 'temporary')).toBeDefined()
    await given.pass(2)
    expect(at('jobs.batch', 'fuse')).toBeUndefined()
    expect(at('configmaps', 'temporary')).toBeUndefined()
    expect(given.pods()).toEqual([])
  })

  test('burns longer when it is renewed', async () => {
    await given.apply(fuse(5))
    await owned()
    for (const seconds of [8, 11, 14]) { await given.pass(3); await given.apply(fuse(seconds)) }
    await given.pass(4)
    expect(at('configmaps', 'temporary')).toBeDefined()
    await given.pass(3)
    expect(at('configmaps', 'temporary')).toBeUndefined()
  })

  test('spares what it no longer owns', async () => {
    await given.apply(fuse(5))
    await owned()
    await given.wire.send('PATCH', `/api/v1/namespaces/${namespace}/configmaps/temporary`, { metadata: { ownerReferences: null } }, { 'content-type': 'application/merge-patch+json' })
    await given.pass(10)
    expect(at('jobs.batch', 'fuse')).toBeUndefined()
    expect(at('configmaps', 'temporary')).toBeDefined()
  })
})

describe('a Job', () => {
  const job = (image: string, spec: object = {}): KubeObject => object('batch/v1', 'Job', 'migrate', { spec: { backoffLimit: 1, template: template(image, { restartPolicy: 'Never' }), ...spec } })
  const conditions = (): readonly string[] => (at<Job>('jobs.batch', 'migrate')?.status.conditions ?? []).map(({ type, reason }) => `${type}/${reason ?? ''}`)

  test('completes when its pods do', async () => {
    given.story.image('good', { does: 'complete', after: 2 })
    await given.apply(job('good', { completions: 3, parallelism: 2 }))
    await given.pass(20)
    expect(at<Job>('jobs.batch', 'migrate')?.status).toMatchObject({ succeeded: 3 })
    expect(at<Job>('jobs.batch', 'migrate')?.status.active).toBeUndefined()
    expect(conditions()).toEqual(['SuccessCriteriaMet/CompletionsReached', 'Complete/CompletionsReached'])
  })

  test('fails when its pods fail more often than it allows', async () => {
    given.story.image('bad', { does: 'crash', exitCode: 3 })
    await given.apply(job('bad'))
    await given.pass(60)
    expect(at<Job>('jobs.batch', 'migrate')?.status.failed).toBe(2)
    expect(conditions()).toEqual(['FailureTarget/BackoffLimitExceeded', 'Failed/BackoffLimitExceeded'])
  })
})

describe('a StatefulSet', () => {
  const set = (image: string, spec: object = {}): KubeObject => object('apps/v1', 'StatefulSet', 'web', { spec: { replicas: 3, serviceName: 'web', selector, template: template(image), ...spec } })
  const images = (): readonly (string | undefined)[] => [...given.pods()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).map((pod) => pod.spec.containers[0]?.image)

  test('starts its pods one after the other', async () => {
    const orders: number[] = []
    given.cluster.store.subscribe((change) => { if (change.collection === 'pods' && change.type === 'ADDED') orders.push(given.pods().filter(isReady).length) })
    await given.apply(set('web:1'))
    await given.pass(10)
    expect(names()).toEqual(['web-0', 'web-1', 'web-2'])
    expect(orders).toEqual([0, 1, 2])
  })

  test('updates from the highest number down, to the partition', async () => {
    await given.apply(set('web:1'))
    await given.pass(10)
    await given.apply(set('web:2', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }))
    await given.pass(60)
    expect(images()).toEqual(['web:1', 'web:2', 'web:2'])
    const { status } = at<StatefulSet>('statefulsets.apps', 'web') as StatefulSet
    expect(status).toMatchObject({ updatedReplicas: 2, readyReplicas: 3 })
    expect(status.currentRevision).not.toBe(status.updateRevision)
    await given.apply(set('web:2'))
    await given.pass(60)
    const after = (at<StatefulSet>('statefulsets.apps', 'web') as StatefulSet).status
    expect(images()).toEqual(['web:2', 'web:2', 'web:2'])
    expect(after.currentRevision).toBe(after.updateRevision)
  })

  test('waits for a pod that does not get ready', async () => {
    given.story.image('web:2', { does: 'never-ready' })
    await given.apply(set('web:1'))
    await given.pass(10)
    await given.apply(set('web:2'))
    await given.pass(300)
    expect(images()).toEqual(['web:1', 'web:1', 'web:2'])
  })
})

test('an autoscaler keeps its workload within bounds, and says that it has no metrics', async () => {
  await given.apply(deployment('cart', 'cart:1', 1))
  await given.apply(object('autoscaling/v2', 'HorizontalPodAutoscaler', 'cart', { spec: { minReplicas: 3, maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' } } }))
  await given.pass(20)
  expect(given.pods()).toHaveLength(3)
  const { conditions } = (at<KubeObject>('horizontalpodautoscalers.autoscaling', 'cart') as unknown as { readonly status: { readonly conditions: readonly { readonly type: string; readonly reason: string }[] } }).status
  expect(conditions.find(({ type }) => type === 'ScalingActive')?.reason).toBe('FailedGetResourceMetric')
})

test('a DaemonSet has one pod on every node and replaces them one by one', async () => {
  const set = (image: string): KubeObject => object('apps/v1', 'DaemonSet', 'agent', { spec: { selector, template: template(image) } })
  await given.apply(set('agent:1'))
  await given.pass(5)
  expect(given.pods().map((pod) => pod.spec.nodeName).sort()).toEqual(['node-1', 'node-2', 'node-3'])
  let fewest = 3
  given.cluster.store.subscribe(() => { fewest = Math.min(fewest, given.pods().filter(isReady).length) })
  await given.apply(set('agent:2'))
  await given.pass(60)
  expect(given.pods().map((pod) => pod.spec.containers[0]?.image)).toEqual(['agent:2', 'agent:2', 'agent:2'])
  expect(fewest).toBe(2)
})

test('a CronJob starts a Job when its schedule says so', async () => {
  given.story.image('report', { does: 'complete' })
  await given.apply(object('batch/v1', 'CronJob', 'nightly', { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: template('report', { restartPolicy: 'Never' }) } } } }))
  await given.pass(16 * 60)
  const jobs = given.cluster.store.list('jobs.batch').map((job) => job.metadata.name)
  expect(jobs).toHaveLength(3)
  expect(jobs.every((name) => /^nightly-\d+$/.test(name))).toBe(true)
})

describe('deletion', () => {
  const count = (collection: string): number => given.cluster.store.list(collection).filter((item) => item.metadata.namespace === namespace).length
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/cart`

  test.each`
    policy          | sets | pods
    ${'Background'} | ${0} | ${0}
    ${'Foreground'} | ${0} | ${0}
    ${'Orphan'}     | ${1} | ${3}
  `('of a Deployment with $policy leaves $sets ReplicaSets and $pods pods', async ({ policy, sets, pods }) => {
    await given.apply(deployment('cart', 'cart:1'))
    await given.pass(5)
    await given.wire.send('DELETE', `${path}?propagationPolicy=${policy}`)
    await given.pass(40)
    expect([count('deployments.apps'), count('replicasets.apps'), count('pods')]).toEqual([0, sets, pods])
  })

  test('in the foreground keeps the owner until its dependents are gone', async () => {
    await given.apply(deployment('cart', 'cart:1'))
    await given.pass(5)
    const order: string[] = []
    given.cluster.store.subscribe((change) => { if (change.type === 'DELETED' && change.collection !== 'events') order.push(change.object.kind) })
    await given.wire.send('DELETE', `${path}?propagationPolicy=Foreground`)
    await given.pass(40)
    expect(order.at(-1)).toBe('Deployment')
    expect(order.lastIndexOf('Pod')).toBeLessThan(order.indexOf('ReplicaSet'))
  })

  test('an orphaned ReplicaSet is adopted by a Deployment that it fits', async () => {
    await given.apply(deployment('cart', 'cart:1'))
    await given.pass(5)
    const before = names()
    await given.wire.send('DELETE', `${path}?propagationPolicy=Orphan`)
    await given.pass(5)
    await given.apply(deployment('cart', 'cart:1'))
    await given.pass(5)
    expect(names()).toEqual(before)
  })

  test('of a namespace empties it first', async () => {
    await given.apply(deployment('cart', 'cart:1'))
    await given.pass(5)
    await given.wire.send('DELETE', `/api/v1/namespaces/${namespace}`)
    const refused = await given.apply(object('v1', 'ConfigMap', 'late', {}))
    expect(refused.body).toMatchObject({ code: 403, reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } })
    await given.pass(40)
    expect(given.cluster.store.get('namespaces', namespace)).toBeUndefined()
    expect(given.cluster.store.collections().flatMap((collection) => given.cluster.store.list(collection)).filter((item) => item.metadata.namespace === namespace)).toEqual([])
  })
})

describe('a Service', () => {
  const slices = (): readonly KubeObject[] => given.cluster.store.list('endpointslices.discovery.k8s.io')
  const ready = (): number => slices().flatMap((slice) => slice['endpoints'] as readonly { readonly conditions: { readonly ready: boolean } }[] | null ?? []).filter((endpoint) => endpoint.conditions.ready).length

  test('leads to the ready pods that it selects, by the port that they name', async () => {
    await given.apply(object('v1', 'Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] } }))
    await given.pass(1)
    expect(slices()).toHaveLength(1)
    expect(ready()).toBe(0)
    await given.apply({ ...deployment('web', 'web:1'), spec: { replicas: 2, selector, template: template('web:1') } })
    await given.pass(5)
    expect(ready()).toBe(2)
    expect(slices()[0]?.['ports']).toEqual([{ name: '', port: 8080, protocol: 'TCP' }])
    expect(at<KubeObject>('endpoints', 'web')?.['subsets']).toMatchObject([{ addresses: [{}, {}], ports: [{ port: 8080 }] }])
  })

  test('does not lead to a pod that terminates', async () => {
    await given.apply(object('v1', 'Service', 'cart', { spec: { selector: { app: 'cart' }, ports: [{ port: 80 }] } }))
    await given.apply(deployment('cart', 'cart:1', 1))
    await given.pass(5)
    await given.wire.send('DELETE', `/api/v1/namespaces/${namespace}/pods/${names()[0] ?? ''}`)
    await given.pass(0.2)
    expect(ready()).toBe(0)
  })
})

describe('an eviction', () => {
  const evict = async (pod: string, query = ''): Promise<unknown> => (await given.wire.send('POST', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction${query}`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } })).body
  const budget = (spec: object): KubeObject => object('policy/v1', 'PodDisruptionBudget', 'cart', { spec: { selector: { matchLabels: { app: 'cart' } }, ...spec } })

  test('is allowed as long as the budget holds, then refused with 429 and why', async () => {
    await given.apply(budget({ maxUnavailable: 1 }))
    await given.apply(deployment('cart', 'cart:1'))
    await given.pass(5)
    const [first = '', second = ''] = names()
    expect(await evict(first)).toMatchObject({ status: 'Success', code: 201 })
    expect(await evict(second)).toMatchObject({ code: 429, reason: 'TooManyRequests', message: "Cannot evict pod as it would violate the pod's disruption budget.", details: { causes: [{ reason: 'DisruptionBudget' }] } })
    await given.pass(10)
    expect(await evict(second)).toMatchObject({ status: 'Success' })
  })

  test('tried out changes nothing', async () => {
    await given.apply(budget({ minAvailable: '50%' }))
    await given.apply(deployment('cart', 'cart:1'))
    await given.pass(5)
    expect(await evict(names()[0] ?? '', '?dryRun=All')).toMatchObject({ status: 'Success' })
    expect(given.pods().every((pod) => pod.metadata.deletionTimestamp === undefined)).toBe(true)
  })

  test('of a pod with two budgets is refused', async () => {
    await given.apply(budget({ maxUnavailable: 1 }))
    await given.apply({ ...budget({ maxUnavailable: 2 }), metadata: { name: 'other', namespace } })
    await given.apply(deployment('cart', 'cart:1'))
    await given.pass(5)
    expect(await evict(names()[0] ?? '')).toMatchObject({ code: 500, message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.' })
  })
})

test('pods beyond a quota are refused, and the Deployment says why', async () => {
  await given.apply(object('v1', 'ResourceQuota', 'few', { spec: { hard: { pods: '2' } } }))
  await given.apply(deployment('cart', 'cart:1'))
  await given.pass(10)
  expect(given.pods()).toHaveLength(2)
  const conditions = (at<KubeObject>('deployments.apps', 'cart') as unknown as { readonly status: { readonly conditions: readonly { readonly type: string; readonly message: string }[] } }).status.conditions
  expect(conditions.find(({ type }) => type === 'ReplicaFailure')?.message).toMatch(/^pods "cart-\w+-\w{5}" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2$/)
})

test('a pod of a drained node goes elsewhere', async () => {
  await given.apply(deployment('cart', 'cart:1', 1))
  await given.pass(5)
  const [pod] = given.pods() as readonly [Pod]
  await given.wire.send('PATCH', `/api/v1/nodes/${pod.spec.nodeName ?? ''}`, { spec: { unschedulable: true } }, { 'content-type': 'application/merge-patch+json' })
  await given.wire.send('DELETE', `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}`)
  await given.pass(5)
  expect(given.pods().map(({ spec }) => spec.nodeName)).not.toContain(pod.spec.nodeName)
})
