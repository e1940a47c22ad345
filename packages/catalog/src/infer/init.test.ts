import { describe, expect, test } from '@jest/globals'
import { readRequest } from '@fermata/capability'
import { objectName, readManifests } from '@fermata/manifests'
import type { Files } from '@fermata/ports'
import { locationText, type Report } from '@fermata/verdict'
import * as fc from 'fast-check'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadCatalog } from '../load.ts'
import type { Catalog } from '../model.ts'
import { initCatalog } from './init.ts'
import { initialise } from './request.ts'
import { filesInMemory } from './testing/memory.ts'

const quiet = { debug: () => {}, info: () => {}, warning: () => {}, progress: () => {} }
const still = { now: () => 0, sleep: () => Promise.reject(new Error('Nobody waits here.')) }

function run(files: Files, inputs: Readonly<Record<string, string>> = {}): Promise<Report> {
  return initCatalog(readRequest(initialise, (name) => inputs[name]), { files, clock: still, log: quiet })
}

interface Outcome {
  readonly report: Report
  readonly text: string
  readonly catalog: Catalog
  /** `from -> to`, in the order of the file. */
  readonly edges: readonly string[]
  readonly said: readonly string[]
}

async function init(content: Record<string, string>, inputs: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const report = await run(filesInMemory(content), inputs)
  const text = inputs['dry-run'] === 'true' ? (report.outputs['text'] as string) : (content[inputs['output'] ?? 'fermata.yaml'] as string)
  return outcome(report, text)
}

function outcome(report: Report, text: string): Outcome {
  const catalog = loadCatalog(text, 'fermata.yaml')
  const edges = [...catalog.services.values()].flatMap(({ id, dependencies }) => dependencies.map((to) => `${id} -> ${to}`))
  return { report, text, catalog, edges, said: report.reasons.map(({ code, message, location }) => `${code} ${location === undefined ? '' : `${locationText(location)} `}${message}`) }
}

const env = (variables: Readonly<Record<string, string>>) => Object.entries(variables).map(([name, value]) => `        - {name: ${JSON.stringify(name)}, value: ${JSON.stringify(value)}}`)
const deployment = (name: string, variables: Readonly<Record<string, string>> = {}, image = name) =>
  ['apiVersion: apps/v1', 'kind: Deployment', `metadata: {name: ${name}}`, 'spec:', '  template:', `    metadata: {labels: {app: ${name}}}`, '    spec:', '      containers:', '      - name: main', `        image: ${image}`, ...(Object.keys(variables).length > 0 ? ['        env:', ...env(variables)] : []), ''].join('\n')
const service = (name: string, extra = '') => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}${extra}}\nspec: {selector: {app: ${name}}, ports: [{port: 80}]}\n`
const both = (name: string, variables: Readonly<Record<string, string>> = {}, image = name) => `${deployment(name, variables, image)}---\n${service(name)}`

describe('manifests', () => {
  test('settings that name another service become dependencies, with their place as a comment', async () => {
    const { text, edges, report } = await init({ 'k8s/cart.yaml': both('cart', { REDIS_ADDR: 'cache:6379', MODE: 'cache' }), 'k8s/cache.yaml': both('cache', {}, 'redis:7'), 'k8s/web.yaml': both('web', { CART_HOST: 'cart' }) })
    expect(edges).toEqual(['cart -> cache', 'web -> cart'])
    expect(text).toContain('      - cache  # k8s/cart.yaml:12 REDIS_ADDR=cache:6379\n')
    expect(text).toContain('    role: datastore  # image redis:7\n')
    expect(report.verdict).toBe('pass')
    expect(report.outputs).toMatchObject({ catalog: 'fermata.yaml', services: '["cache","cart","web"]', added: '["cache","cart","web"]' })
  })

  test('a bare word in a variable of another kind is no dependency', async () => {
    expect((await init({ 'a.yaml': `${both('frontend')}---\n${both('a', { ROLE: 'frontend', TIER: 'frontend' })}` })).edges).toEqual([])
  })

  test.each([
    ['in full', 'cart.shop.svc.cluster.local:80', ['a -> cart']],
    ['in another namespace', 'cart.other.svc.cluster.local:80', []],
    ['with its namespace', 'http://cart.shop/', ['a -> cart']],
    ['as a domain of somebody else', 'https://cart.io/', []],
    ['as a pod of a StatefulSet', 'cart-0.cart:80', ['a -> cart']],
  ])('a host %s', async (_, value, edges) => {
    expect((await init({ 'a.yaml': `${both('a', { X: value })}---\n${deployment('cart')}---\n${service('cart', ', namespace: shop')}` })).edges).toEqual(edges)
  })

  test('ConfigMaps, references to them, $(VARIABLES) and arguments count', async () => {
    const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  BACKEND_URL: http://b:80\n  other: c:80\n  plain: d\n'
    const web = ['apiVersion: apps/v1', 'kind: Deployment', 'metadata: {name: web}', 'spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: web,', '  envFrom: [{configMapRef: {name: conf}}], env: [{name: C, valueFrom: {configMapKeyRef: {name: conf, key: other}}}, {name: HOST_OF, value: e}, {name: E_URL, value: "http://$(HOST_OF):80"}],', '  args: ["--f-addr=f", "--target", "http://g/", "h", "$(E_URL)"]}]}}}', ''].join('\n')
    const rest = ['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => both(name)).join('---\n')
    const { edges, text } = await init({ 'k.yaml': `${config}---\n${web}---\n${rest}` })
    expect(edges).toEqual(['web -> b', 'web -> c', 'web -> e', 'web -> f', 'web -> g'])
    expect(text).toContain('- b  # k.yaml:5 BACKEND_URL=http://b:80')
    expect(text).toContain('ConfigMap/conf')
  })

  test('what looks like a host and is no service is said and not invented', async () => {
    const { edges, said, report } = await init({ 'a.yaml': both('a', { PAY_ADDR: 'pay:80', MAIL: 'smtp.example.org:25', LOST: 'http://lost/', NAME_HOST: 'word' }), 'b.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: lost}\nspec: {selector: {app: nobody}}\n' })
    expect(edges).toEqual([])
    expect(report.verdict).toBe('warn')
    expect(said).toEqual(expect.arrayContaining([
      'FM-INIT-HOST-UNKNOWN a.yaml:12 a uses pay:80 (PAY_ADDR=pay:80), and no Service of the repository is called pay.',
      'FM-INIT-HOST-OUTSIDE a.yaml:13 a uses smtp.example.org:25 (MAIL=smtp.example.org:25), which is outside of the repository.',
      'FM-INIT-HOST-EMPTY a.yaml:14 a needs lost (LOST=http://lost), and Service/lost of b.yaml leads to no workload here.',
    ]))
    expect(said.some((line) => line.includes('word'))).toBe(false)
  })

  test('one file of several services is divided by objects, whatever refers to whom', async () => {
    const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: robot}\n'
    const budget = 'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a-pdb}\nspec: {selector: {matchLabels: {app: a}}}\n'
    const scaler = 'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: b-hpa}\nspec: {scaleTargetRef: {kind: Deployment, name: b}}\n'
    const { catalog, said } = await init({ 'all.yaml': [both('a'), both('b').replace('      containers:', '      serviceAccountName: robot\n      containers:'), account, budget, scaler, 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n'].join('---\n') })
    expect(catalog.services.get('a')?.manifests).toEqual([{ path: 'all.yaml', objects: ['Deployment/a', 'Service/a', 'PodDisruptionBudget/a-pdb'] }])
    expect(catalog.services.get('b')?.manifests).toEqual([{ path: 'all.yaml', objects: ['Deployment/b', 'Service/b', 'ServiceAccount/robot', 'HorizontalPodAutoscaler/b-hpa'] }])
    expect(said).toEqual([expect.stringContaining('FM-INIT-LEFT-OVER all.yaml:48:1 all.yaml holds Namespace/shop, which belongs to no service.')])
  })

  test('an object that two services need is given to neither', async () => {
    const { catalog, said } = await init({ 'a.yaml': deployment('a').replace('image: a', 'image: a\n        envFrom: [{configMapRef: {name: conf}}]'), 'b.yaml': deployment('b').replace('image: b', 'image: b\n        envFrom: [{configMapRef: {name: conf}}]'), 'c.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {}\n' })
    expect(said).toEqual(['FM-INIT-SHARED-OBJECT c.yaml:1:1 ConfigMap/conf belongs to a, b, and so to none of them.'])
    expect([...catalog.services.values()].flatMap(({ manifests }) => manifests.map(({ path }) => path))).toEqual(['a.yaml', 'b.yaml'])
  })

  test('a folder that is one service is named as a folder', async () => {
    const { catalog } = await init({ 'deploy/a/d.yaml': deployment('a'), 'deploy/a/s.yaml': service('a'), 'deploy/a/README.md': '', 'deploy/b/d.yaml': deployment('b') })
    expect(catalog.services.get('a')).toMatchObject({ manifests: [{ path: 'deploy/a' }], paths: ['deploy/a'] })
    expect(catalog.services.get('b')).toMatchObject({ manifests: [{ path: 'deploy/b/d.yaml' }] })
  })

  test.each([
    ['src/<id>', { 'src/a/main.go': '' }, ['src/a', 'k8s/a.yaml']],
    ['<id>', { 'a/main.go': '' }, ['a', 'k8s/a.yaml']],
    ['the folder of its Dockerfile', { 'shop/A_/src/Dockerfile': '', 'a/notes.txt': '' }, ['shop/A_', 'k8s/a.yaml']],
    ['nowhere', {}, ['k8s/a.yaml']],
  ])('the code of a service lies in %s', async (_, more, paths) => {
    expect((await init({ 'k8s/a.yaml': both('a'), ...more })).catalog.services.get('a')?.paths).toEqual(paths)
  })

  test('plain manifests come before kustomize, and --from decides', async () => {
    const content = () => ({ 'k/base/a.yaml': both('a'), 'k/base/kustomization.yaml': 'resources: [a.yaml]\n', 'plain/a.yaml': both('a') })
    const { catalog, said } = await init(content())
    expect(catalog.services.get('a')?.manifests).toEqual([{ path: 'plain/a.yaml' }])
    expect(said).toEqual(['FM-INIT-OTHER-FORM k/base defines a as well; plain was taken.'])
    expect((await init(content(), { from: 'k' })).catalog.services.get('a')?.manifests).toEqual([{ path: 'k/base/a.yaml' }])
  })

  test('patches of a kustomization are no services, and what changes manifests is said', async () => {
    const { catalog, said } = await init({ 'base/a.yaml': both('a'), 'base/kustomization.yaml': 'resources: [a.yaml]\n', 'prod/kustomization.yaml': 'resources: [../base]\npatches:\n- path: more.yaml\n', 'prod/more.yaml': deployment('a') })
    expect(catalog.services.get('a')?.manifests).toEqual([{ path: 'base/a.yaml' }])
    expect(said).toEqual([expect.stringContaining('FM-INIT-RENDER-FIRST prod/kustomization.yaml:2:1 The kustomization changes what it gathers: "patches"')])
  })

  test('load generators are known by tool or by name, and only while nobody needs them', async () => {
    const { catalog } = await init({ 'a.yaml': [both('web'), deployment('attack', { WEB_URL: 'http://web/' }, 'grafana/k6:1'), deployment('loadgen', { WEB_URL: 'http://web/' }), both('load-test', { WEB_URL: 'http://web/' }), deployment('judge', { X_URL: 'http://load-test/' })].join('---\n') })
    expect([...catalog.services.values()].map(({ id, role }) => `${id} ${role}`)).toEqual(['attack load-generator', 'judge service', 'load-test service', 'loadgen load-generator', 'web service'])
  })

  test('a Service of two workloads leads to both, and belongs to neither', async () => {
    const stable = deployment('cart-stable').replace('{app: cart-stable}', '{app: cart}')
    const canary = deployment('cart-canary').replace('{app: cart-canary}', '{app: cart}')
    const { edges, said } = await init({ 'stable.yaml': stable, 'canary.yaml': canary, 'service.yaml': service('cart'), 'web.yaml': both('web', { CART_ADDR: 'cart:80' }) })
    expect(edges).toEqual(['web -> cart-stable', 'web -> cart-canary'].toSorted())
    expect(said).toEqual(['FM-INIT-SHARED-OBJECT service.yaml:1:1 Service/cart belongs to cart-canary, cart-stable, and so to none of them.'])
  })

  test('from may be one file', async () => {
    const { catalog } = await init({ 'k8s/a.yaml': both('a'), 'k8s/b.yaml': both('b'), 'b/main.go': '' }, { from: './k8s/b.yaml' })
    expect([...catalog.services.values()].map(({ id, paths }) => [id, paths])).toEqual([['b', ['b', 'k8s/b.yaml']]])
  })

  test('the report shows every guess with its place', async () => {
    const { report } = await init({ 'a.yaml': both('a', { B_ADDR: 'b:80' }), 'b.yaml': both('b', {}, 'redis') })
    const rows = report.sections.flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === 'table' ? block.rows : []))).map((row) => row.map((cell) => (typeof cell === 'object' ? cell.text : String(cell))).join(' | '))
    expect(rows).toEqual(['a | service | a.yaml | a.yaml:1 Deployment/a | added', 'b | datastore (image redis) | b.yaml | b.yaml:1 Deployment/b | added', 'a | b | a.yaml:12 B_ADDR=b:80'])
    expect(report.summary).toBe('2 services and 1 dependency found; fermata.yaml was written with 2 services')
  })

  test('charts, broken files and impossible names are said', async () => {
    const { said } = await init({ 'a.yaml': both('a'), 'chart/Chart.yaml': 'name: x\n', 'chart/templates/d.yaml': 'apiVersion: v1\nkind: {{ x }}', 'broken.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: "b\n', 'upper.yaml': deployment('Upper') })
    expect(said).toEqual([
      expect.stringContaining('FM-INIT-RENDER-FIRST chart/Chart.yaml chart is a Helm chart'),
      expect.stringContaining('FM-INIT-UNREADABLE broken.yaml:3:18 broken.yaml cannot be read'),
      expect.stringContaining('FM-INIT-NAME upper.yaml:1:1 "Upper" cannot be the id of a service.'),
    ])
  })
})

describe('compose files', () => {
  const compose = `x-common: &common
  environment: {LOG: debug}
services:
  web:
    <<: *common
    build: ./web
    depends_on: [api]
    ports: ["80:8080"]
  api:
    build: {context: ., dockerfile: services/api/Dockerfile}
    environment:
      - DATABASE_URL=postgres://shop:geheim@db:5432/shop
      - CACHE=\${CACHE_ADDR:-cache:6379}
    links: ["queue:q"]
  db: {image: "postgres:16"}
  cache: {image: "registry.example/mirror/redis-stack-server"}
  queue: {image: rabbitmq}
  Load: {image: locustio/locust, command: "-f /x.py --host http://web:8080"}
`
  test('are read where there are no manifests', async () => {
    const { catalog, edges, text } = await init({ 'docker-compose.yml': compose, 'web/Dockerfile': '', 'services/api/Dockerfile': '', 'docker-compose.override.yml': 'services: {debug: {}}\n' })
    expect(edges).toEqual(['api -> db', 'api -> cache', 'api -> queue', 'load -> web', 'web -> api'])
    expect(Object.fromEntries([...catalog.services.values()].map(({ id, role }) => [id, role]))).toEqual({ api: 'service', cache: 'datastore', db: 'datastore', load: 'load-generator', queue: 'datastore', web: 'service' })
    expect(catalog.services.get('web')?.paths).toEqual(['web'])
    expect(catalog.services.get('api')?.paths).toEqual(['services/api'])
    expect(text).toContain('- db  # docker-compose.yml:12 DATABASE_URL=postgres://db:5432\n')
    expect(text).not.toContain('geheim')
    expect(text).toContain('- queue  # docker-compose.yml:14 links: queue\n')
  })

  test('only add folders and dependencies to services that manifests deploy', async () => {
    const { catalog, edges, said } = await init({ 'compose.yaml': compose, 'k8s/web.yaml': both('web'), 'k8s/api.yaml': both('api'), 'web/Dockerfile': '' })
    expect([...catalog.services.keys()]).toEqual(['api', 'web'])
    expect(edges).toEqual(['web -> api'])
    expect(catalog.services.get('web')?.paths).toEqual(['web', 'k8s/web.yaml'])
    expect(said).toEqual(['FM-INIT-NOT-DEPLOYED compose.yaml compose.yaml makes db, cache, queue, load, which nothing here deploys.'])
  })
})

test('Dockerfiles alone give services without dependencies', async () => {
  const { catalog, edges } = await init({ 'a/web/Dockerfile': '', 'b/web/Dockerfile': '', 'cart/docker/Dockerfile': '', 'Big Thing/Dockerfile': '', 'node_modules/x/Dockerfile': '' })
  expect([...catalog.services.values()].map(({ id, paths }) => [id, paths])).toEqual([['a-web', ['a/web']], ['b-web', ['b/web']], ['big-thing', ['Big Thing']], ['cart', ['cart']]])
  expect(edges).toEqual([])
})

describe('nothing is written', () => {
  test('where nothing is found, and what was looked for is said', async () => {
    const content = { 'README.md': '', 'skaffold.yaml': 'apiVersion: skaffold/v4\nkind: Config\n', '.github/workflows/ci.yaml': 'on: push\n' }
    await expect(run(filesInMemory(content))).rejects.toThrow(/Nothing under "\." looks like a service, among 2 files\. Looked for: Kubernetes workloads .* compose\.yaml .* Dockerfile/)
    expect(content).not.toHaveProperty('fermata.yaml')
  })
  test('where only a chart is found, and the chart is named', async () => {
    await expect(run(filesInMemory({ 'chart/Chart.yaml': 'name: x\n' }))).rejects.toThrow(/helm template chart/)
  })
  test('in a dry run', async () => {
    const content = { 'a.yaml': both('a') }
    const { text } = await init(content, { 'dry-run': 'true' })
    expect(text).toContain('services:\n  a:')
    expect(content).not.toHaveProperty('fermata.yaml')
  })
  test.each([
    ['another catalog is there', { 'deployment-config.yaml': 'services: {}\n' }, {}, /There is a catalog already, deployment-config\.yaml/],
    ['the catalog is broken', { 'fermata.yaml': 'services: [\n' }, {}, /fermata\.yaml:1:11: /],
    ['its services stand in braces', { 'fermata.yaml': 'services: {b: {}}\n' }, {}, /written in braces/],
    ['from is not there', {}, { from: 'none' }, /there is no file or folder "none"/],
    ['from leads outside', {}, { from: '../x' }, /leads outside/],
  ])('where %s', async (_, more, inputs, message) => {
    const content: Record<string, string> = { 'a.yaml': both('a'), ...more }
    const before = { ...content }
    await expect(run(filesInMemory(content), inputs)).rejects.toThrow(message)
    expect(content).toEqual(before)
  })
})

describe('a catalog that is there', () => {
  const mine = '# ours\nversion: 1\nservices:\n  shop:   # renamed\n    manifests: [{path: k8s/cart.yaml, objects: [Deployment/cart]}]\n    dependencies: []\n\n# later\nslos: {}\n'

  test('gains what is missing and keeps every line', async () => {
    const content: Record<string, string> = { 'fermata.yaml': mine, 'k8s/cart.yaml': both('cart', { DB_ADDR: 'db:5432' }), 'k8s/db.yaml': both('db', {}, 'postgres'), 'k8s/web.yaml': both('web', { CART_ADDR: 'cart:80' }) }
    const { text, edges, said, report } = await init(content)
    expect(mine.split('\n').filter((line) => !text.split('\n').includes(line))).toEqual([])
    expect(text.startsWith(mine.slice(0, mine.indexOf('\n\n# later')))).toBe(true)
    expect(text.endsWith('\n\n# later\nslos: {}\n')).toBe(true)
    expect(edges).toEqual(['web -> shop'])
    expect(report.outputs['added']).toBe('["db","web"]')
    expect(said).toEqual(['FM-INIT-EDGE-NOT-IN-CATALOG fermata.yaml:4:3 shop needs db (k8s/cart.yaml:12 DB_ADDR=db:5432), and fermata.yaml does not say so.'])

    const again = await init(content)
    expect(again.text).toBe(text)
    expect(again.report.outputs['added']).toBe('[]')
    expect(again.report.summary).toContain('has them all')
  })
})

test('hostile names and values stay text', async () => {
  const hostile = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom('a\n  evil: {}', '${{ secrets.X }}', '*', '# x', '::set-output', '"', "'", '\u2028b: c', '../../x', '__proto__', '@x', '- a', 'x'.repeat(3000)))
  await fc.assert(fc.asyncProperty(hostile, hostile, hostile, async (variable, value, name) => {
    const content: Record<string, string> = {
      [`k8s/${name.replaceAll('/', '_')}.yaml`]: JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name, image: 'a', env: [{ name: variable, value: `http://b:80/${value}` }, { name: 'X', value }], readinessProbe: { httpGet: { path: `/${value}` } } }] } } } }),
      'k8s/b.yaml': both('b'),
      'compose.yaml': JSON.stringify({ services: { [name]: { image: value, environment: { [variable]: value } } } }),
    }
    const { catalog } = await init(content)
    expect([...catalog.services.keys()].filter((id) => id !== 'a' && id !== 'b')).toEqual([])
    expect(catalog.services.has('b')).toBe(true)
  }), { numRuns: 150 })
})

const boutique = join(import.meta.dirname, '../../../../../shared/inputs/online-boutique')
const there = existsSync(boutique)
const onDisk = (written: Map<string, string>): Files => ({
  read: (path) => Promise.resolve(existsSync(join(boutique, path)) ? readFileSync(join(boutique, path)) : undefined),
  list: async (path) => !existsSync(join(boutique, path)) || !statSync(join(boutique, path)).isDirectory() ? undefined : readdirSync(join(boutique, path), { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: entry.isDirectory() ? ('folder' as const) : ('file' as const), size: statSync(join(boutique, path, entry.name)).size })),
  write: async (path, text) => void written.set(path, String(text)),
})
const withBoutique = there ? test : test.skip

withBoutique(`a real shop: eleven services, redis beside them, and who calls whom${there ? '' : ' (skipped: ../shared/inputs is not there)'}`, async () => {
  const written = new Map<string, string>()
  const { catalog, edges, said, report } = outcome(await run(onDisk(written)), written.get('fermata.yaml') as string)
  expect([...catalog.services.keys()]).toEqual(['adservice', 'cartservice', 'checkoutservice', 'currencyservice', 'emailservice', 'frontend', 'loadgenerator', 'paymentservice', 'productcatalogservice', 'recommendationservice', 'redis-cart', 'shippingservice'])
  expect([...catalog.services.values()].filter(({ role }) => role !== 'service').map(({ id, role }) => `${id} ${role}`)).toEqual(['loadgenerator load-generator', 'redis-cart datastore'])
  expect(edges).toEqual([
    'cartservice -> redis-cart',
    ...['productcatalogservice', 'shippingservice', 'paymentservice', 'emailservice', 'currencyservice', 'cartservice'].map((to) => `checkoutservice -> ${to}`),
    ...['productcatalogservice', 'currencyservice', 'cartservice', 'recommendationservice', 'shippingservice', 'checkoutservice', 'adservice'].map((to) => `frontend -> ${to}`),
    'loadgenerator -> frontend',
    'recommendationservice -> productcatalogservice',
  ])
  expect(catalog.services.get('cartservice')?.manifests).toEqual([{ path: 'kubernetes-manifests/cartservice.yaml', objects: ['Deployment/cartservice', 'Service/cartservice', 'ServiceAccount/cartservice'] }])
  expect(catalog.services.get('redis-cart')?.manifests).toEqual([{ path: 'kubernetes-manifests/cartservice.yaml', objects: ['Deployment/redis-cart', 'Service/redis-cart'] }])
  expect(catalog.services.get('frontend')?.healthCheck).toBe('/_healthz')
  expect(said.filter((line) => line.startsWith('FM-INIT-HOST'))).toEqual([expect.stringContaining('frontend uses shoppingassistantservice:80')])
  expect(said).toContainEqual(expect.stringContaining('kustomize/base defines adservice'))
  expect(report.verdict).toBe('warn')

  const readings = await Promise.all([...catalog.services.values()].map(({ manifests }) => readManifests(manifests, onDisk(written))))
  expect(readings.flatMap(({ problems }) => problems)).toEqual([])
  const objects = readings.flatMap((reading) => reading.objects.map(({ object }) => objectName(object)))
  expect(objects).toHaveLength(new Set(objects).size)
  expect(objects.filter((name) => name.startsWith('Deployment/'))).toHaveLength(12)
})
