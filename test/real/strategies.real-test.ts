import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { leaseSeconds } from '@fermata/custody'
import type { KubeObject } from '@fermata/ports'
import { createStory } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fusedIn, sharedRoute, shopIn, sketchFourWays, tools, unanswered } from '../../packages/rollout/src/testing/four-ways.ts'
import { Killed } from '../../packages/rollout/src/testing/mortal.ts'
import { imageFor, sketch } from '../../packages/rollout/src/testing/stage.ts'
import { routeDefinitions } from '../support/route-definitions.ts'
import { freePorts } from './company.ts'
import { type Site, siteIn } from './in-process.ts'
import { type PlayedCluster, startPlayedCluster } from './played-cluster.ts'

/** Canary, blue-green and migrations on a real control plane: watched from outside, asked through a gateway, killed at twenty of their writes. */

const kills = 20
const killed = Array.from({ length: kills }, (_, index) => `killed-${index}`)
const swept = Array.from({ length: 7 }, (_, index) => `swept-${index}`)
const story = createStory({ does: 'run', readyAfter: 0.2 }).image(tools, { does: 'complete', after: 0.2 }).image(imageFor('stock', 9), { does: 'never-ready' })
let played: PlayedCluster
beforeAll(async () => {
  played = await startPlayedCluster({ story, namespaces: ['watched', 'green'] })
  for (const definition of routeDefinitions) await played.cluster.create(definition)
  // A definition is served a moment after it is made.
  while (await played.cluster.list({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' }, { namespace: 'watched' }).then(() => false, () => true)) await wait(100)
}, 120_000)
afterAll(() => played.stop(), 30_000)

const passed = { verdict: 'pass' }

let openings = 0

/** A shop of four ways whose first version is out, in a namespace of its own: a second try of a test finds nothing of the first. */
async function openShop(name: string): Promise<Site> {
  const namespace = `${name}-${(openings += 1)}`
  await played.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await played.plays(namespace)
  const site = siteIn(played, namespace)
  await site.kube.create(sharedRoute(namespace))
  sketchFourWays(site, 1)
  expect(await site.run({ mode: 'apply' })).toMatchObject(passed)
  return site
}

/** Says of every change in the namespace which Services got requests and had no ready pod. */
async function watch({ kube, namespace }: Site): Promise<{ readonly changes: () => number; stop(): Promise<readonly string[]> }> {
  const over = new AbortController()
  const kinds = [['v1', 'Service'], ['v1', 'Pod'], ['gateway.networking.k8s.io/v1', 'HTTPRoute']].map(([apiVersion = '', kind = '']) => ({ apiVersion, kind }))
  const feed = await kube.follow(kinds, namespace, over.signal)
  const found = new Set<string>()
  let changes = 0
  // The picture of one moment, by the watch alone: no list of a later moment is mixed into it.
  const picture = { namespace, files: new Map<string, string>(), kube: { ...kube, list: async (kind: { readonly apiVersion: string; readonly kind: string }) => ({ items: feed.objects(kind), resourceVersion: '' }) } } as Site
  const looking = (async () => {
    while (!over.signal.aborted) {
      for (const name of await unanswered(picture)) found.add(name)
      changes += 1
      await feed.changed(1_000).catch(() => undefined)
    }
  })()
  return {
    changes: () => changes,
    async stop() {
      over.abort(new Error('the watch is over'))
      feed.close()
      await looking
      return [...found]
    },
  }
}

interface Share {
  readonly total: number
  readonly canary: number
  readonly failed: number
}

/** Asks the gateway so often, and counts who answered. */
async function ask(url: string, host: string, times: number): Promise<Share> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  let [left, canary, failed] = [times, 0, 0]
  const one = (): Promise<void> => new Promise((resolve, reject) => {
    request(url, { agent, headers: { host } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => {
        if ((response.statusCode ?? 0) >= 400) failed += 1
        if (text.includes('cart-canary')) canary += 1
        resolve()
      })
    }).on('error', reject).end()
  })
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await one()
    }
  }
  await Promise.all(Array.from({ length: 16 }, worker))
  agent.destroy()
  return { total: times, canary, failed }
}

async function startGateway(namespace: string): Promise<string> {
  const { company } = played.plane
  const [port = 0] = await freePorts(1)
  const kubeconfig = join(company.folder, `kubeconfig-${namespace}`)
  writeFileSync(kubeconfig, played.plane.kubeconfig({ namespace }))
  await company.start({ name: 'gateway', file: process.execPath, args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'gateway-main.ts'), '--kubeconfig', kubeconfig, '--namespace', namespace, '--port', String(port)] })
  const url = `http://127.0.0.1:${port}`
  while ((await fetch(`${url}/__counts`).then(({ status }) => status, () => 0)) !== 200) await wait(25)
  return url
}

const weightsIn = (route: KubeObject | undefined): string => JSON.stringify((route as { readonly spec?: { readonly rules: readonly { readonly backendRefs: readonly { readonly name: string; readonly weight?: number }[] }[] } } | undefined)?.spec?.rules[0]?.backendRefs.map(({ name, weight }) => `${name} ${weight}`) ?? [])

describe('watched from outside', () => {
  test('a canary gets the share that was asked for, nobody is sent where nobody answers, and another team\'s backend stays as it is', async () => {
    const site = siteIn(played, 'watched')
    const shop = { ...sharedRoute('watched'), spec: { hostnames: ['shop.example'], rules: [{ backendRefs: [{ name: 'cart', port: 80, weight: 100 }] }, { matches: [{ path: { type: 'PathPrefix', value: '/other' } }], backendRefs: [{ name: 'other-team', port: 80, weight: 7 }] }] } }
    const before = await site.kube.apply(shop, { fieldManager: 'another-team' })
    const catalog = ['traffic_split: [10, 100]', 'route: HTTPRoute/shop']
    const cart = { strategy: 'canary', replicas: 2, soak: '15s', catalog }
    const version = (number: number) => ({ cart: { ...cart, image: imageFor('cart', number), config: `edition-${number}` }, stock: { strategy: 'blue_green', image: imageFor('stock', number), config: `edition-${number}` } })
    sketch(site.files, { cart: { ...version(1).cart, soak: '0s' }, stock: version(1).stock })
    expect(await site.run({ mode: 'apply' })).toMatchObject(passed)
    const gateway = await startGateway('watched')
    const watching = await watch({ ...site, namespace: 'watched' })
    sketch(site.files, version(2))
    const release = site.run({ mode: 'apply' })
    const route = { apiVersion: shop.apiVersion, kind: shop.kind, namespace: 'watched', name: 'shop' }
    while (!weightsIn(await site.kube.get(route)).includes('cart-canary 10')) await wait(50)
    // What the gateway has not seen yet is not the share that was given.
    await wait(500)
    const shared = await ask(gateway, 'shop.example', 10_000)
    const still = weightsIn(await site.kube.get(route))
    expect(await release).toMatchObject(passed)
    const after = await ask(gateway, 'shop.example', 200)
    expect(still).toBe('["cart 90","cart-canary 10"]')
    expect([shared.failed, after]).toEqual([0, { total: 200, canary: 0, failed: 0 }])
    expect(Math.abs(shared.canary / shared.total - 0.1)).toBeLessThan(0.01)
    const broken = (await watching.stop()).filter((name) => name === 'cart' || name === 'stock' || name === 'cart-canary')
    expect(watching.changes()).toBeGreaterThan(10)
    expect(broken).toEqual([])
    expect(JSON.stringify((await site.kube.get(route))?.['spec'])).toBe(JSON.stringify(before['spec']))
    // Whoever applies it next is not refused over fields that were ours for a while.
    await site.kube.apply(shop, { fieldManager: 'another-team' })
    for (const id of ['cart', 'stock']) expect((await site.kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'watched', name: id }))?.['data']).toEqual({ value: 'edition-2' })
    console.log(`10,000 requests through the gateway at 10 %: ${shared.canary} to the canary, ${(shared.canary / 100).toFixed(2)} %; none failed.`)
  }, 200_000)

  test('a green that never becomes ready gets nothing, and is gone', async () => {
    const site = siteIn(played, 'green')
    const stock = (number: number) => ({ stock: { strategy: 'blue_green', timeout: '15s', image: imageFor('stock', number), config: `edition-${number}` } })
    sketch(site.files, stock(1))
    expect(await site.run({ mode: 'apply' })).toMatchObject(passed)
    sketch(site.files, stock(9))
    const selectors = new Set<string>()
    const feed = await site.kube.follow([{ apiVersion: 'v1', kind: 'Service' }], 'green')
    const release = site.run({ mode: 'apply' })
    let over = false
    void release.finally(() => (over = true))
    while (!over) {
      for (const service of feed.objects({ apiVersion: 'v1', kind: 'Service' })) selectors.add(JSON.stringify((service['spec'] as { readonly selector: unknown }).selector))
      await feed.changed(200)
    }
    feed.close()
    const report = await release
    expect([report.verdict, report.outputs['rolled-back'], [...selectors]]).toEqual(['fail', '["stock"]', ['{"app":"stock"}']])
    expect((await site.kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'green', name: 'stock' }))?.['data']).toEqual({ value: 'edition-1' })
    const left = await site.kube.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, { namespace: 'green' })
    expect(left.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name)).toEqual(['stock'])
  }, 120_000)
})

/** Killed after so many writes, and resumed; or undisturbed, where it came to its end before. */
async function killedAndResumed(namespace: string, death: number): Promise<{ readonly death: number; readonly dead: boolean; readonly verdict: string; readonly wrong: readonly unknown[]; readonly unanswered: readonly string[]; readonly fused: readonly string[]; readonly shop: readonly string[] }> {
  const site = await openShop(namespace)
  sketchFourWays(site, 2)
  const end: unknown = await site.run({ mode: 'apply' }, death).catch((error: unknown) => error)
  const dead = end instanceof Killed
  if (!dead && !(typeof end === 'object' && end !== null && 'verdict' in end)) throw end
  const without = await unanswered(site)
  const resumed = dead ? await site.run({ mode: 'resume' }) : (end as Report)
  // Killed before there was a journal, it has written nothing, and there is nothing to resume.
  const { verdict, reasons } = resumed.summary.startsWith('No release') ? await site.run({ mode: 'apply' }) : resumed
  return { death, dead, verdict, wrong: reasons.filter(({ severity }) => severity === 'error'), unanswered: without, fused: await fusedIn(site), shop: await shopIn(site, 2) }
}

test(`a release of a canary, a blue-green, a migration and a rolling update, killed after one of ${kills} of its writes and resumed, ends as undisturbed`, async () => {
  const [undisturbed, ...ends] = await Promise.all([killedAndResumed('undisturbed', Number.POSITIVE_INFINITY), ...killed.map((namespace, index) => killedAndResumed(namespace, 4 * index + 7))])
  expect([undisturbed.dead, undisturbed.verdict, undisturbed.shop.length]).toEqual([false, 'pass', 13])
  for (const { death, dead, shop, ...end } of ends) {
    expect([death, dead, end]).toEqual([death, true, { verdict: 'pass', wrong: [], unanswered: [], fused: [] }])
    expect([death, shop]).toEqual([death, undisturbed.shop])
  }
  console.log(`Killed after ${ends.map(({ death }) => death).join(', ')} writes, and resumed: the same state as undisturbed.`)
}, 480_000)

/** Killed after so many writes, and never run again: somebody else's sweep finds it when nobody holds its services any more. */
async function killedAndSwept(namespace: string, death: number): Promise<{ readonly death: number; readonly before: readonly string[]; readonly after: readonly string[]; readonly end: object }> {
  const site = await openShop(namespace)
  const before = await shopIn(site, 1)
  sketchFourWays(site, 2)
  await expect(site.run({ mode: 'apply' }, death)).rejects.toBeInstanceOf(Killed)
  const without = await unanswered(site)
  await wait((leaseSeconds + 2) * 1_000)
  const { verdict } = await site.run({ mode: 'sweep' })
  const again = await site.run({ mode: 'sweep' })
  return { death, before, after: await shopIn(site, 1), end: { verdict, again: again.verdict, unanswered: without, fused: await fusedIn(site) } }
}

test('killed and never run again, it is taken back by a sweep: traffic and objects are as they were', async () => {
  const ends = await Promise.all(swept.map((namespace, index) => killedAndSwept(namespace, 10 * index + 15)))
  for (const { death, before, after, end } of ends) {
    expect([death, end]).toEqual([death, { verdict: 'warn', again: 'pass', unanswered: [], fused: [] }])
    expect([death, after]).toEqual([death, before])
  }
}, 480_000)
