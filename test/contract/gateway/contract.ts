import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Cluster } from '@fermata/ports'
import { answersAnnotation, type Gateway, type GatewayWish, startGateway } from '@fermata/sandbox'
import { setTimeout as wait } from 'node:timers/promises'
import { type Answer, visit, type Visitor } from './client.ts'
import { cutOff, type Here, httpRoute, imageOf, namespaceOn, serviceFor, versionOf, virtualService } from './given.ts'

/** A cluster whose pods are played: ready soon after they are scheduled. */
export interface GatewaySide {
  readonly name: string
  start(): Promise<{
    readonly cluster: Cluster
    /** From now on the pods of an image are not ready. */
    unready(namespace: string, image: string): Promise<void>
    stop(): Promise<void>
  }>
}

jest.setTimeout(60_000)

/** What must hold of the gateway whichever cluster it looks at. */
export function gatewayContract(side: GatewaySide): void {
  describe(`the gateway before ${side.name}`, () => {
    let played: Awaited<ReturnType<GatewaySide['start']>>
    let here: Here
    let gateway: Gateway
    let visitor: Visitor
    let count = 0
    beforeAll(async () => { played = await side.start() })
    afterAll(() => played.stop())
    afterEach(async () => {
      visitor.leave()
      await gateway.close()
    })

    async function open(wish: Partial<GatewayWish> = {}): Promise<void> {
      here = await namespaceOn(played.cluster, `gateway-${++count}`)
      gateway = await startGateway({ cluster: played.cluster, namespace: here.namespace, connectTimeout: 50, ...wish })
      visitor = visit(gateway)
    }
    /** Asks again until the answer is this, for 20 seconds at most. */
    async function until(host: string, holds: (answer: Answer) => boolean, wish: Parameters<Visitor['ask']>[1] = {}): Promise<Answer> {
      const end = performance.now() + 20_000
      for (;;) {
        const answer = await visitor.ask(host, wish)
        if (holds(answer)) return answer
        if (performance.now() > end) throw new Error(`${host} still answers ${JSON.stringify(answer)}`)
        await wait(20)
      }
    }
    /** Both pods of a version answer. */
    async function ready(host: string, pods = 2): Promise<void> {
      const seen = new Set<string>()
      await until(host, ({ code, pod = '' }) => code === 200 && seen.add(pod).size >= pods)
    }
    const percent = (shares: Readonly<Record<string, number>>, of: string): number => ((shares[of] ?? 0) / Object.values(shares).reduce((sum, share) => sum + share, 0)) * 100

    test('a Service answers with its pods in turn, by any of its names, and 404 is for names that nobody has', async () => {
      await open()
      expect((await visitor.ask('cart')).code).toBe(404)
      await here.create(...versionOf('cart', 'v1'))
      await ready('cart-v1')
      const pods = await here.pods()
      gateway.reset()
      const shares = await visitor.share('cart-v1', 100, 'pod')
      expect(shares).toEqual({ [pods[0] as string]: 50, [pods[1] as string]: 50 })
      expect(await visitor.ask(`cart-v1.${here.namespace}.svc.cluster.local`)).toEqual({ code: 200, service: 'cart-v1', version: 'v1', pod: expect.stringMatching(/^cart-v1-/) })
      expect(gateway.counts().filter(({ host }) => host === 'cart-v1').map(({ code, count: times }) => [code, times])).toEqual([[200, 50], [200, 50]])
    })

    test('an HTTPRoute splits 10 to 90 within a percent of 10,000 requests', async () => {
      await open()
      await here.create(...versionOf('cart', 'v1'), ...versionOf('cart', 'v2'), httpRoute('cart', [{ backendRefs: [{ name: 'cart-v1', port: 80, weight: 90 }, { name: 'cart-v2', port: 80, weight: 10 }] }]))
      for (const host of ['cart-v1', 'cart-v2']) await ready(host)
      await until('cart.example', ({ code }) => code === 200)
      const shares = await visitor.share('cart.example', 10_000, 'version')
      expect(Math.abs(percent(shares, 'v2') - 10)).toBeLessThan(1)
      expect(percent(shares, 'v1') + percent(shares, 'v2')).toBe(100)
    })

    test('a VirtualService splits by subsets, sends by header, and new weights count at once', async () => {
      await open()
      const subsets = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'cart' }, spec: { host: 'cart', subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })) } }
      const route = (stable: number): readonly object[] => [
        { match: [{ headers: { 'x-tester': { exact: 'yes' } } }], route: [{ destination: { host: 'cart', subset: 'v2' } }] },
        { route: [{ destination: { host: 'cart', subset: 'v1' }, weight: stable }, { destination: { host: `cart.${here.namespace}.svc.cluster.local`, subset: 'v2' }, weight: 100 - stable }] },
      ]
      await here.create(serviceFor('cart', { app: 'cart' }), ...versionOf('cart', 'v1'), ...versionOf('cart', 'v2'), subsets, virtualService('cart', route(80)))
      for (const host of ['cart-v1', 'cart-v2']) await ready(host)
      await until('cart', ({ code, version }) => code === 200 && version === 'v2', { headers: { 'x-tester': 'yes' } })
      expect(await visitor.share('cart', 1000, 'version')).toEqual({ v1: 800, v2: 200 })
      await played.cluster.patch({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: here.namespace, name: 'cart' }, 'merge', { spec: { http: route(0) } })
      await until('cart', ({ version }) => version === 'v2')
      await until('cart', ({ version }) => version === 'v2')
      expect(await visitor.share('cart', 100, 'version')).toEqual({ v2: 100 })
    })

    test('an HTTPRoute sends by header and path as its precedence says, and copies what it mirrors', async () => {
      await open()
      const rules = [
        { backendRefs: [{ name: 'cart-v1', port: 80 }], filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'cart-v2', port: 80 }, percent: 50 } }] },
        { matches: [{ headers: [{ name: 'X-Canary', value: 'always' }] }], backendRefs: [{ name: 'cart-v2', port: 80 }] },
        { matches: [{ path: { type: 'PathPrefix', value: '/none' } }], backendRefs: [{ name: 'nobody', port: 80 }] },
        { matches: [{ path: { type: 'Exact', value: '/elsewhere' } }], filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'x.example' } }] },
      ]
      await here.create(...versionOf('cart', 'v1'), ...versionOf('cart', 'v2'), httpRoute('cart', rules))
      for (const host of ['cart-v1', 'cart-v2']) await ready(host)
      await until('cart.example', ({ version }) => version === 'v1')
      gateway.reset()
      expect((await visitor.ask('cart.example', { headers: { 'x-canary': 'always' } })).version).toBe('v2')
      expect(await visitor.ask('cart.example', { path: '/none/at/all' })).toMatchObject({ code: 500, says: expect.stringContaining('nobody') })
      expect(await visitor.ask('cart.example', { path: '/elsewhere' })).toMatchObject({ code: 501, says: expect.stringContaining('RequestRedirect') })
      expect(await visitor.share('cart.example', 20, 'version')).toEqual({ v1: 20 })
      const copies = gateway.counts().filter(({ mirrored }) => mirrored)
      expect([copies.reduce((sum, { count: times }) => sum + times, 0), new Set(copies.map(({ version }) => version))]).toEqual([10, new Set(['v2'])])
    })

    test('a pod that is not ready gets nothing, and without a ready one it is 503', async () => {
      await open()
      await here.create(serviceFor('frail', { app: 'frail' }), ...versionOf('frail', 'v1', { replicas: 1 }), ...versionOf('frail', 'v2', { replicas: 1 }))
      await ready('frail')
      await played.unready(here.namespace, imageOf('frail', 'v1'))
      await until('frail-v1', ({ code }) => code === 503)
      expect(await visitor.share('frail', 100, 'version')).toEqual({ v2: 100 })
      await played.unready(here.namespace, imageOf('frail', 'v2'))
      expect((await until('frail', ({ code }) => code === 503)).says).toMatch(/No endpoint of frail is ready/)
    })

    test('a version fails and is slow by the table, and a pod by its annotation; the metrics say the same', async () => {
      await open({ behaviours: [{ version: 'v2', failing: 0.25, status: 503 }, { version: 'v1', latency: 30 }] })
      await here.create(...versionOf('cart', 'v1'), ...versionOf('cart', 'v2'), ...versionOf('cart', 'v3', { annotations: { [answersAnnotation]: '{"failing":1,"status":"reset"}' } }))
      for (const host of ['cart-v1', 'cart-v2']) await ready(host)
      await until('cart-v3', ({ code }) => code === 0)
      gateway.reset()
      expect(await visitor.share('cart-v2', 100, 'code')).toEqual({ 200: 75, 503: 25 })
      expect(await visitor.share('cart-v3', 8, 'code')).toEqual({ 0: 8 })
      const counts = (await (await fetch(`${gateway.url}/__counts`)).json()) as readonly { readonly service: string; readonly code: unknown; readonly count: number }[]
      expect(counts.filter(({ service, code }) => service === 'cart-v2' && code === 503).reduce((sum, { count: times }) => sum + times, 0)).toBe(25)
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
      expect(Number(/^http_requests_total\{host="cart-v2",service="cart-v2",version="v2",code="503"\} (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(25)
      expect(metrics).toMatch(/^http_request_duration_seconds_bucket\{host="cart-v1",service="cart-v1",version="v1",le="0.025"\} 0$/m)
      await fetch(`${gateway.url}/__behaviours`, { method: 'PUT', body: '[]' })
      expect(await visitor.share('cart-v2', 40, 'code')).toEqual({ 200: 40 })
      expect((await fetch(`${gateway.url}/__behaviours`, { method: 'PUT', body: '[{"failing":2}]' })).status).toBe(501)
    })

    test('pods that a NetworkPolicy cuts off are not reached and reach nobody, until it is gone', async () => {
      await open()
      await here.create(...versionOf('cart', 'v1'), ...versionOf('web', 'v1'), serviceFor('all', { version: 'v1' }))
      await ready('cart-v1')
      await ready('web-v1')
      const fromWeb = { headers: { 'x-fermata-from': 'web-v1' } }
      expect((await visitor.ask('cart-v1', fromWeb)).code).toBe(200)
      const policy = cutOff('partition', { app: 'cart' })
      await here.create(policy)
      expect(await until('cart-v1', ({ code }) => code === 504)).toMatchObject({ service: 'cart-v1', says: expect.stringMatching(/^no connection after 50 ms: ingress of cart-v1-\S+ by NetworkPolicy partition$/) })
      expect((await visitor.ask('cart-v1', fromWeb)).code).toBe(504)
      expect((await visitor.ask('web-v1', { headers: { 'x-fermata-from': 'cart-v1' } })).says).toMatch(/egress of cart-v1-/)
      expect((await visitor.ask('web-v1')).code).toBe(200)
      expect(await visitor.share('all', 40, 'code')).toEqual({ 200: 20, 504: 20 })
      await here.delete(policy)
      await until('cart-v1', ({ code }) => code === 200)
    })

    test('a killed pod fails requests for a short while at most, and its successor takes over', async () => {
      await open()
      await here.create(...versionOf('cart', 'v1', { replicas: 1 }))
      await ready('cart-v1', 1)
      const [pod = ''] = await here.pods()
      gateway.reset()
      await here.delete({ apiVersion: 'v1', kind: 'Pod', metadata: { name: pod } }, 0)
      await until('cart-v1', ({ code, pod: by }) => code === 200 && by !== pod)
      expect(gateway.counts().map(({ code }) => code).filter((code) => code !== 200 && code !== 502 && code !== 503)).toEqual([])
      expect(gateway.counts().every(({ pod: by, code }) => by !== pod || code !== 503)).toBe(true)
    })
  })
}
