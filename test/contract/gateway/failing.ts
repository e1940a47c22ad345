import { expect } from '@jest/globals'
import { answersAnnotation } from '@fermata/sandbox'
import { cutOff, imageOf, serviceFor, versionOf } from './given.ts'
import type { Case } from './scene.ts'

/** What a person sees who is sent to pods that are not well. */
export const failing: readonly Case[] = [
  {
    name: 'a pod that is not ready gets nothing, and without a ready one it is 503',
    async run(scene) {
      const { here, visitor, until, ready } = await scene()
      await here.create(serviceFor('frail', { app: 'frail' }), ...versionOf('frail', 'v1', { replicas: 1 }), ...versionOf('frail', 'v2', { replicas: 1 }))
      await ready('frail')
      await here.unready(imageOf('frail', 'v1'))
      await until('frail-v1', ({ code }) => code === 503)
      expect(await visitor.share('frail', 100, 'version')).toEqual({ v2: 100 })
      await here.unready(imageOf('frail', 'v2'))
      expect((await until('frail', ({ code }) => code === 503)).says).toMatch(/No endpoint of frail is ready/)
    },
  },
  {
    name: 'a version fails and is slow by the table, and a pod by its annotation; the metrics say the same',
    async run(scene) {
      const { here, gateway, visitor, until, ready } = await scene({ behaviours: [{ version: 'v2', failing: 0.25, status: 503 }, { version: 'v1', latency: 30 }] })
      await here.create(...versionOf('cart', 'v1'), ...versionOf('cart', 'v2'), ...versionOf('cart', 'v3', { annotations: { [answersAnnotation]: '{"failing":1,"status":"reset"}' } }))
      for (const host of ['cart-v1', 'cart-v2']) await ready(host)
      await until('cart-v3', ({ code }) => code === 0)
      gateway.reset()
      expect(await visitor.share('cart-v2', 100, 'code')).toEqual({ 200: 75, 503: 25 })
      expect(await visitor.share('cart-v3', 8, 'code')).toEqual({ 0: 8 })
      const counts = (await (await fetch(`${gateway.url}/__counts`)).json()) as readonly { readonly service: string; readonly code: unknown; readonly count: number }[]
      expect(counts.filter(({ service, code }) => service === 'cart-v2' && code === 503).reduce((sum, { count: times }) => sum + times, 0)).toBe(25)
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
      expect(Number(/^http_requests_total\{host="cart-v2",service="cart-v2",version="v2",pod="[^"]+",code="503"\} (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(25)
      expect(metrics).toMatch(/^http_request_duration_seconds_bucket\{host="cart-v1",service="cart-v1",version="v1",le="0.025"\} 0$/m)
      await fetch(`${gateway.url}/__behaviours`, { method: 'PUT', body: '[]' })
      expect(await visitor.share('cart-v2', 40, 'code')).toEqual({ 200: 40 })
      expect((await fetch(`${gateway.url}/__behaviours`, { method: 'PUT', body: '[{"failing":2}]' })).status).toBe(501)
    },
  },
  {
    name: 'pods that a NetworkPolicy cuts off are not reached and reach nobody, until it is gone',
    async run(scene) {
      const { here, visitor, until, ready } = await scene()
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
    },
  },
  {
    name: 'a killed pod fails requests for a short while at most, and its successor takes over',
    async run(scene) {
      const { here, gateway, until, ready } = await scene()
      await here.create(...versionOf('cart', 'v1', { replicas: 1 }))
      await ready('cart-v1', 1)
      const [pod = ''] = await here.pods()
      gateway.reset()
      await here.delete({ apiVersion: 'v1', kind: 'Pod', metadata: { name: pod } }, 0)
      await until('cart-v1', ({ code, pod: by }) => code === 200 && by !== pod)
      expect(gateway.counts().map(({ code }) => code).filter((code) => code !== 200 && code !== 502 && code !== 503)).toEqual([])
      expect(gateway.counts().every(({ pod: by, code }) => by !== pod || code !== 503)).toBe(true)
    },
  },
]
