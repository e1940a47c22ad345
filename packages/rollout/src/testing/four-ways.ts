import { type Cluster, type KubeObject, listAt, mapAt, numberAt, textAt } from '@fermata/ports'
import { canonical } from '../plan/canonical.ts'
import { condition } from '../readiness/assessment.ts'
import { imageFor, sketch, type Stage } from './stage.ts'

/** Four services, one for each way forward: a migration before a rolling update, a canary by a route, blue-green, a rolling update. */
export const fourWays = ['db', 'cart', 'stock', 'web'] as const

export const tools = `registry.example/tools@sha256:${'7'.repeat(64)}`
const gatewayApi = 'gateway.networking.k8s.io/v1'

/** Where the shop is. */
export interface Site {
  readonly kube: Cluster
  readonly namespace: string
  readonly files: Map<string, string>
}

/** Writes a version: other images, other configuration, other scripts. Of the first there is nothing beside which another could stand. */
export function sketchFourWays({ files }: Pick<Site, 'files'>, version: number): void {
  const change = (id: string) => ({ image: imageFor(id, version), config: `edition-${version}` })
  files.set('db/schema.sql', `-- edition-${version}`)
  sketch(files, {
    db: { ...change('db'), catalog: ['migration_scripts: [db/schema.sql]', `migration: {image: "${tools}"}`] },
    cart: { ...change('cart'), needs: ['db'], strategy: 'canary', replicas: 2, catalog: ['traffic_split: [50, 100]', 'route: HTTPRoute/shop'] },
    stock: { ...change('stock'), needs: ['db'], strategy: 'blue_green' },
    web: { ...change('web'), needs: ['cart', 'stock'] },
  })
}

/** A route that cart shares with another team. */
export function sharedRoute(namespace: string): KubeObject {
  return {
    apiVersion: gatewayApi,
    kind: 'HTTPRoute',
    metadata: { name: 'shop', namespace },
    spec: { rules: [{ backendRefs: [{ name: 'cart', port: 80, weight: 100 }, { name: 'other-team', port: 80, weight: 300, filters: [] }] }, { matches: [{ path: { type: 'PathPrefix', value: '/other' } }], backendRefs: [{ name: 'other-team', port: 80 }] }] },
  }
}

/** The first version is there, and the route. */
export async function openShop(stage: Stage): Promise<void> {
  stage.story.image(tools, { does: 'complete' })
  await stage.kube.create(sharedRoute(stage.namespace))
  sketchFourWays(stage, 1)
  const first = await stage.run({ mode: 'apply' })
  if (first.verdict !== 'pass') throw new Error(`The first version did not go out: ${first.summary}`)
}

async function listed({ kube, namespace }: Site, apiVersion: string, kind: string): Promise<readonly KubeObject[]> {
  return (await kube.list({ apiVersion, kind }, { namespace })).items.map((item) => ({ ...item, apiVersion, kind }))
}

/** Everything of the shop that people have made or that we have, as a version leaves it: without what the server counts, and without the records of migrations and journals. */
export async function shopIn(site: Site, version: number): Promise<readonly string[]> {
  const kinds = [['v1', 'ConfigMap'], ['v1', 'Service'], ['apps/v1', 'Deployment'], ['batch/v1', 'Job'], [gatewayApi, 'HTTPRoute']] as const
  const lists = await Promise.all(kinds.map(([apiVersion, kind]) => listed(site, apiVersion, kind)))
  const record = /^(kubernetes|kube-root-ca\.crt|fermata-journal-.*|db-migration-.*)$/
  return lists.flat().filter(({ metadata }) => !record.test(metadata.name)).map((object) => shown(object, version)).toSorted()
}

function shown(found: KubeObject, version: number): string {
  const { status: _, ...object } = found
  const { name, labels, ownerReferences } = object.metadata
  return canonical({ ...object, metadata: { name, labels, ownerReferences } }).replaceAll(String(version).padStart(64, '0'), 'IMAGE').replaceAll(`edition-${version}"`, 'EDITION"').replaceAll(/"(clusterIPs?)":("[^"]*"|\[[^\]]*\])/g, '"$1":"any"')
}

/** Forgets what earlier releases have left for people to read, so that the hundredth is as quick as the first. */
export function forgetThePast({ cluster: { store } }: Stage): void {
  const past = (collection: string, is: (object: KubeObject) => boolean): void => {
    for (const object of store.list(collection)) if (is(object)) store.remove(collection, `${object.metadata.namespace ?? ''}/${object.metadata.name}`)
  }
  past('events', () => true)
  past('replicasets.apps', (set) => numberAt(set, 'spec', 'replicas') === 0)
  past('jobs.batch', ({ metadata }) => metadata.name.startsWith('db-migration-'))
  past('configmaps', ({ metadata }) => /^(fermata-journal|db-migration)-/.test(metadata.name))
}

/** What belongs to a fuse, and the fuses. */
export async function fusedIn(site: Site): Promise<readonly string[]> {
  const lists = await Promise.all([['v1', 'Service'], ['apps/v1', 'Deployment'], ['batch/v1', 'Job']].map(([apiVersion = '', kind = '']) => listed(site, apiVersion, kind)))
  return lists.flat().filter(({ metadata }) => metadata.name.startsWith('fermata-fuse-') || metadata.ownerReferences?.some(({ name }) => name.startsWith('fermata-fuse-')) === true).map(({ kind, metadata }) => `${kind} ${metadata.name}`)
}

/** Services that get requests and have no ready pod to answer them. */
export async function unanswered(site: Site): Promise<readonly string[]> {
  const [services, pods, routes] = await Promise.all([listed(site, 'v1', 'Service'), listed(site, 'v1', 'Pod'), listed(site, gatewayApi, 'HTTPRoute')])
  const weighed = routes.flatMap((route) => listAt(route, 'spec', 'rules').flatMap((rule) => listAt(rule, 'backendRefs'))).filter((backend) => (numberAt(backend, 'weight') ?? 1) > 0).map((backend) => textAt(backend, 'name') ?? '')
  const asked = new Set([...fourWays, ...weighed.filter((name) => name !== 'other-team')])
  return [...asked].filter((name) => {
    const selector = Object.entries(mapAt(services.find(({ metadata }) => metadata.name === name), 'spec', 'selector'))
    return selector.length === 0 || !pods.some((pod) => condition(pod, 'Ready')?.status === 'True' && pod.metadata.deletionTimestamp === undefined && selector.every(([key, value]) => pod.metadata.labels?.[key] === value))
  })
}
