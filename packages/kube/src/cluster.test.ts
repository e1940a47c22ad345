import { afterEach, expect, test } from '@jest/globals'
import { type Cluster, ClusterError } from '@fermata/ports'
import { connectTo, instantClock, listOf, object, type Reply, type Stub, startStub, statusOf } from './testing/stub.ts'

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' }
const cart = object('Deployment', 'cart', '7')
const path = '/apis/apps/v1/namespaces/shop/deployments'
const running: Stub[] = []

async function stubWith(replies: Readonly<Record<string, readonly Reply[]>>): Promise<Stub> {
  const stub = await startStub(replies)
  running.push(stub)
  return stub
}

afterEach(async () => {
  for (const stub of running.splice(0)) await stub.stop()
})

const reset: Reply = (request) => request.socket.destroy()
const truncated: Reply = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"kind":', () => response.destroy())
}
const busy = statusOf(503, 'ServiceUnavailable', 'the server is currently unable to handle the request')

test.each<[string, readonly Reply[]]>([
  ['a reset', [reset, { json: cart }]],
  ['half a body', [truncated, { json: cart }]],
  ['a server that starts', [busy, busy, { json: cart }]],
  ['too many requests', [statusOf(429, 'TooManyRequests', 'slow down'), { json: cart }]],
])('a read survives %s', async (_, replies) => {
  const stub = await stubWith({ [`GET ${path}/cart`]: replies })
  const cluster = await connectTo(stub)
  expect((await cluster.get(deployment))?.metadata.resourceVersion).toBe('7')
  expect(cluster.requests()).toContainEqual({ verb: 'get', resource: 'deployments.apps', count: replies.length })
})

test.each<[string, readonly Reply[], string]>([
  ['an object without metadata', [{ json: { kind: 'Deployment' } }], 'FM-KUBE-NOT-KUBERNETES'],
  ['a page of a proxy', [(_, response) => void response.end('<html>sign in</html>')], 'FM-KUBE-NOT-KUBERNETES'],
  ['a 404 of a proxy', [(_, response) => void response.writeHead(404).end('no such page')], 'FM-KUBE-NOT-KUBERNETES'],
  ['resets without end', [reset], 'FM-KUBE-UNREACHABLE'],
  ['half bodies without end', [truncated], 'FM-KUBE-UNREACHABLE'],
])('%s is never taken for an object or for its absence', async (_, replies, code) => {
  const stub = await stubWith({ [`GET ${path}/cart`]: replies })
  const cluster = await connectTo(stub)
  await expect(cluster.get(deployment)).rejects.toMatchObject({ name: 'ClusterError', reason: { code } })
})

test('an object that the server says is absent is undefined', async () => {
  const stub = await stubWith({ [`GET ${path}/cart`]: [statusOf(404, 'NotFound', 'deployments.apps "cart" not found')] })
  expect(await (await connectTo(stub)).get(deployment)).toBeUndefined()
})

test('a kind whose definition was made a moment ago is said to be on its way, and is found when it is there', async () => {
  const group = { json: { versions: [{ groupVersion: 'broker.example/v1' }] } }
  const stub = await stubWith({
    'GET /apis/broker.example/v1': [statusOf(404, 'NotFound', 'not found'), { json: { resources: [{ name: 'queues', kind: 'Queue', namespaced: true }] } }],
    'GET /apis/broker.example': [group],
    'GET /apis/broker.example/v1/namespaces/shop/queues/orders': [{ json: { ...object('Queue', 'orders', '3'), apiVersion: 'broker.example/v1' } }],
  })
  const cluster = await connectTo(stub)
  const queue = { apiVersion: 'broker.example/v1', kind: 'Queue', name: 'orders' }
  await expect(cluster.get(queue)).rejects.toMatchObject({ kind: 'unknown-kind', reason: { message: expect.stringContaining('does not serve Queue of it yet') as unknown, remedy: 'Try again in a moment.' } })
  expect((await cluster.get(queue))?.metadata.resourceVersion).toBe('3')
})

test('a wait is as long as the server asks, and otherwise doubles', async () => {
  const clock = instantClock()
  const stub = await stubWith({ [`GET ${path}/cart`]: [busy, busy, { ...(statusOf(429, 'TooManyRequests', 'slow') as { json: unknown }), status: 429, headers: { 'retry-after': '7' } }, { json: cart }] })
  await (await connectTo(stub, { clock })).get(deployment)
  expect(clock.slept).toEqual([375, 750, 7000])
})

test('a server that stays down is told with its words after a bounded number of attempts', async () => {
  const stub = await stubWith({ [`GET ${path}/cart`]: [busy] })
  const cluster = await connectTo(stub)
  await expect(cluster.get(deployment)).rejects.toThrow(/get deployments.apps shop\/cart failed with HTTP 503: the server is currently unable/)
  expect(stub.seen.filter((line) => line.includes('cart'))).toHaveLength(6)
})

test('a create whose answer is lost is not repeated, and says that its outcome is unknown', async () => {
  const stub = await stubWith({ [`POST ${path}`]: [reset, { json: cart }] })
  const cluster = await connectTo(stub)
  await expect(cluster.create(cart)).rejects.toMatchObject({ reason: { code: 'FM-KUBE-OUTCOME-UNKNOWN' } })
  expect(stub.seen.filter((line) => line.startsWith('POST'))).toHaveLength(1)
})

test.each<[string, string, string, (cluster: Cluster) => Promise<unknown>]>([
  ['a create', 'POST', path, (c) => c.create(cart)],
  ['a replace of a version', 'PUT', `${path}/cart`, (c) => c.replace(cart)],
  ['a JSON patch', 'PATCH', `${path}/cart`, (c) => c.patch(deployment, 'json', [])],
])('%s is not repeated after a server error, but after too many requests', async (_, method, address, act) => {
  const stub = await stubWith({ [`${method} ${address}`]: [statusOf(429, 'TooManyRequests', 'slow'), statusOf(500, 'InternalError', 'etcd'), { json: cart }] })
  await expect(act(await connectTo(stub))).rejects.toMatchObject({ kind: 'server' })
  expect(stub.seen.filter((line) => line.startsWith(method))).toHaveLength(2)
})

test('a list reads every page and gives each item its kind', async () => {
  const stub = await stubWith({
    [`GET ${path}?limit=500`]: [listOf([{ metadata: { name: 'a' } }], '9', 'next page')],
    [`GET ${path}?limit=500&continue=next%20page`]: [listOf([{ metadata: { name: 'b' } }], '9')],
  })
  const list = await (await connectTo(stub)).list(deployment, { namespace: 'shop' })
  expect(list).toEqual({ resourceVersion: '9', items: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } }, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'b' } }] })
})

test('a list begins again when its continuation has expired, and keeps nothing of the first attempt', async () => {
  const stub = await stubWith({
    [`GET ${path}?limit=500`]: [listOf([{ metadata: { name: 'old' } }], '9', 'x'), listOf([{ metadata: { name: 'new' } }], '12')],
    [`GET ${path}?limit=500&continue=x`]: [statusOf(410, 'Expired', 'The provided continue parameter is too old')],
  })
  const list = await (await connectTo(stub)).list(deployment, { namespace: 'shop' })
  expect(list.items.map((item) => item.metadata.name)).toEqual(['new'])
})

test.each<[string, unknown]>([
  ['no items', { kind: 'DeploymentList', metadata: { resourceVersion: '1' } }],
  ['no version', { kind: 'DeploymentList', metadata: {}, items: [] }],
])('a list with %s is an error, not an empty list', async (_, json) => {
  const stub = await stubWith({ [`GET ${path}`]: [{ json }] })
  await expect((await connectTo(stub)).list(deployment, { namespace: 'shop' })).rejects.toBeInstanceOf(ClusterError)
})

test.each<[string, readonly Reply[], boolean]>([
  ['an object that was there', [{ json: { kind: 'Status', status: 'Success' } }], true],
  ['an object that was not there', [statusOf(404, 'NotFound', '"cart" not found')], false],
  ['an object whose first deletion lost its answer', [reset, statusOf(404, 'NotFound', '"cart" not found')], true],
])('deleting %s', async (_, replies, expected) => {
  const stub = await stubWith({ [`DELETE ${path}/cart`]: replies })
  expect(await (await connectTo(stub)).delete(deployment, { uid: 'u1', gracePeriodSeconds: 3 })).toBe(expected)
  expect(JSON.parse(stub.bodies.get(`DELETE ${path}/cart`) ?? '')).toMatchObject({ preconditions: { uid: 'u1' }, gracePeriodSeconds: 3, propagationPolicy: 'Background' })
})

test('an apply names its manager and says when it only asks', async () => {
  const stub = await stubWith({ [`PATCH ${path}/cart`]: [{ json: cart }] })
  await (await connectTo(stub)).apply(cart, { force: true, dryRun: true })
  expect(stub.seen.at(-1)).toBe(`PATCH ${path}/cart?fieldManager=fermata&force=true&dryRun=All`)
  expect(stub.headers.get(`PATCH ${path}/cart`)?.['content-type']).toBe('application/apply-patch+yaml')
})

test('one connection serves many requests', async () => {
  const stub = await stubWith({ [`GET ${path}/cart`]: [{ json: cart }] })
  const cluster = await connectTo(stub)
  for (let i = 0; i < 10; i++) await cluster.get(deployment)
  expect(stub.sockets()).toBe(1)
  cluster.close()
})

test('a request without an answer ends with its time limit', async () => {
  const stub = await stubWith({ [`GET ${path}/cart`]: [() => undefined] })
  const cluster = await connectTo(stub, { patience: { connectMs: 1000, answerMs: 20 } })
  await expect(cluster.get(deployment)).rejects.toMatchObject({ kind: 'timeout', reason: { code: 'FM-KUBE-TIMEOUT' } })
})

test('the signal ends a request that waits, with its own reason', async () => {
  const stop = new AbortController()
  const stub = await stubWith({ [`GET ${path}/cart`]: [() => stop.abort(new Error('enough'))] })
  const cluster = await connectTo(stub, { signal: stop.signal })
  await expect(cluster.get(deployment)).rejects.toThrow('enough')
  await expect(cluster.get(deployment)).rejects.toThrow('enough')
})

test('what must still be done after the signal is done under another', async () => {
  const stop = new AbortController()
  const stub = await stubWith({ [`GET ${path}/cart`]: [{ json: cart }] })
  const cluster = await connectTo(stub, { signal: stop.signal })
  stop.abort(new Error('enough'))
  expect(await cluster.under(undefined).get(deployment)).toBeDefined()
})

test('a kind that was installed meanwhile is found', async () => {
  const group = (kinds: readonly string[]) => ({ json: { kind: 'APIResourceList', resources: kinds.map((kind) => ({ name: `${kind.toLowerCase()}s`, kind, namespaced: true })) } })
  const stub = await stubWith({ 'GET /apis/shop.example/v1': [statusOf(404, 'NotFound', 'no'), group(['Basket']), group(['Basket', 'Voucher'])] })
  const cluster = await connectTo(stub)
  const knows = (kind: string) => cluster.knows({ apiVersion: 'shop.example/v1', kind })
  expect(await knows('Basket')).toBeUndefined()
  expect(await knows('Basket')).toEqual({ namespaced: true, resource: 'baskets' })
  expect(await knows('Voucher')).toEqual({ namespaced: true, resource: 'vouchers' })
  expect(stub.seen.filter((line) => line.includes('shop.example'))).toHaveLength(3)
})

test('a group that does not answer is an error, not an unknown kind', async () => {
  const stub = await stubWith({ 'GET /apis/metrics.k8s.io/v1': [statusOf(503, 'ServiceUnavailable', 'service unavailable')] })
  await expect((await connectTo(stub)).knows({ apiVersion: 'metrics.k8s.io/v1', kind: 'PodMetrics' })).rejects.toMatchObject({ kind: 'server' })
})
