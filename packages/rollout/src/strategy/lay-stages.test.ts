import { describe, expect, test } from '@jest/globals'
import type { Service } from '@fermata/catalog'
import type { KubeObject } from '@fermata/ports'
import { inFile } from '@fermata/verdict'
import type { Fact } from '../plan/facts.ts'
import { keyOf } from '../plan/objects.ts'
import { type Ground, layStages } from './lay-stages.ts'
import type { Surroundings } from './surroundings.ts'

const where = inFile('fermata.yaml', 3, 1)
const service = (more: Partial<Service> = {}): Service => ({
  id: 'cart',
  role: 'service',
  paths: [],
  manifests: [],
  dependencies: [],
  strategy: 'canary',
  trafficSplit: [10, 50, 100],
  healthCheck: undefined,
  migrationScripts: [],
  migration: { image: undefined, command: undefined },
  analysis: undefined,
  route: undefined,
  slos: [],
  timeout: 60_000,
  soak: 5_000,
  where,
  ...more,
})

const labels = { app: 'cart' }
const object = (apiVersion: string, kind: string, name: string, rest: object = {}): KubeObject => ({ apiVersion, kind, metadata: { name, namespace: 'shop' }, ...rest })
const deployment = (replicas: number, image = 'cart:2'): KubeObject => object('apps/v1', 'Deployment', 'cart', { spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'server', image }] } } } })
const front = object('v1', 'Service', 'cart', { spec: { selector: labels, ports: [{ port: 80, nodePort: 30_080 }] } })
const config = object('v1', 'ConfigMap', 'cart', { data: { value: 'two' } })
const scaler = object('autoscaling/v2', 'HorizontalPodAutoscaler', 'cart', { spec: { maxReplicas: 9 } })
const fact = (one: KubeObject, does: Fact['does'] = 'change'): Fact => ({ service: 'cart', object: one, does, changes: [] }) as unknown as Fact

const route = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop', { spec: { rules: [{ backendRefs: [{ name: 'cart', weight: 100 }] }] } })
const around = (more: Partial<Surroundings> = {}): Surroundings => ({ live: deployment(9, 'cart:1'), leftovers: false, routes: [], canaryLabels: {}, reasons: [], ...more })
const analysis = { requests: 'a', failures: 'b', hold: 60_000, interval: 10_000, where }

function ground(more: Partial<Ground> = {}): Ground {
  const one = more.service ?? service()
  return { service: one, strategy: one.strategy, facts: [fact(config), fact(front, 'same'), fact(deployment(9)), fact(scaler)], around: around(), migration: undefined, metrics: false, mayGoUnjudged: false, ...more }
}

const names = (more: Partial<Ground> = {}): readonly string[] => layStages(ground(more)).stages.map(({ stage }) => stage.name)
const codes = (more: Partial<Ground> = {}): readonly string[] => layStages(ground(more)).reasons.map(({ code, severity }) => `${code} ${severity}`)
const stageOf = (name: string, more: Partial<Ground> = {}) => layStages(ground(more)).stages.find(({ stage }) => stage.name === name)

const blueGreen = { service: service({ strategy: 'blue_green' }) }
const byRoute = { around: around({ routes: [route] }) }

test.each<[string, Partial<Ground>, readonly string[]]>([
  ['rolling', { strategy: 'rolling' }, ['promote']],
  ['rolling after a migration', { strategy: 'rolling', migration: { scripts: config, job: object('batch/v1', 'Job', 'cart-migration-1') } }, ['migrate', 'promote']],
  ['a canary by pods', {}, ['shift-10', 'shift-50', 'promote', 'retire']],
  ['a canary by a route', byRoute, ['prepare', 'shift-10', 'shift-50', 'promote', 'return', 'retire']],
  ['blue-green', blueGreen, ['prepare', 'switch', 'promote', 'return', 'retire']],
  ['a canary of which there is no old version', { around: around({ live: undefined }) }, ['promote']],
  ['a canary of which no pod changes', { facts: [fact(config), fact(front, 'same'), fact(deployment(9), 'same')] }, ['promote']],
  ['and of which a former run has left something', { facts: [fact(config, 'same'), fact(front, 'same'), fact(deployment(9), 'same')], around: around({ leftovers: true }) }, ['shift-10', 'shift-50', 'promote', 'retire']],
  ['a canary that gets everything at once', { service: service({ trafficSplit: [100] }) }, ['promote']],
])('%s', (_, more, expected) => {
  expect(names(more)).toEqual(expected)
})

test.each<[string, Partial<Ground>, readonly string[]]>([
  ['two workloads', { facts: [fact(front), fact(deployment(1)), fact(object('apps/v1', 'DaemonSet', 'agent'))] }, ['FM-DEPLOY-STRATEGY-IMPOSSIBLE error']],
  ['a StatefulSet', { facts: [fact(front), fact(object('apps/v1', 'StatefulSet', 'cart'))] }, ['FM-DEPLOY-STRATEGY-IMPOSSIBLE error']],
  ['no Service that finds its pods', { facts: [fact(object('v1', 'Service', 'cart', { spec: { selector: { app: 'other' } } })), fact(deployment(1))] }, ['FM-DEPLOY-STRATEGY-IMPOSSIBLE error']],
  ['no analysis in the catalog', {}, ['FM-DEPLOY-UNJUDGED note']],
  ['analysis, and nobody to ask', { service: service({ analysis }) }, ['FM-DEPLOY-UNJUDGED error']],
  ['the same, accepted', { service: service({ analysis }), mayGoUnjudged: true }, ['FM-DEPLOY-UNJUDGED warning']],
  ['analysis of a blue-green', { service: service({ analysis, strategy: 'blue_green' }), metrics: true }, ['FM-DEPLOY-UNJUDGED warning', 'FM-DEPLOY-UNFUSED note']],
  ['analysis', { service: service({ analysis }), metrics: true }, []],
  ['shares that so few pods cannot give', { around: around({ live: deployment(3) }) }, ['FM-DEPLOY-UNJUDGED note', 'FM-DEPLOY-SHARE-NEAREST warning']],
  ['a weight that cannot be divided', { around: around({ routes: [object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop', { spec: { rules: [{ backendRefs: [{ name: 'cart', weight: 1 }, { name: 'other', weight: 1 }] }] } })] }) }, ['FM-DEPLOY-UNJUDGED note', 'FM-DEPLOY-ROUTE-UNFIT error', 'FM-DEPLOY-UNFUSED note']],
])('%s is said in the plan', (_, more, expected) => {
  expect(codes(more)).toEqual(expected)
})

describe('a canary by pods', () => {
  test('has its configuration first, is found by the Service, and everything else waits', () => {
    const [first, second] = layStages(ground()).stages
    expect(first).toMatchObject({ protection: 'fuse', write: [config], temporary: [{ metadata: { name: 'cart-canary' }, spec: { replicas: 1, template: { metadata: { labels: { app: 'cart', 'fermata.dev/track': 'canary' } } } } }] })
    expect(second).toMatchObject({ write: [], temporary: [{ spec: { replicas: 9 } }] })
    expect(stageOf('promote')?.write).toEqual([deployment(9), scaler])
  })

  test('counts the pods that there are, not those of the manifest', () => {
    expect(stageOf('shift-50', { around: around({ live: deployment(4) }) })?.temporary).toMatchObject([{ spec: { replicas: 4 } }])
  })

  test('is judged at each share below 100, for as long as the catalog says', () => {
    const judged = layStages(ground({ service: service({ analysis }), metrics: true })).stages.map(({ stage }) => [stage.name, stage.hold, stage.analyse])
    expect(judged).toEqual([['shift-10', 60_000, true], ['shift-50', 60_000, true], ['promote', 0, false], ['retire', 0, false]])
  })
})

describe('a canary by a route', () => {
  test('gets no traffic by the Service itself, and is freed from the fuse before it gets any', () => {
    expect(stageOf('prepare', byRoute)).toMatchObject({ protection: 'fuse', temporary: [{ metadata: { name: 'cart-canary' }, spec: { template: { metadata: { labels: { app: 'cart-canary' } } } } }, { kind: 'Service', metadata: { name: 'cart-canary' }, spec: { selector: { app: 'cart-canary' }, ports: [{ port: 80 }] } }] })
    expect(JSON.stringify(stageOf('prepare', byRoute)?.temporary)).not.toContain('nodePort')
    expect(stageOf('shift-10', byRoute)).toMatchObject({ protection: 'journal', free: [{ kind: 'Deployment', name: 'cart-canary' }, { kind: 'Service', name: 'cart-canary' }], opens: { name: 'cart-canary' }, shift: { split: { percent: 10 }, to: 'split' } })
  })

  test('is large enough for its largest share, and goes when all traffic has gone back', () => {
    expect(stageOf('prepare', byRoute)?.temporary[0]).toMatchObject({ spec: { replicas: 5 } })
    expect(stageOf('return', byRoute)).toMatchObject({ opens: { name: 'cart' }, shift: { to: 'stable' } })
    expect(stageOf('retire', byRoute)?.remove.map(keyOf)).toEqual(['v1 Service shop/cart-canary', 'apps/v1 Deployment shop/cart-canary'])
  })

  test('behind a mesh that names its pods by a subset, it has the labels of that subset', () => {
    const mesh = object('networking.istio.io/v1', 'VirtualService', 'shop', { spec: { http: [{ route: [{ destination: { host: 'cart', subset: 'stable' }, weight: 100 }, { destination: { host: 'cart', subset: 'canary' }, weight: 0 }] }] } })
    expect(stageOf('prepare', { around: around({ routes: [mesh], canaryLabels: { version: 'canary' } }) })?.temporary[0]).toMatchObject({ spec: { template: { metadata: { labels: { app: 'cart', version: 'canary', 'fermata.dev/track': 'canary' } } } } })
  })
})

describe('blue-green', () => {
  test('has as many pods as the old version, and none of them is found before the switch', () => {
    expect(stageOf('prepare', blueGreen)?.temporary).toMatchObject([{ metadata: { name: 'cart-green' }, spec: { replicas: 9, selector: { matchLabels: { app: 'cart-green', 'fermata.dev/track': 'green' } } } }])
    expect(stageOf('switch', blueGreen)).toMatchObject({ opens: { name: 'cart-green' }, write: [{ kind: 'Service', spec: { selector: { app: 'cart-green', 'fermata.dev/track': 'green' } } }] })
  })

  test('the Service comes back only when the service itself is ready, as its manifest says', () => {
    expect(stageOf('promote', blueGreen)?.write.map(({ kind }) => kind)).toEqual(['Deployment', 'HorizontalPodAutoscaler'])
    expect(stageOf('return', blueGreen)).toMatchObject({ opens: { name: 'cart' }, write: [front] })
  })
})
