import { expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { behaviourFrom, versionOf } from './behaviour.ts'
import { endOf, passage } from './network-policy.ts'
import { decide } from './pass-on.ts'
import { pictureOf } from './picture.ts'
import { type Asked, milliseconds } from './route.ts'
import { openTurns } from './turns.ts'
import type { Pod } from '../cluster/objects/types.ts'

const asked = (wish: Partial<Asked> = {}): Asked => ({ method: 'GET', host: 'cart', path: '/', query: new URLSearchParams(), headers: {}, ...wish })
const service = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: {} })
const pod = (name: string, labels: Readonly<Record<string, string>>, image = 'x:1'): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { containers: [{ name: 'a', image, ports: [{ name: 'http', containerPort: 8080 }] }] }, status: { podIP: '10.244.0.7' } })

test.each([[[10, 90]], [[50, 50]], [[1, 99]], [[33, 33, 34]], [[0, 1]], [[1, 2, 3, 4]]])('weights %j get their share, within one, after any number of requests', (weights) => {
  const turns = openTurns()
  const backends = weights.map((weight, index) => ({ service: `s${index}`, weight }))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const got = weights.map(() => 0)
  for (let n = 1; n <= 1000; n++) {
    const index = Number(turns.backend('rule', backends).service.slice(1))
    got[index] = (got[index] as number) + 1
    weights.forEach((weight, at) => expect(Math.abs((got[at] as number) - (n * weight) / total)).toBeLessThan(weights.length))
  }
  expect(got[weights.indexOf(0)] ?? 0).toBe(0)
})

test.each([[0, 0], [0.1, 10], [0.25, 25], [1 / 3, 33], [1, 100]])('a share of %d is %d of a hundred', (share, expected) => {
  const turns = openTurns()
  expect(Array.from({ length: 100 }, () => turns.share('x', share)).filter(Boolean)).toHaveLength(expected)
})

test.each([['registry.example:5000/a/cart:1.2', '1.2'], ['cart@sha256:ab', 'sha256:ab'], ['cart:1@sha256:ab', '1'], ['registry:5000/cart', 'of-label']])('the version of %s is %s', (image, version) => {
  expect(versionOf(pod('a', { version: 'of-label' }, image))).toBe(version)
})

test.each([['1s', 1000], ['1h30m', 5_400_000], ['250ms', 250], ['0.5s', 500], ['10', undefined], ['', undefined], ['1d', undefined]])('the duration %s', (text, expected) => {
  expect(milliseconds(text)).toBe(expected)
})

test.each([[null, 'no object'], [{ failng: 1 }, 'failng'], [{ failing: 1.5 }, 'failing'], [{ latency: -1 }, 'latency'], [{ status: 200 }, 'status'], [{ version: 1 }, 'version']])('%j is no behaviour', (given, says) => {
  expect(() => behaviourFrom(given, 'Row 1')).toThrow(new RegExp(`^Row 1: .*${says}`))
})

const route = (name: string, rules: readonly object[], more: object = { hostnames: ['cart'] }, at = '2026-01-01T00:00:00Z'): KubeObject => ({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name, creationTimestamp: at }, spec: { ...more, rules } })
const to = (name: string, match: object = {}): object => ({ matches: [match], backendRefs: [{ name }] })
const path = (type: string, value: string): object => ({ path: { type, value } })

test.each([
  ['the exact path before the longer prefix', [to('prefix', path('PathPrefix', '/a/b')), to('exact', path('Exact', '/a/b/c'))], { path: '/a/b/c' }, 'exact'],
  ['the longer prefix', [to('short', path('PathPrefix', '/a')), to('long', path('PathPrefix', '/a/b'))], { path: '/a/b/c' }, 'long'],
  ['whole elements of a path only', [to('ab', path('PathPrefix', '/ab')), to('root', {})], { path: '/abc' }, 'root'],
  ['the method', [to('any', {}), to('post', { method: 'POST' })], { method: 'POST' }, 'post'],
  ['more headers', [to('one', { headers: [{ name: 'A', value: '1' }] }), to('two', { headers: [{ name: 'A', value: '1' }, { name: 'B', type: 'RegularExpression', value: '[0-9]+' }] })], { headers: { a: '1', b: '22' } }, 'two'],
  ['query parameters', [to('none', {}), to('query', { queryParams: [{ name: 'q', value: 'x' }] })], { query: new URLSearchParams('q=x') }, 'query'],
  ['the first of equals', [to('first', {}), to('second', {})], {}, 'first'],
])('an HTTPRoute prefers %s', (_, rules, wish, expected) => {
  expect(decide(pictureOf('shop', { httpRoute: [route('r', rules)] }), asked(wish))).toMatchObject({ at: 'backends', backends: [{ service: expected }] })
})

test.each([
  ['a wildcard covers what is below it', { hostnames: ['*.shop.example'] }, 'cart.shop.example', true],
  ['a wildcard does not cover the name itself', { hostnames: ['*.shop.example'] }, 'shop.example', false],
  ['a route on a Service answers for it', { parentRefs: [{ group: '', kind: 'Service', name: 'cart' }] }, 'cart.shop', true],
  ['a route on a Gateway without hostnames answers for foreign names', { parentRefs: [{ name: 'public' }] }, 'other.example', true],
  ['but not for Services', { parentRefs: [{ name: 'public' }] }, 'cart', false],
])('%s', (_, more, host, routed) => {
  const decision = decide(pictureOf('shop', { service: [service('cart')], httpRoute: [route('r', [to('routed')], more)] }), asked({ host }))
  expect(decision.at === 'backends' && decision.backends[0]?.service === 'routed').toBe(routed)
})

const virtual = (http: readonly object[]): KubeObject => ({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'cart' }, spec: { hosts: ['cart.shop.svc.cluster.local'], http } })
const destination = { destination: { host: 'cart' } }

test.each([
  ['no rule fits', [{ match: [{ uri: { exact: '/x' } }], route: [destination] }], 404, /no rule/],
  ['a subset that nobody defines', [{ route: [{ destination: { host: 'cart', subset: 'v9' } }] }], 503, /subset v9/],
  ['a redirect', [{ redirect: { uri: '/x' } }], 501, /redirect/],
  ['a match that it does not know', [{ match: [{ statPrefix: 'x' }], route: [destination] }], 501, /statPrefix/],
  ['another namespace', [{ route: [{ destination: { host: 'cart.other.svc.cluster.local' } }] }], 501, /outside of the namespace/],
  ['no weight', [{ route: [{ ...destination, weight: 0 }, { ...destination, weight: 0 }] }], 503, /weight/],
])('a VirtualService with %s is refused', (_, http, status, says) => {
  expect(decide(pictureOf('shop', { virtualService: [virtual(http)] }), asked())).toEqual({ at: 'refused', status, says: expect.stringMatching(says) })
})

test('a VirtualService goes before an HTTPRoute, and brings its faults and its timeout', () => {
  const picture = pictureOf('shop', { httpRoute: [route('r', [to('routed')])], virtualService: [virtual([{ route: [destination], timeout: '2s', fault: { abort: { httpStatus: 418, percentage: { value: 50 } }, delay: { fixedDelay: '20ms' } } }])] })
  expect(decide(picture, asked())).toMatchObject({ rule: 'VirtualService cart, http[0]', timeout: 2000, fault: { abort: { status: 418, share: 0.5 }, delay: { milliseconds: 20, share: 1 } } })
})

const cart = pod('cart', { app: 'cart' })
const web = pod('web', { app: 'web' })
const policy = (spec: object): KubeObject => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p' }, spec: { podSelector: { matchLabels: { app: 'cart' } }, ...spec } })
const outside = { labels: { app: 'probe' }, namespace: 'gateway', namespaceLabels: { team: 'edge' }, address: '10.0.0.1' }

test.each([
  ['no policy for the pod', { podSelector: { matchLabels: { app: 'other' } } }, true],
  ['no rule', {}, false],
  ['a rule for everybody', { ingress: [{}] }, true],
  ['egress only', { policyTypes: ['Egress'] }, true],
  ['pods of the same namespace', { ingress: [{ from: [{ podSelector: {} }] }] }, false],
  ['pods of any namespace', { ingress: [{ from: [{ namespaceSelector: {} }] }] }, true],
  ['pods of a namespace by label', { ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'edge' } }, podSelector: { matchLabels: { app: 'probe' } } }] }] }, true],
  ['other pods of that namespace', { ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'edge' } }, podSelector: { matchLabels: { app: 'x' } } }] }] }, false],
  ['its address', { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] }, true],
  ['its address but for it', { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/24'] } }] }] }, false],
  ['the port', { ingress: [{ ports: [{ port: 8080 }] }] }, true],
  ['the port by name', { ingress: [{ ports: [{ port: 'http' }] }] }, true],
  ['another port', { ingress: [{ ports: [{ port: 9090 }, { protocol: 'UDP', port: 8080 }] }] }, false],
  ['a range of ports', { ingress: [{ ports: [{ port: 8000, endPort: 9000 }] }] }, true],
])('a policy with %s', (_, spec, open) => {
  expect(passage(pictureOf('shop', { pod: [cart], policy: [policy(spec)] }), outside, undefined, cart, 8080).open).toBe(open)
})

test.each([
  ['without egress rules', { policyTypes: ['Egress'] }, false],
  ['with egress to it', { egress: [{ to: [{ podSelector: { matchLabels: { app: 'web' } } }] }], ingress: [{}] }, true],
  ['with egress to another', { egress: [{ to: [{ podSelector: { matchLabels: { app: 'db' } } }] }] }, false],
])('a policy of the pod that asks, %s', (_, spec, open) => {
  expect(passage(pictureOf('shop', { pod: [cart, web], policy: [policy(spec)] }), endOf(cart, 'shop'), cart, web, 8080).open).toBe(open)
})
