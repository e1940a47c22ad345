import { expect } from '@jest/globals'
import { httpRoute, serviceFor, versionOf, virtualService } from './given.ts'
import type { Case } from './scene.ts'

/** Who gets a request. */
export const routing: readonly Case[] = [
  {
    name: 'a Service answers with its pods in turn, by any of its names, and 404 is for names that nobody has',
    async run(scene) {
      const { here, gateway, visitor, ready } = await scene()
      expect((await visitor.ask('cart')).code).toBe(404)
      await here.create(...versionOf('cart', 'v1'))
      await ready('cart-v1')
      const pods = await here.pods()
      gateway.reset()
      const shares = await visitor.share('cart-v1', 100, 'pod')
      expect(shares).toEqual({ [pods[0] as string]: 50, [pods[1] as string]: 50 })
      expect(await visitor.ask(`cart-v1.${here.namespace}.svc.cluster.local`)).toEqual({ code: 200, service: 'cart-v1', version: 'v1', pod: expect.stringMatching(/^cart-v1-/) })
      expect(gateway.counts().filter(({ host }) => host === 'cart-v1').map(({ code, count: times }) => [code, times])).toEqual([[200, 50], [200, 50]])
    },
  },
  {
    name: 'an HTTPRoute splits 10 to 90 within a percent of 10,000 requests',
    async run(scene) {
      const { here, visitor, until, ready } = await scene()
      await here.create(...versionOf('cart', 'v1'), ...versionOf('cart', 'v2'), httpRoute('cart', [{ backendRefs: [{ name: 'cart-v1', port: 80, weight: 90 }, { name: 'cart-v2', port: 80, weight: 10 }] }]))
      for (const host of ['cart-v1', 'cart-v2']) await ready(host)
      await until('cart.example', ({ code }) => code === 200)
      const shares = await visitor.share('cart.example', 10_000, 'version')
      expect(Math.abs(((shares['v2'] ?? 0) / 100) - 10)).toBeLessThan(1)
      expect(((shares['v1'] ?? 0) / 100) + ((shares['v2'] ?? 0) / 100)).toBe(100)
    },
  },
  {
    name: 'a VirtualService splits by subsets, sends by header, and new weights count at once',
    async run(scene) {
      const { here, visitor, until, ready } = await scene()
      const subsets = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'cart' }, spec: { host: 'cart', subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })) } }
      const route = (stable: number): readonly object[] => [
        { match: [{ headers: { 'x-tester': { exact: 'yes' } } }], route: [{ destination: { host: 'cart', subset: 'v2' } }] },
        { route: [{ destination: { host: 'cart', subset: 'v1' }, weight: stable }, { destination: { host: `cart.${here.namespace}.svc.cluster.local`, subset: 'v2' }, weight: 100 - stable }] },
      ]
      await here.create(serviceFor('cart', { app: 'cart' }), ...versionOf('cart', 'v1'), ...versionOf('cart', 'v2'), subsets, virtualService('cart', route(80)))
      for (const host of ['cart-v1', 'cart-v2']) await ready(host)
      await until('cart', ({ code, version }) => code === 200 && version === 'v2', { headers: { 'x-tester': 'yes' } })
      expect(await visitor.share('cart', 1000, 'version')).toEqual({ v1: 800, v2: 200 })
      await here.cluster.patch({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: here.namespace, name: 'cart' }, 'merge', { spec: { http: route(0) } })
      await until('cart', ({ version }) => version === 'v2')
      await until('cart', ({ version }) => version === 'v2')
      expect(await visitor.share('cart', 100, 'version')).toEqual({ v2: 100 })
    },
  },
  {
    name: 'an HTTPRoute sends by header and path as its precedence says, and copies what it mirrors',
    async run(scene) {
      const { here, gateway, visitor, until, ready } = await scene()
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
    },
  },
]
