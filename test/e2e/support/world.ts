import type { KubeObject } from '@fermata/ports'
import { createStory, realClock, type RequestEntry, type SandboxCluster, startCluster, type Story, type User } from '@fermata/sandbox'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Content, Workspace } from './workspace.ts'

/** Hidden in everything that a run leaves behind. */
export const token = 'the-token-of-the-cluster-0123456789'

export interface World {
  readonly cluster: SandboxCluster
  readonly story: Story
  /** A namespace for one story, and a kubeconfig for it that lies where git does not see it. */
  open(workspace: Workspace, namespace: string, user?: string): Here
  close(): Promise<void>
}

/** One namespace, as the API shows it. */
export interface Here {
  readonly namespace: string
  /** Path, for the input `kubeconfig`. */
  readonly kubeconfig: string
  object(kind: string, name: string): KubeObject | undefined
  objects(kind: string): readonly KubeObject[]
  /** The image of the first container of a Deployment. */
  imageOf(name: string): string | undefined
  /** Requests that have changed something, since the story began or since the last call of `forget`. */
  writes(): readonly RequestEntry[]
  forget(): void
  /** Resolves when it holds; looked at whenever something is written. */
  until(holds: () => boolean): Promise<void>
}

const collections: Readonly<Record<string, string>> = { Deployment: 'deployments.apps', ReplicaSet: 'replicasets.apps', ConfigMap: 'configmaps', Service: 'services', Secret: 'secrets', Pod: 'pods', Lease: 'leases.coordination.k8s.io', Job: 'jobs.batch' }

/** A cluster whose time runs `speed` times as fast as ours. */
export async function startWorld({ speed = 8, users, namespaces = [] }: { readonly speed?: number; readonly users?: readonly User[]; readonly namespaces?: readonly string[] }): Promise<World> {
  const story = createStory({ does: 'run', readyAfter: 1 })
  const cluster = await startCluster({ clock: realClock({ speed }), story, namespaces, users: users ?? [{ name: 'admin', token, groups: ['system:masters'], may: 'all' }] })
  return {
    cluster,
    story,
    open: (workspace, namespace, user) => {
      const kubeconfig = join(workspace.path, '.git', 'kubeconfig')
      writeFileSync(kubeconfig, cluster.kubeconfig({ namespace, ...(user !== undefined && { user }) }))
      return here(cluster, namespace, kubeconfig)
    },
    close: () => cluster.stop(),
  }
}

function here(cluster: SandboxCluster, namespace: string, kubeconfig: string): Here {
  let seen = 0
  const object = (kind: string, name: string): KubeObject | undefined => cluster.store.get(collections[kind] as string, `${namespace}/${name}`)
  return {
    namespace,
    kubeconfig,
    object,
    objects: (kind) => cluster.store.list(collections[kind] as string).filter(({ metadata }) => metadata.namespace === namespace),
    imageOf: (name) => /"image":"([^"]+)"/.exec(JSON.stringify(object('Deployment', name)?.['spec'] ?? {}))?.[1],
    writes: () => cluster.requests.all().slice(seen).filter((request) => request.namespace === namespace && hasWritten(request)),
    forget: () => {
      seen = cluster.requests.all().length
    },
    until: (holds) => new Promise((resolve) => {
      const look = (): void => void (holds() ? resolve() : setTimeout(look, 5))
      look()
    }),
  }
}

export function hasWritten({ verb, code, dryRun, resource }: RequestEntry): boolean {
  return ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb) && !dryRun && code < 400 && !resource.endsWith('reviews')
}

/** What a test says of a service. Everything else has an unremarkable value. */
export interface Sketch {
  readonly needs?: readonly string[]
  readonly version?: number | string
  readonly soak?: string
  readonly timeout?: string
  readonly config?: string
  readonly strategy?: string
}

export function imageFor(id: string, version: number | string): string {
  return `registry.example/${id}@sha256:${String(version).padStart(64, '0')}`
}

/** A catalog and a manifest for each service: a Deployment, a Service and a ConfigMap. */
export function sketch(services: Readonly<Record<string, Sketch>>): Content {
  const entries = Object.entries(services)
  const rows = entries.map(([id, { needs = [], soak = '0s', timeout = '60s', strategy = 'rolling' }]) => `  ${id}:\n    paths: [k8s/${id}.yaml]\n    manifests: [k8s/${id}.yaml]\n    dependencies: [${needs.join(', ')}]\n    soak: ${soak}\n    timeout: ${timeout}\n    deployment_strategy: ${strategy}\n`)
  return { 'fermata.yaml': `version: 1\nservices:\n${rows.join('')}`, ...Object.fromEntries(entries.map(([id, wish]) => [`k8s/${id}.yaml`, manifest(id, wish)])) }
}

export function manifest(id: string, { version = 1, config = 'one' }: Sketch = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${id}}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${id}}}
  template:
    metadata: {labels: {app: ${id}}}
    spec:
      containers:
        - {name: server, image: "${imageFor(id, version)}", envFrom: [{configMapRef: {name: ${id}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: ${id}}
spec: {selector: {app: ${id}}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ${id}}
data: {value: "${config}"}
`
}
