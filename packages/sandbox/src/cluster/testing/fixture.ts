/** A cluster on a virtual clock whose namespaces are furnished, for the sandbox's own tests. */
import type { KubeObject } from '@fermata/ports'
import { virtualClock } from '../../clock.ts'
import type { VirtualClock } from '../../clock.ts'
import type { Condition, Deployment, Pod } from '../objects/types.ts'
import { createStory } from '../pods/story.ts'
import type { Story } from '../pods/story.ts'
import { startCluster } from '../start.ts'
import type { ClusterWish, SandboxCluster } from '../start.ts'
import { wire } from './client.ts'
import type { Reply, Wire } from './client.ts'

export interface Fixture {
  readonly cluster: SandboxCluster
  readonly clock: VirtualClock
  readonly story: Story
  readonly wire: Wire
  as(token: string): Wire
  apply(object: unknown, query?: string): Promise<Reply>
  /** Lets seconds pass. */
  pass(seconds: number): Promise<void>
  pods(): readonly Pod[]
  stop(): Promise<void>
}

export async function fixture(wish: ClusterWish = {}): Promise<Fixture> {
  const clock = virtualClock()
  const story = createStory()
  const cluster = await startCluster({ clock, story, namespaces: ['shop'], users: [{ name: 'admin', token: 'admin', may: 'all' }], ...wish })
  await clock.advance(1000)
  const clients = new Map<string, Wire>()
  const as = (token: string): Wire => {
    const known = clients.get(token) ?? wire(cluster, token)
    clients.set(token, known)
    return known
  }
  return {
    cluster, clock, story, as, wire: as('admin'),
    apply: (object, query = 'fieldManager=test&force=true') => as('admin').send('PATCH', `${pathOf(object as KubeObject)}?${query}`, object, { 'content-type': 'application/apply-patch+yaml' }),
    pass: (seconds) => clock.advance(seconds * 1000),
    pods: () => cluster.store.list('pods') as readonly Pod[],
    async stop() { for (const client of clients.values()) client.close(); await cluster.stop() },
  }
}

const plurals: Readonly<Record<string, string>> = { Ingress: 'ingresses', NetworkPolicy: 'networkpolicies', ConfigMap: 'configmaps' }

export function pathOf(object: KubeObject): string {
  const plural = plurals[object.kind] ?? `${object.kind.toLowerCase()}s`
  const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`
  return `${root}/namespaces/${object.metadata.namespace ?? 'shop'}/${plural}/${object.metadata.name}`
}

export function deployment(name: string, image: string, replicas = 3, spec: object = {}): KubeObject {
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop', labels: { app: name } },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }] } }, ...spec },
  }
}

export const deploymentIn = (cluster: SandboxCluster, name: string): Deployment => cluster.store.get('deployments.apps', `shop/${name}`) as Deployment
export const conditionIn = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined => conditions?.find((condition) => condition.type === type)
