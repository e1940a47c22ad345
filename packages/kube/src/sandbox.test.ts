import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { type SandboxCluster, startCluster, virtualClock } from '@fermata/sandbox'
import { connectCluster } from './connect.ts'
import type { KubeCluster } from './cluster.ts'
import { half, instantClock } from './testing/stub.ts'

let sandbox: SandboxCluster
const time = virtualClock()
let cluster: KubeCluster
let otherAuthority: string
const reader = { name: 'reader', token: 'reader-token', may: [{ verbs: ['get', 'list'], groups: ['', 'apps'], resources: ['deployments', 'pods'] }] }
const late = { name: 'late', token: `x.${Buffer.from('{"exp":1600000000}').toString('base64url')}.y`, may: 'all' as const, expiresAt: 0 }

const connect = (kubeconfig: string, clock = instantClock()) => connectCluster({ kubeconfig, clock, random: half, environment: {} })

beforeAll(async () => {
  sandbox = await startCluster({ clock: time, namespaces: ['shop'], users: [{ name: 'admin', token: 'admin-token', may: 'all' }, reader, late] })
  cluster = await connect(sandbox.kubeconfig({ namespace: 'shop' }))
  const other = await startCluster({ clock: virtualClock() })
  otherAuthority = other.ca
  await other.stop()
})
afterAll(async () => {
  cluster.close()
  await sandbox.stop()
})

const settings = (name: string, data: Readonly<Record<string, string>>): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data })
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name })

describe('an object', () => {
  test('is created, read, replaced, patched and deleted', async () => {
    const created = await cluster.create(settings('life', { a: '1' }))
    expect(await cluster.get(ref('life'))).toEqual(created)
    const replaced = await cluster.replace({ ...created, data: { a: '2' } })
    expect(replaced).toMatchObject({ data: { a: '2' } })
    await expect(cluster.replace({ ...created, data: { a: '3' } })).rejects.toMatchObject({ kind: 'conflict', reason: { code: 'FM-KUBE-CONFLICT' } })
    await expect(cluster.create(settings('life', {}))).rejects.toMatchObject({ kind: 'conflict', reason: { code: 'FM-KUBE-ALREADY-EXISTS' } })
    expect(await cluster.patch(ref('life'), 'merge', { data: { b: '4' } })).toMatchObject({ data: { a: '2', b: '4' } })
    expect(await cluster.patch(ref('life'), 'json', [{ op: 'remove', path: '/data/a' }])).toMatchObject({ data: { b: '4' } })
    expect(await cluster.patch(ref('life'), 'strategic', { data: { c: '5' } })).toMatchObject({ data: { b: '4', c: '5' } })
    await expect(cluster.delete(ref('life'), { uid: 'another' })).rejects.toMatchObject({ kind: 'conflict' })
    expect(await cluster.delete(ref('life'))).toBe(true)
    expect(await cluster.delete(ref('life'))).toBe(false)
    expect(await cluster.get(ref('life'))).toBeUndefined()
  })

  test('that is applied keeps what others wrote, and a quarrel names the owner and the field', async () => {
    await cluster.apply(settings('shared', { ours: '1' }))
    await cluster.apply({ ...settings('shared', { theirs: '1' }) }, { fieldManager: 'autoscaler' })
    expect(await cluster.apply(settings('shared', { ours: '2' }))).toMatchObject({ data: { ours: '2', theirs: '1' } })
    const quarrel = cluster.apply(settings('shared', { ours: '2', theirs: '9' }))
    await expect(quarrel).rejects.toMatchObject({ kind: 'conflict', reason: { code: 'FM-KUBE-FIELD-CONFLICT', message: expect.stringMatching(/\.data\.theirs \(autoscaler\)/) as unknown } })
    expect(await cluster.apply(settings('shared', { ours: '2', theirs: '9' }), { force: true })).toMatchObject({ data: { theirs: '9' } })
  })

  test('that is only asked about is not written', async () => {
    expect(await cluster.apply(settings('dry', { a: '1' }), { dryRun: true })).toMatchObject({ data: { a: '1' } })
    expect(await cluster.get(ref('dry'))).toBeUndefined()
  })

  test('that the server does not accept is refused with its fields', async () => {
    const broken: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'broken', namespace: 'shop' }, spec: { replicas: -1, selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'x', image: 'x' }] } } } }
    await expect(cluster.create(broken)).rejects.toMatchObject({ kind: 'invalid', causes: [{ field: 'spec.replicas' }], reason: { remedy: 'Correct spec.replicas.' } })
  })
})

describe('a list', () => {
  test('is whole, however many pages it takes, and each item has its kind', async () => {
    await Promise.all(Array.from({ length: 620 }, (_, i) => cluster.create({ ...settings(`many-${i}`, {}), metadata: { name: `many-${i}`, namespace: 'shop', labels: { many: 'yes' } } })))
    const before = cluster.requests().find(({ verb, resource }) => verb === 'list' && resource === 'configmaps')?.count ?? 0
    const list = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'shop', labelSelector: 'many=yes' })
    expect(list.items).toHaveLength(620)
    expect(list.items.every((item) => item.kind === 'ConfigMap' && item.apiVersion === 'v1')).toBe(true)
    expect(cluster.requests()).toContainEqual({ verb: 'list', resource: 'configmaps', count: before + 2 })
  })
})

describe('who we are', () => {
  test('what may be done is asked of the server', async () => {
    const ours = await connect(sandbox.kubeconfig({ user: 'reader', namespace: 'shop' }))
    expect(await ours.may({ verb: 'list', group: 'apps', resource: 'deployments', namespace: 'shop' })).toBe(true)
    expect(await ours.may({ verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop' })).toBe(false)
    ours.close()
  })

  test('what is forbidden names the least rule that would do', async () => {
    const ours = await connect(sandbox.kubeconfig({ user: 'reader', namespace: 'shop' }))
    const refused = ours.apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'cart', namespace: 'shop' } })
    await expect(refused).rejects.toMatchObject({
      kind: 'forbidden',
      reason: { message: expect.stringContaining('patch deployments.apps shop/cart was refused') as unknown, remedy: 'Give reader a Role in namespace shop with the rule {apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch", "create"]}.' },
    })
    ours.close()
  })

  test('a token that has expired is told at once, with its time and its user, and not repeated', async () => {
    const refused = await connect(sandbox.kubeconfig({ user: 'late' })).then(() => new Error('accepted'), (error: unknown) => error as Error)
    expect(refused).toMatchObject({ kind: 'unauthorized', reason: { code: 'FM-KUBE-UNAUTHORIZED' } })
    expect(refused.message).toMatch(/user late of context sandbox: its token expired at 2020-09-13T12:26:40.000Z\. .*kubectl create token/)
    expect(refused.message).not.toContain(late.token)
  })

  test.each<[string, (text: string) => string, RegExp]>([
    ['another authority', (text) => text.replace(/certificate-authority-data: .*/, `certificate-authority-data: ${Buffer.from(otherAuthority).toString('base64')}`), /not signed by the certificate authority that the kubeconfig gives for cluster sandbox/],
    ['no authority', (text) => text.replace(/ +certificate-authority-data: .*\n/, ''), /the kubeconfig names none/],
    ['another name', (text) => text.replace(/(server: .*)/, '$1\n      tls-server-name: api.example'), /made for another name/],
  ])('a server whose certificate belongs to %s is not talked to', async (_, change, says) => {
    await expect(connect(change(sandbox.kubeconfig()))).rejects.toMatchObject({ reason: { code: 'FM-KUBE-CERTIFICATE', message: expect.stringMatching(says) as unknown } })
  })

  test('plain HTTP where TLS is spoken', async () => {
    await expect(connect(sandbox.kubeconfig().replace('server: https:', 'server: http:'))).rejects.toMatchObject({ kind: expect.stringMatching(/server|unreachable/) as unknown })
  })
})

test('a kind that is not installed names what lacks', async () => {
  await expect(cluster.list({ apiVersion: 'broker.example/v1', kind: 'Queue' })).rejects.toMatchObject({ kind: 'unknown-kind', reason: { remedy: expect.stringContaining('CustomResourceDefinition of Queue in broker.example') as unknown } })
  await expect(cluster.list({ apiVersion: 'apps/v1', kind: 'Deploymnt' })).rejects.toMatchObject({ kind: 'unknown-kind', reason: { remedy: 'Did you mean Deployment?' } })
  await expect(cluster.list({ apiVersion: 'apps/v1beta2', kind: 'Deployment' })).rejects.toMatchObject({ kind: 'unknown-kind', reason: { message: expect.stringContaining('It serves apps/v1.') as unknown } })
})

describe('an eviction', () => {
  const pod = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', labels: { app: name } }, spec: { containers: [{ name: 'server', image: 'registry.example/cart:1' }] } })
  const budget: KubeObject = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'kept', namespace: 'shop' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } } }

  test('ends a pod, tells of one that is gone, and of a budget without asking twice', async () => {
    await cluster.create(pod('free'))
    await cluster.create(pod('other'))
    await cluster.create(budget)
    const { metadata } = await cluster.create(pod('kept'))
    await time.advance(60_000)
    expect(await cluster.evict('shop', 'free', { gracePeriodSeconds: 0, dryRun: true })).toEqual({ is: 'evicted' })
    expect(await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'free' })).toBeDefined()
    expect(await cluster.evict('shop', 'free', { gracePeriodSeconds: 0 })).toEqual({ is: 'evicted' })
    expect(await cluster.evict('shop', 'nobody')).toEqual({ is: 'gone' })
    const before = cluster.requests().find(({ resource }) => resource === 'pods/eviction')?.count ?? 0
    expect(await cluster.evict('shop', 'kept', { uid: metadata.uid as string })).toMatchObject({ is: 'held', says: expect.stringContaining('disruption budget') })
    expect(cluster.requests().find(({ resource }) => resource === 'pods/eviction')?.count).toBe(before + 1)
    await expect(cluster.evict('shop', 'other', { uid: 'another' })).rejects.toMatchObject({ kind: 'conflict' })
  })
})
