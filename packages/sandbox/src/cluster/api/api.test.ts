import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import type { Fault } from './faults.ts'
import { deployment, fixture } from '../testing/fixture.ts'
import type { Fixture } from '../testing/fixture.ts'

const reader = { name: 'reader', token: 'reader', may: [{ verbs: ['get', 'list'], groups: ['apps'], resources: ['deployments'], namespaces: ['shop'] }] }
const late = { name: 'late', token: 'late', may: 'all' as const, expiresAt: 0 }

let given: Fixture
beforeEach(async () => { given = await fixture({ users: [{ name: 'admin', token: 'admin', may: 'all' }, reader, late] }) })
afterEach(() => given.stop())

const maps = '/api/v1/namespaces/shop/configmaps'
const map = (name: string, labels: object = {}): object => ({ metadata: { name, labels } })
const put = (name: string, labels?: object): Promise<unknown> => given.wire.send('POST', maps, map(name, labels))
interface List { readonly kind: string; readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number }; readonly items: readonly KubeObject[] }
const list = async (query = ''): Promise<List> => (await given.wire.send('GET', `${maps}${query}`)).body as List
const namesOf = ({ items }: List): readonly string[] => items.map((item) => item.metadata.name)
const own = 'labelSelector=own'

describe('a list', () => {
  beforeEach(async () => { for (const name of ['a', 'b', 'c', 'd', 'e']) await put(name, { own: name }) })

  test('comes in pages of one moment, whatever changes meanwhile', async () => {
    const first = await list(`?${own}&limit=2`)
    await put('b2', { own: 'b2' })
    await given.wire.send('DELETE', `${maps}/d`)
    const second = await list(`?${own}&limit=2&continue=${first.metadata.continue ?? ''}`)
    const third = await list(`?${own}&limit=2&continue=${second.metadata.continue ?? ''}`)
    expect([first, second, third].flatMap(namesOf)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(new Set([first, second, third].map((page) => page.metadata.resourceVersion)).size).toBe(1)
    expect(third.metadata.continue).toBeUndefined()
  })

  test('whose continuation is too old says so with 410', async () => {
    const { metadata } = await list('?limit=2')
    given.cluster.compact()
    expect((await given.wire.send('GET', `${maps}?limit=2&continue=${metadata.continue ?? ''}`)).body).toMatchObject({ code: 410, reason: 'Expired' })
  })

  test('counts what remains, unless it selects', async () => {
    expect((await list('?limit=2')).metadata.remainingItemCount).toBe(4)
    expect((await list(`?${own}&limit=2`)).metadata.remainingItemCount).toBeUndefined()
  })

  test.each`
    selector                | names
    ${'own=a'}              | ${['a']}
    ${'own!=a,own'}         | ${['b', 'c', 'd', 'e']}
    ${'own in (a, c)'}      | ${['a', 'c']}
    ${'own notin (a,b),own'} | ${['c', 'd', 'e']}
    ${'!own'}               | ${['kube-root-ca.crt']}
  `('selects by labels: $selector', async ({ selector, names }) => {
    await given.pass(1)
    expect(namesOf(await list(`?labelSelector=${encodeURIComponent(String(selector))}`))).toEqual(names)
  })

  test('selects by name', async () => { expect(namesOf(await list('?fieldSelector=metadata.name%3Dc'))).toEqual(['c']) })

  test('refuses a selector that is none, and a field that cannot be selected', async () => {
    expect((await given.wire.send('GET', `${maps}?labelSelector=a%3D%3D%3Db`)).body).toMatchObject({ code: 400, message: "unable to parse requirement: found '=', expected: identifier" })
    expect((await given.wire.send('GET', `${maps}?fieldSelector=data.x%3D1`)).body).toMatchObject({ code: 400, reason: 'BadRequest' })
  })
})

describe('a watch', () => {
  const events = async (query: string, act: () => Promise<unknown>): Promise<readonly string[]> => {
    const stream = given.wire.watch(`${maps}?watch=1&${query}`)
    await stream.open
    await act()
    await given.pass(0)
    await put('end', { own: 'end' })
    while (!stream.events.some(({ object }) => object.metadata?.name === 'end')) await given.pass(0)
    stream.close()
    return stream.events.map(({ type, object }) => `${type} ${object.metadata.name}`)
  }

  test('begins after the revision that it is given', async () => {
    await put('old', { own: 'old' })
    const { metadata } = await list()
    expect(await events(`${own}&resourceVersion=${metadata.resourceVersion}`, async () => { await put('new', { own: 'new' }); await given.wire.send('DELETE', `${maps}/old`) })).toEqual(['ADDED new', 'DELETED old', 'ADDED end'])
  })

  test('without a revision begins with what is there', async () => {
    await put('old', { own: 'old' })
    expect(await events(own, () => put('new', { own: 'new' }))).toEqual(['ADDED old', 'ADDED new', 'ADDED end'])
  })

  test('repeats what happened since an older revision', async () => {
    const { metadata } = await list()
    await put('a', { own: 'a' })
    await put('b', { own: 'b' })
    expect(await events(`${own}&resourceVersion=${metadata.resourceVersion}`, async () => {})).toEqual(['ADDED a', 'ADDED b', 'ADDED end'])
  })

  test('sees an object that leaves its selection as deleted', async () => {
    await put('x', { own: 'x' })
    const { metadata } = await list()
    const relabel = (labels: object): Promise<unknown> => given.wire.send('PATCH', `${maps}/x`, { metadata: { labels } }, { 'content-type': 'application/merge-patch+json' })
    expect(await events(`${own}&resourceVersion=${metadata.resourceVersion}`, async () => { await relabel({ own: null }); await relabel({ own: 'again' }) })).toEqual(['DELETED x', 'ADDED x', 'ADDED end'])
  })

  test('from a forgotten revision ends with 410 in the stream', async () => {
    const { metadata } = await list()
    await put('a')
    given.cluster.compact()
    const stream = given.wire.watch(`${maps}?watch=1&resourceVersion=${metadata.resourceVersion}`)
    await stream.ended
    expect(stream.events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }])
  })

  test('has bookmarks of what has changed when asked, and ends at its time', async () => {
    const { metadata } = await list()
    const stream = given.wire.watch(`${maps}?watch=1&${own}&allowWatchBookmarks=true&timeoutSeconds=150&resourceVersion=${metadata.resourceVersion}`)
    await stream.open
    await given.pass(61)
    expect(stream.events).toEqual([])
    await put('elsewhere')
    const changed = given.cluster.store.get('configmaps', 'shop/elsewhere')?.metadata.resourceVersion
    await given.pass(90)
    await stream.ended
    expect(stream.events.map(({ type }) => type)).toEqual(['BOOKMARK', 'BOOKMARK'])
    expect(stream.events[0]?.object).toMatchObject({ kind: 'ConfigMap', metadata: { resourceVersion: changed } })
  })

  test('with initial events says when they end', async () => {
    await put('old', { own: 'old' })
    const stream = given.wire.watch(`${maps}?watch=1&${own}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`)
    await stream.open
    while (stream.events.length < 2) await given.pass(0)
    stream.close()
    expect(stream.events).toMatchObject([{ type: 'ADDED', object: { metadata: { name: 'old' } } }, { type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } }])
  })

  test('is broken by a restart of the server', async () => {
    const stream = given.wire.watch(`${maps}?watch=1`)
    await stream.open
    given.cluster.disconnect()
    await stream.ended
    expect((await given.wire.send('GET', '/readyz')).text).toBe('ok')
  })
})

describe('a write', () => {
  test('on the ground of an older version is refused with 409', async () => {
    await put('x')
    const { body } = await given.wire.send('GET', `${maps}/x`)
    const object = body as KubeObject
    await given.wire.send('PUT', `${maps}/x`, { ...object, data: { a: '1' } })
    expect((await given.wire.send('PUT', `${maps}/x`, { ...object, data: { a: '2' } })).body).toMatchObject({ code: 409, reason: 'Conflict', message: 'Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again' })
  })

  test('that changes nothing keeps the version', async () => {
    await put('x')
    const { body } = await given.wire.send('GET', `${maps}/x`)
    expect((await given.wire.send('PUT', `${maps}/x`, body)).body).toEqual(body)
  })

  test.each`
    what                          | change                                                   | generation
    ${'the spec'}                 | ${{ spec: { replicas: 2 } }}                             | ${2}
    ${'an annotation'}            | ${{ metadata: { annotations: { a: '1' } } }}             | ${2}
    ${'a label'}                  | ${{ metadata: { labels: { a: '1' } } }}                  | ${1}
  `('of $what of a Deployment leaves it at generation $generation', async ({ change, generation }) => {
    await given.apply(deployment('cart', 'cart:1'))
    const reply = await given.wire.send('PATCH', '/apis/apps/v1/namespaces/shop/deployments/cart', change, { 'content-type': 'application/merge-patch+json' })
    expect((reply.body as KubeObject).metadata.generation).toBe(generation)
  })

  test('of a status changes nothing else', async () => {
    await given.apply(deployment('cart', 'cart:1'))
    const reply = await given.wire.send('PATCH', '/apis/apps/v1/namespaces/shop/deployments/cart/status', { spec: { replicas: 9 }, status: { replicas: 7 } }, { 'content-type': 'application/merge-patch+json' })
    expect(reply.body).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 3 }, status: { replicas: 7 } })
  })

  test.each`
    what                     | spec                                                    | causes
    ${'missing selector'}    | ${{ selector: undefined }}                              | ${['spec.selector', 'spec.template.metadata.labels']}
    ${'other selector'}      | ${{ selector: { matchLabels: { app: 'other' } } }}      | ${['spec.template.metadata.labels']}
    ${'negative replicas'}   | ${{ replicas: -1 }}                                     | ${['spec.replicas']}
    ${'no containers'}       | ${{ template: { metadata: { labels: { app: 'cart' } }, spec: { containers: [] } } }} | ${['spec.template.spec.containers']}
  `('that is invalid names the fields: $what', async ({ spec, causes }) => {
    const reply = await given.wire.send('POST', '/apis/apps/v1/namespaces/shop/deployments', deployment('cart', 'cart:1', 3, spec as object))
    expect(reply.code).toBe(422)
    expect((reply.body as { readonly details: { readonly causes: readonly { readonly field: string }[] } }).details.causes.map(({ field }) => field)).toEqual(causes)
  })

  test('an unknown field is refused when strict, else warned of', async () => {
    const body = deployment('cart', 'cart:1', 1, { foo: 1 })
    const path = '/apis/apps/v1/namespaces/shop/deployments'
    expect((await given.wire.send('POST', `${path}?fieldValidation=Strict`, body)).body).toMatchObject({ code: 400, message: 'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.foo"' })
    expect((await given.wire.send('POST', path, body)).headers['warning']).toBe('299 - "unknown field \\"spec.foo\\""')
  })
})

describe('who asks', () => {
  test.each(['nobody', 'late'])('with the token %p is told 401', async (token) => {
    expect((await given.as(token).send('GET', maps)).body).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' })
  })

  test.each`
    path                                                | message
    ${'/apis/apps/v1/namespaces/other/deployments'}     | ${'deployments.apps is forbidden: User "reader" cannot list resource "deployments" in API group "apps" in the namespace "other"'}
    ${'/apis/apps/v1/deployments'}                      | ${'deployments.apps is forbidden: User "reader" cannot list resource "deployments" in API group "apps" at the cluster scope'}
    ${'/api/v1/namespaces/shop/pods/x/log'}             | ${'pods "x" is forbidden: User "reader" cannot get resource "pods/log" in API group "" in the namespace "shop"'}
  `('is refused in the words of RBAC: $path', async ({ path, message }) => {
    expect((await given.as('reader').send('GET', String(path))).body).toMatchObject({ code: 403, reason: 'Forbidden', message })
  })

  test('may do what a rule or a role grants', async () => {
    expect((await given.as('reader').send('GET', '/apis/apps/v1/namespaces/shop/deployments')).code).toBe(200)
    const role = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop'
    await given.wire.send('POST', `${role}/roles`, { metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }] })
    expect((await given.as('reader').send('GET', maps)).code).toBe(403)
    await given.wire.send('POST', `${role}/rolebindings`, { metadata: { name: 'r' }, roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'reader' }] })
    expect((await given.as('reader').send('GET', maps)).code).toBe(200)
  })

  test('can ask what is allowed', async () => {
    const ask = async (verb: string): Promise<unknown> => (await given.as('reader').send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: { resourceAttributes: { verb, group: 'apps', resource: 'deployments', namespace: 'shop' } } })).body
    expect(await ask('list')).toMatchObject({ status: { allowed: true } })
    expect(await ask('delete')).toMatchObject({ status: { allowed: false } })
  })
})

describe('what the stand-in does not do', () => {
  test.each(['/openapi/v3', '/apis/certificates.k8s.io/v1/certificatesigningrequests', '/api/v1/namespaces/shop/pods/x/portforward'])('is refused with 501 and counted: %s', async (path) => {
    const reply = await given.wire.send('GET', path)
    expect(reply.body).toMatchObject({ kind: 'Status', code: 501, reason: 'NotImplemented' })
    expect(given.cluster.unknown).toBe(1)
  })

  test.each(['enforce', 'warn'])('is refused with 501: judging pods (%s)', async (mode) => {
    const labels = { [`pod-security.kubernetes.io/${mode}`]: 'baseline' }
    expect((await given.wire.send('PATCH', '/api/v1/namespaces/shop', { metadata: { labels } }, { 'content-type': 'application/merge-patch+json' })).body).toMatchObject({ code: 501, reason: 'NotImplemented' })
    expect((await given.wire.send('POST', '/api/v1/namespaces', { metadata: { name: 'held', labels } })).code).toBe(501)
    expect((await given.wire.send('POST', '/api/v1/namespaces', { metadata: { name: 'free', labels: { [`pod-security.kubernetes.io/${mode}`]: 'privileged' } } })).code).toBe(201)
  })

  test('is refused with 501: impersonation with extra attributes', async () => {
    expect((await given.wire.send('GET', maps, undefined, { 'impersonate-user': 'jane', 'impersonate-extra-scopes': 'view' })).code).toBe(501)
  })

  test('is not what no server knows', async () => {
    expect((await given.wire.send('GET', '/apis/nowhere.example.com/v1/things')).code).toBe(404)
    expect(given.cluster.unknown).toBe(0)
  })
})

describe('ordered faults', () => {
  const read = (): Promise<{ readonly code: number; readonly body: unknown; readonly headers: Readonly<Record<string, unknown>> }> => given.wire.send('GET', `${maps}/x`)
  beforeEach(() => put('x'))

  test('meet the next matching requests, and are counted', async () => {
    const fault = given.cluster.faults.order({ verb: 'get', resource: 'configmaps' }, { kind: 'too-many-requests', retryAfterSeconds: 7 }, 2)
    expect(await read()).toMatchObject({ code: 429, headers: { 'retry-after': '7' } })
    expect((await given.wire.send('GET', maps)).code).toBe(200)
    expect((await read()).code).toBe(429)
    expect((await read()).code).toBe(200)
    expect(fault.count()).toBe(2)
  })

  test.each`
    fault                                  | code
    ${{ kind: 'error' }}                   | ${500}
    ${{ kind: 'error', code: 503 }}        | ${503}
    ${{ kind: 'conflict' }}                | ${409}
    ${{ kind: 'unauthorized' }}            | ${401}
  `('$fault.kind answers $code', async ({ fault, code }) => {
    given.cluster.faults.order({ resource: 'configmaps' }, fault as Fault, 1)
    expect((await read()).body).toMatchObject({ kind: 'Status', code })
  })

  test.each([{ kind: 'reset' }, { kind: 'truncated' }] as const)('$kind breaks the connection', async (fault) => {
    given.cluster.faults.order({ resource: 'configmaps' }, fault, 1)
    await expect(read()).rejects.toThrow()
    expect((await read()).code).toBe(200)
  })

  test('a reset after the fact has done what was asked', async () => {
    given.cluster.faults.order({ verb: 'create' }, { kind: 'reset', when: 'after' }, 1)
    await expect(put('y')).rejects.toThrow()
    expect((await given.wire.send('GET', `${maps}/y`)).code).toBe(200)
  })

  test('a slow answer takes its time on the clock', async () => {
    given.cluster.faults.order({ resource: 'configmaps' }, { kind: 'slow', milliseconds: 5000 }, 1)
    let done = false
    const reply = read().then(() => { done = true })
    while (!given.cluster.busy()) await given.pass(0)
    await given.pass(1)
    expect(done).toBe(false)
    await given.pass(10)
    await reply
  })
})

test('requests are counted by what they did', async () => {
  await put('x')
  await given.wire.send('GET', `${maps}/x`)
  expect(given.cluster.requests.count({ verb: 'create', resource: 'configmaps', code: 201 })).toBe(1)
  expect(given.cluster.requests.count({ verb: 'get' })).toBe(1)
})
