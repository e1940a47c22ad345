import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { at, type KubeObject, listAt, numberAt, type ObjectRef, textAt } from '@fermata/ports'
import type { Report } from '@fermata/verdict'
import { fuseSeconds } from './defaults.ts'
import { imageFor, Killed, setStage, sketch, type Sketch, type Stage } from './testing/stage.ts'
import { metricsOf } from './testing/play-metrics.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.close())

const ref = (kind: string, name: string): ObjectRef => ({ apiVersion: kind === 'Deployment' ? 'apps/v1' : kind === 'HTTPRoute' ? 'gateway.networking.k8s.io/v1' : kind === 'Job' ? 'batch/v1' : 'v1', kind, namespace: 'shop', name })
const get = (kind: string, name: string): Promise<KubeObject | undefined> => stage.kube.get(ref(kind, name))
const imageOf = async (name: string): Promise<unknown> => textAt(listAt(await get('Deployment', name), 'spec', 'template', 'spec', 'containers')[0], 'image')
const codes = (report: Report): readonly string[] => report.reasons.map(({ code }) => code)

const analysis = ['analysis: {requests: "sum(increase(requests_total{pod=~\\"$pods\\"}[$window]))", failures: "sum(increase(failures_total{pod=~\\"$pods\\"}[$window]))", hold: 3m, interval: 1m}']

/** Releases version 1 of cart at once, then describes version 2. */
async function second(sketchOf: Sketch): Promise<void> {
  sketch(stage.files, { cart: { ...sketchOf, strategy: 'rolling', catalog: [] } })
  expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
  sketch(stage.files, { cart: { ...sketchOf, image: imageFor('cart', 2), config: 'two' } })
}

/** Everything that ever stood in an object, by what was read of it. */
async function watching<T>(look: () => Promise<T>): Promise<{ seen: T[]; stop(): Promise<void> }> {
  const seen: T[] = []
  const over = new AbortController()
  const loop = (async () => {
    while (!over.signal.aborted) {
      seen.push(await look())
      await stage.clock.sleep(1_000)
    }
  })()
  return { seen, stop: async () => { over.abort(); await loop } }
}

async function leftBeside(): Promise<readonly string[]> {
  const kinds = [['apps/v1', 'Deployment'], ['v1', 'Service'], ['batch/v1', 'Job']] as const
  const lists = await Promise.all(kinds.map(([apiVersion, kind]) => stage.kube.list({ apiVersion, kind }, { namespace: 'shop' })))
  return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name)).filter((name) => name !== 'cart' && name !== 'kubernetes')
}

describe('blue-green', () => {
  test('switches only to a ready green, comes back to the service itself, and leaves nothing beside it', async () => {
    await second({ strategy: 'blue_green', replicas: 2, soak: '10s' })
    const watch = await watching(async () => {
      const [service, green] = await Promise.all([get('Service', 'cart'), get('Deployment', 'cart-green')])
      return { app: textAt(service, 'spec', 'selector', 'app'), ready: numberAt(green, 'status', 'availableReplicas') ?? 0 }
    })
    const report = await stage.run({ mode: 'apply' })
    await watch.stop()
    expect([report.verdict, report.outputs['deployed']]).toEqual(['pass', '["cart"]'])
    const apps = watch.seen.map(({ app }) => app)
    expect(new Set(apps)).toEqual(new Set(['cart', 'cart-green']))
    expect(watch.seen.filter(({ app, ready }) => app === 'cart-green' && ready === 0)).toEqual([])
    expect([textAt(await get('Service', 'cart'), 'spec', 'selector', 'app'), await imageOf('cart'), await leftBeside()]).toEqual(['cart', imageFor('cart', 2), []])
    expect(textAt(await get('ConfigMap', 'cart'), 'data', 'value')).toBe('two')
  }, 60_000)

  test('a green that never becomes ready gets nothing, and is gone', async () => {
    await second({ strategy: 'blue_green', timeout: '40s' })
    stage.story.image(imageFor('cart', 2), { does: 'never-ready' })
    const watch = await watching(async () => textAt(await get('Service', 'cart'), 'spec', 'selector', 'app'))
    const report = await stage.run({ mode: 'apply' })
    await watch.stop()
    expect([report.verdict, report.outputs['rolled-back']]).toEqual(['fail', '["cart"]'])
    expect(new Set(watch.seen)).toEqual(new Set(['cart']))
    expect([await imageOf('cart'), await leftBeside(), textAt(await get('ConfigMap', 'cart'), 'data', 'value')]).toEqual([imageFor('cart', 1), [], 'one'])
  }, 60_000)

  test('a green that dies when it has all the traffic gives it back at once, and the old version was there all the time', async () => {
    await second({ strategy: 'blue_green', soak: '60s', timeout: '5m' })
    stage.story.image(imageFor('cart', 2), { does: 'crash', after: 20, readyAfter: 1 })
    const watch = await watching(async () => {
      const [service, old] = await Promise.all([get('Service', 'cart'), get('Deployment', 'cart')])
      return { app: textAt(service, 'spec', 'selector', 'app'), old: numberAt(old, 'status', 'availableReplicas') ?? 0 }
    })
    const report = await stage.run({ mode: 'apply' })
    await watch.stop()
    const turns = watch.seen.map(({ app }) => app).filter((app, index, all) => app !== all[index - 1])
    expect([report.verdict, codes(report), turns]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-NO-READY-PODS']), ['cart', 'cart-green', 'cart']])
    expect(watch.seen.filter(({ old }) => old === 0)).toEqual([])
    const without = watch.seen.filter(({ app }) => app === 'cart-green').length
    expect(without).toBeLessThan(30)
    expect([await imageOf('cart'), await leftBeside()]).toEqual([imageFor('cart', 1), []])
  }, 60_000)

  test('a request to stop in the middle gives the traffic back within seven seconds, and the fuse takes the rest', async () => {
    await second({ strategy: 'blue_green', soak: '10m', timeout: '30m' })
    const run = stage.run({ mode: 'apply' })
    while (textAt(await get('Service', 'cart'), 'spec', 'selector', 'app') !== 'cart-green') await stage.clock.sleep(500)
    await stage.clock.sleep(5_000)
    const asked = stage.clock.now()
    stage.stopRun()
    await run
    expect(stage.clock.now() - asked).toBeLessThan(7_000)
    expect([textAt(await get('Service', 'cart'), 'spec', 'selector', 'app'), await leftBeside()]).toEqual(['cart', expect.arrayContaining(['cart-green', expect.stringContaining('fermata-fuse-')])])
    await stage.clock.sleep((fuseSeconds + 60) * 1_000)
    expect([await imageOf('cart'), await leftBeside()]).toEqual([imageFor('cart', 1), []])
  }, 60_000)

  test('a selector that another field manager owns too is known before anything is written', async () => {
    await second({ strategy: 'blue_green' })
    await stage.kube.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop' }, spec: { selector: { app: 'cart' } } }, { fieldManager: 'another-tool' })
    const report = await stage.run({ mode: 'apply' })
    expect([report.verdict, report.reasons.find(({ code }) => code === 'FM-DEPLOY-FIELD-CONFLICT')?.message]).toEqual(['fail', expect.stringContaining('another-tool')])
    expect([await imageOf('cart'), await leftBeside()]).toEqual([imageFor('cart', 1), []])
    expect((await stage.run({ mode: 'apply', 'field-conflicts': 'force' })).verdict).toBe('pass')
  }, 60_000)
})

describe('a canary by the number of pods', () => {
  test('gets exactly the share that whole pods give, while stable keeps all of its pods', async () => {
    await second({ strategy: 'canary', replicas: 9, soak: '5s', catalog: ['traffic_split: [10, 50, 100]'] })
    const watch = await watching(async () => {
      const [canary, stable] = await Promise.all([get('Deployment', 'cart-canary'), get('Deployment', 'cart')])
      return { canary: numberAt(canary, 'spec', 'replicas') ?? 0, stable: numberAt(stable, 'spec', 'replicas') }
    })
    const report = await stage.run({ mode: 'apply' })
    await watch.stop()
    expect(report.verdict).toBe('pass')
    expect([...new Set(watch.seen.map(({ canary }) => canary))]).toEqual([0, 1, 9].concat(watch.seen.at(-1)?.canary === 0 ? [] : []))
    expect(new Set(watch.seen.map(({ stable }) => stable))).toEqual(new Set([9]))
    expect([await imageOf('cart'), await leftBeside()]).toEqual([imageFor('cart', 2), []])
  }, 60_000)

  test('the plan says stage by stage what happens, and what becomes of it if the run is killed', async () => {
    await second({ strategy: 'canary', replicas: 9, catalog: ['traffic_split: [10, 100]', ...analysis] })
    stage.metrics = metricsOf({ canary: { requests: 0, failures: 0 }, stable: { requests: 0, failures: 0 } })
    const report = await stage.run({ mode: 'plan', 'prometheus-url': 'http://metrics' })
    const way = report.sections.find(({ id }) => id === 'way-cart')
    expect(JSON.stringify(way)).toContain(JSON.stringify(['shift-10', '1 pod of the new version beside 9: 10 % of the requests', '180 s, judged', 'the cluster removes what was made']))
  }, 30_000)

  test('a share that so few pods cannot give is said in the plan, with the nearest', async () => {
    await second({ strategy: 'canary', replicas: 3, catalog: ['traffic_split: [1, 100]'] })
    const report = await stage.run({ mode: 'plan' })
    expect(report.reasons.find(({ code }) => code === 'FM-DEPLOY-SHARE-NEAREST')?.message).toBe('cart has 3 pods, so 1 % cannot be reached; the nearest is 25 %, with 1 more.')
  }, 30_000)

  test('metrics that call it worse bring it back, and no pod of stable was touched', async () => {
    await second({ strategy: 'canary', replicas: 3, catalog: ['traffic_split: [25, 100]', ...analysis] })
    stage.metrics = metricsOf({ canary: { requests: 100, failures: 30 }, stable: { requests: 300, failures: 1 } })
    const report = await stage.run({ mode: 'apply', 'prometheus-url': 'http://metrics' })
    expect([report.verdict, codes(report)]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-CANARY-WORSE'])])
    expect([await imageOf('cart'), await leftBeside()]).toEqual([imageFor('cart', 1), []])
    expect(report.evidence.some(({ source }) => source === 'prometheus')).toBe(true)
  }, 60_000)

  test('metrics that vanish in the middle are no pass', async () => {
    await second({ strategy: 'canary', replicas: 3, catalog: ['traffic_split: [25, 100]', ...analysis] })
    stage.metrics = metricsOf({ canary: { requests: 20, failures: 0 }, stable: { requests: 60, failures: 0 }, answers: 1 })
    const report = await stage.run({ mode: 'apply', 'prometheus-url': 'http://metrics' })
    expect([report.verdict, codes(report)]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-CANARY-UNKNOWN'])])
    expect(await imageOf('cart')).toBe(imageFor('cart', 1))
  }, 60_000)

  test('is promoted when it is judged no worse', async () => {
    await second({ strategy: 'canary', replicas: 3, catalog: ['traffic_split: [25, 100]', ...analysis] })
    stage.metrics = metricsOf({ canary: { requests: 200, failures: 1 }, stable: { requests: 600, failures: 3 } })
    const report = await stage.run({ mode: 'apply', 'prometheus-url': 'http://metrics' })
    expect([report.verdict, await imageOf('cart'), await leftBeside()]).toEqual(['pass', imageFor('cart', 2), []])
  }, 60_000)

  test('hangs on the fuse for as long as it is there', async () => {
    await second({ strategy: 'canary', replicas: 3, soak: '20s', catalog: ['traffic_split: [25, 100]'] })
    const watch = await watching(async () => (await get('Deployment', 'cart-canary'))?.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`).join())
    expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
    await watch.stop()
    const owners = [...new Set(watch.seen)].filter((owner) => owner !== undefined)
    expect(owners).toEqual([expect.stringMatching(/^Job fermata-fuse-r/)])
  }, 60_000)

  test.each([['fail', 'fail', 1], ['warn', 'warn', 2]] as const)('with no metrics at all, and on-inconclusive %s, it ends with %s', async (policy, verdict, version) => {
    await second({ strategy: 'canary', replicas: 3, catalog: ['traffic_split: [25, 100]', ...analysis] })
    stage.metrics = metricsOf({ canary: { requests: 0, failures: 0 }, stable: { requests: 0, failures: 0 }, answers: 0 })
    const report = await stage.run({ mode: 'apply', 'prometheus-url': 'http://metrics', 'on-inconclusive': policy })
    expect([report.verdict, await imageOf('cart'), await leftBeside()]).toEqual([verdict, imageFor('cart', version), []])
  }, 60_000)

  test('with analysis in the catalog and nobody to ask it is refused', async () => {
    await second({ strategy: 'canary', replicas: 3, catalog: ['traffic_split: [25, 100]', ...analysis] })
    const report = await stage.run({ mode: 'apply' })
    expect([report.verdict, codes(report), await imageOf('cart')]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-UNJUDGED']), imageFor('cart', 1)])
  }, 30_000)

  test('a killed one is still judged when it is resumed: by the server that the journal names', async () => {
    await second({ strategy: 'canary', replicas: 3, catalog: ['traffic_split: [25, 100]', ...analysis] })
    stage.metrics = metricsOf({ canary: { requests: 100, failures: 30 }, stable: { requests: 300, failures: 1 } })
    stage.killAfterWrite(9)
    await expect(stage.run({ mode: 'apply', 'prometheus-url': 'http://metrics' })).rejects.toThrow(Killed)
    const report = await stage.run({ mode: 'resume' })
    expect([report.verdict, codes(report), await imageOf('cart')]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-CANARY-WORSE']), imageFor('cart', 1)])
  }, 60_000)
})

describe('a canary by an HTTPRoute', () => {
  const route = (weight: number): KubeObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop', namespace: 'shop' },
    spec: {
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public' }],
      rules: [
        { matches: [{ path: { type: 'PathPrefix', value: '/cart' } }], backendRefs: [{ group: '', kind: 'Service', name: 'cart', port: 80, weight }, { group: '', kind: 'Service', name: 'other-team', port: 80, weight: 300 }] },
        { matches: [{ path: { type: 'PathPrefix', value: '/other' } }], backendRefs: [{ group: '', kind: 'Service', name: 'other-team', port: 80, weight: 7 }] },
      ],
    },
  })

  test('gets the share that was asked for, and a backend of another team survives byte for byte', async () => {
    await second({ strategy: 'canary', replicas: 2, soak: '5s', catalog: ['traffic_split: [10, 50, 100]'] })
    const before = await stage.kube.apply(route(100), { fieldManager: 'another-team' })
    const foreign = (object: KubeObject | undefined): unknown => JSON.stringify((at(object, 'spec', 'rules') as { readonly backendRefs: readonly { readonly name: string }[] }[]).map(({ backendRefs }) => backendRefs.filter(({ name }) => name === 'other-team')))
    const watch = await watching(async () => {
      const [found, canary] = await Promise.all([get('HTTPRoute', 'shop'), get('Deployment', 'cart-canary')])
      const refs = (at(found, 'spec', 'rules') as { readonly backendRefs: readonly { readonly name: string; readonly weight: number }[] }[])[0]?.backendRefs ?? []
      return { weights: refs.map(({ name, weight }) => `${name} ${weight}`).join(', '), foreign: foreign(found), ready: numberAt(canary, 'status', 'availableReplicas') ?? 0, refs: refs.length }
    })
    const report = await stage.run({ mode: 'apply' })
    await watch.stop()
    expect(report.verdict).toBe('pass')
    expect([...new Set(watch.seen.map(({ weights }) => weights))]).toEqual(['cart 100, other-team 300', 'cart 90, other-team 300, cart-canary 10', 'cart 50, other-team 300, cart-canary 50', ...(watch.seen.at(-1)?.refs === 2 ? [] : [])])
    expect(new Set(watch.seen.map((one) => one.foreign))).toEqual(new Set([foreign(before)]))
    expect(watch.seen.filter(({ refs, ready }) => refs === 3 && ready === 0)).toEqual([])
    const after = await get('HTTPRoute', 'shop')
    expect(JSON.stringify(after?.['spec'])).toBe(JSON.stringify(before['spec']))
    // Whoever applies it next is not refused over fields that were ours for a while.
    await stage.kube.apply(route(50), { fieldManager: 'another-team' })
    expect([await imageOf('cart'), await leftBeside()]).toEqual([imageFor('cart', 2), []])
  }, 90_000)

  test('is refused where its weight cannot be divided without touching the other team\'s', async () => {
    await second({ strategy: 'canary', replicas: 2, catalog: ['traffic_split: [10, 100]'] })
    await stage.kube.create(route(1))
    const report = await stage.run({ mode: 'plan' })
    expect(report.reasons.find(({ code }) => code === 'FM-DEPLOY-ROUTE-UNFIT')).toMatchObject({ severity: 'error', remedy: 'Multiply all weights of the rule by 100; the shares stay what they are.' })
  }, 30_000)

  test('a route without our backend is refused', async () => {
    await second({ strategy: 'canary', replicas: 2, catalog: ['traffic_split: [10, 100]', 'route: HTTPRoute/shop'] })
    const rules = (route(1)['spec'] as { readonly rules: readonly unknown[] }).rules.slice(1)
    await stage.kube.create({ ...route(1), spec: { rules } })
    const report = await stage.run({ mode: 'apply' })
    expect([report.verdict, report.reasons.find(({ code }) => code === 'FM-DEPLOY-ROUTE-UNFIT')?.message]).toEqual(['fail', 'cart wants HTTPRoute shop to shift its traffic, but it sends nothing to Service cart.'])
    expect(await imageOf('cart')).toBe(imageFor('cart', 1))
  }, 30_000)

  test('a route that somebody deletes in the middle: the traffic cannot be moved, and the release is undone', async () => {
    await second({ strategy: 'canary', replicas: 2, soak: '20s', catalog: ['traffic_split: [10, 50, 100]'] })
    await stage.kube.create(route(100))
    const run = stage.run({ mode: 'apply' })
    while (!JSON.stringify(await get('HTTPRoute', 'shop')).includes('cart-canary')) await stage.clock.sleep(500)
    await stage.kube.delete(ref('HTTPRoute', 'shop'))
    const report = await run
    expect([report.verdict, codes(report)]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-TRAFFIC-NOT-MOVED'])])
    expect([await imageOf('cart'), await leftBeside()]).toEqual([imageFor('cart', 1), []])
  }, 60_000)

  test('what another team writes into the route meanwhile is still there at the end', async () => {
    await second({ strategy: 'canary', replicas: 2, soak: '20s', catalog: ['traffic_split: [10, 100]'] })
    await stage.kube.create(route(100))
    const run = stage.run({ mode: 'apply' })
    while (!JSON.stringify(await get('HTTPRoute', 'shop')).includes('cart-canary')) await stage.clock.sleep(500)
    await stage.kube.patch(ref('HTTPRoute', 'shop'), 'json', [{ op: 'replace', path: '/spec/rules/1/backendRefs/0/weight', value: 9 }, { op: 'replace', path: '/spec/rules/0/backendRefs/1/weight', value: 200 }])
    expect((await run).verdict).toBe('pass')
    const expected = JSON.stringify(route(100)['spec']).replace('"weight":7', '"weight":9').replace('"weight":300', '"weight":200')
    expect(JSON.stringify((await get('HTTPRoute', 'shop'))?.['spec'])).toBe(expected)
  }, 60_000)

  test('a rollback of a canary that came to its end brings back the old version, its configuration and its route', async () => {
    const manifest = (timeout: string): string => `---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: shop}\nspec: {rules: [{timeouts: {request: ${timeout}}, backendRefs: [{name: cart, port: 80}]}]}\n`
    const version = (number: number, strategy: string): Sketch => ({ strategy, replicas: 2, image: imageFor('cart', number), config: `edition-${number}`, also: manifest(`${number}s`), catalog: strategy === 'canary' ? ['traffic_split: [10, 100]'] : [] })
    sketch(stage.files, { cart: version(1, 'rolling') })
    expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
    const before = (await get('HTTPRoute', 'shop'))?.['spec']
    await stage.clock.sleep(1_000)
    sketch(stage.files, { cart: version(2, 'canary') })
    const released = await stage.run({ mode: 'apply' })
    expect([released.verdict, JSON.stringify((await get('HTTPRoute', 'shop'))?.['spec'])]).toEqual(['pass', JSON.stringify(before).replace('1s', '2s')])
    const back = await stage.run({ mode: 'rollback', release: released.outputs['release'] ?? '' })
    expect([back.verdict, await imageOf('cart'), await leftBeside(), textAt(await get('ConfigMap', 'cart'), 'data', 'value')]).toEqual(['pass', imageFor('cart', 1), [], 'edition-1'])
    expect(JSON.stringify((await get('HTTPRoute', 'shop'))?.['spec'])).toBe(JSON.stringify(before))
  }, 60_000)
})

describe('a canary by a VirtualService', () => {
  const host = (subset: string, weight?: number): unknown => ({ destination: { host: 'cart', subset }, ...(weight !== undefined && { weight }) })
  const mesh: KubeObject = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'cart', namespace: 'shop' }, spec: { hosts: ['cart'], http: [{ match: [{ headers: { 'x-canary': { exact: 'true' } } }], route: [host('canary')] }, { route: [host('stable', 100), host('canary', 0)] }] } }
  const subsets: KubeObject = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'cart', namespace: 'shop' }, spec: { host: 'cart', subsets: [{ name: 'stable', labels: { version: 'stable' } }, { name: 'canary', labels: { version: 'canary' } }] } }
  const now = async (): Promise<unknown> => (await stage.kube.get({ apiVersion: mesh.apiVersion, kind: mesh.kind, namespace: 'shop', name: 'cart' }))?.['spec']

  test('who sends the header reaches it from the first moment, and the weights go up and back', async () => {
    await second({ strategy: 'canary', replicas: 2, soak: '5s', catalog: ['traffic_split: [10, 50, 100]'] })
    const before = await stage.kube.create(mesh)
    await stage.kube.create(subsets)
    const watch = await watching(async () => ({ spec: JSON.stringify(await now()), labels: at(await get('Deployment', 'cart-canary'), 'spec', 'template', 'metadata', 'labels') }))
    expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
    await watch.stop()
    const weights = watch.seen.map(({ spec }) => [...spec.matchAll(/"weight":(\d+)/g)].map(([, weight]) => weight).join(' ')).filter((one, index, all) => one !== all[index - 1])
    expect(weights).toEqual(['100 0', '90 10', '50 50', '100 0'])
    expect(watch.seen.every(({ spec }) => spec.includes(JSON.stringify((mesh['spec'] as { readonly http: readonly unknown[] }).http[0])))).toBe(true)
    expect(watch.seen.find(({ labels }) => labels !== undefined)?.labels).toMatchObject({ version: 'canary' })
    expect(await now()).toEqual(before['spec'])
  }, 60_000)

  test('a subset that nobody defines is refused', async () => {
    await second({ strategy: 'canary', replicas: 2, catalog: ['traffic_split: [10, 100]'] })
    await stage.kube.create(mesh)
    const report = await stage.run({ mode: 'apply' })
    expect([report.verdict, report.reasons.find(({ code }) => code === 'FM-DEPLOY-ROUTE-UNFIT')?.message]).toEqual(['fail', expect.stringContaining('no DestinationRule says which pods')])
    expect(await imageOf('cart')).toBe(imageFor('cart', 1))
  }, 30_000)
})

describe('migration scripts', () => {
  const tools = 'registry.example/tools@sha256:' + '7'.repeat(64)
  const scripts = { catalog: ['migration_scripts: [db/one.sql]', `migration: {image: "${tools}"}`], strategy: 'rolling' }
  const migrations = async (): Promise<readonly string[]> => (await leftBeside()).filter((name) => name.includes('-migration-'))

  test('run once before the new version, and not again for the same content', async () => {
    stage.story.image(tools, { does: 'complete', after: 20 })
    stage.files.set('db/one.sql', 'create table carts ();')
    sketch(stage.files, { cart: scripts })
    const watch = await watching(async () => ({ done: numberAt(await get('Job', (await migrations())[0] ?? 'none'), 'status', 'succeeded') ?? 0, image: await imageOf('cart') }))
    expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
    await watch.stop()
    expect(watch.seen.filter(({ done, image }) => done === 0 && image !== undefined)).toEqual([])
    const [job, ...others] = await leftBeside()
    expect([others, job]).toEqual([[], expect.stringMatching(/^cart-migration-[0-9a-f]{12}$/)])
    const { uid } = (await get('Job', job ?? ''))?.metadata ?? {}
    sketch(stage.files, { cart: { ...scripts, image: imageFor('cart', 2) } })
    expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
    expect([(await get('Job', job ?? ''))?.metadata.uid, await imageOf('cart')]).toEqual([uid, imageFor('cart', 2)])
    stage.files.set('db/one.sql', 'create table carts (); create table orders ();')
    expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
    expect(await migrations()).toHaveLength(2)
  }, 60_000)

  test('that fail leave the old version as it is, and are tried again by the next release', async () => {
    sketch(stage.files, { cart: { strategy: 'rolling' } })
    expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
    stage.files.set('db/one.sql', 'create tabel carts ();')
    stage.story.image(tools, { does: 'crash', exitCode: 3, log: ['ERROR: syntax error at or near "tabel"'] })
    sketch(stage.files, { cart: { ...scripts, image: imageFor('cart', 2), config: 'two' } })
    const report = await stage.run({ mode: 'apply' })
    expect([report.verdict, report.reasons.find(({ code }) => code === 'FM-DEPLOY-JOB-FAILED')?.message]).toEqual(['fail', expect.stringContaining('syntax error at or near "tabel"')])
    expect([await imageOf('cart'), textAt(await get('ConfigMap', 'cart'), 'data', 'value')]).toEqual([imageFor('cart', 1), 'one'])
    stage.story.image(tools, { does: 'complete' })
    expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
    expect(await imageOf('cart')).toBe(imageFor('cart', 2))
  }, 60_000)

  test('a script that is not there is refused before anything is written', async () => {
    sketch(stage.files, { cart: scripts })
    await expect(stage.run({ mode: 'apply' })).rejects.toThrow(/db\/one\.sql/)
    expect(await get('Deployment', 'cart')).toBeUndefined()
  }, 30_000)
})
