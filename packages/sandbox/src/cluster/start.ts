import { randomBytes } from 'node:crypto'
import { realClock } from '../clock.ts'
import type { SandboxClock } from '../clock.ts'
import { createFaults } from './api/faults.ts'
import type { Faults } from './api/faults.ts'
import { createRequests } from './api/journal.ts'
import type { Requests } from './api/journal.ts'
import { listen } from './api/server.ts'
import { createSubresources } from './api/subresources.ts'
import type { User } from './api/users.ts'
import { createAddresses, seededRandom } from './core.ts'
import type { Core } from './core.ts'
import { createKinds } from './kinds/registry.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { createStore } from './store/store.ts'
import type { Store } from './store/store.ts'
import { createAuthority } from './tls/certificates.ts'
import { createObject } from './verbs/create.ts'
import { createSnapshots } from './verbs/read.ts'
import { internalWriter } from './verbs/writer.ts'
import { furnishNamespace } from './controllers/namespace.ts'
import { startControllers } from './controllers/run.ts'
import { createKubelet } from './pods/kubelet.ts'
import { createStory } from './pods/story.ts'
import type { Story } from './pods/story.ts'

export interface ClusterWish {
  /** Default: the wall clock. */
  readonly clock?: SandboxClock
  /** How images behave. Default: every container is ready after a second. */
  readonly story?: Story
  /** Who may talk to the server. Default: one administrator, `admin`, with a token made at start. */
  readonly users?: readonly User[]
  /** Number of nodes; default 3. */
  readonly nodes?: number
  /** Made at start, besides `default` and `kube-system`. */
  readonly namespaces?: readonly string[]
  /** Port on 127.0.0.1; default: any free one. */
  readonly port?: number
  /** Seed of names and identifiers, so that runs repeat. */
  readonly seed?: number
}

export interface SandboxCluster {
  readonly url: string
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string
  readonly clock: SandboxClock
  /** YAML, for the named user; default: the first. */
  kubeconfig(wish?: { readonly user?: string; readonly namespace?: string }): string
  readonly requests: Requests
  /** How many requests were refused because the stand-in does not do what they ask. */
  readonly unknown: number
  readonly faults: Faults
  readonly story: Story
  /** For tests that look behind the API, or write what no client may. */
  readonly core: Core
  readonly store: Store
  /** True while a request is being answered; for a virtual clock that advances by itself. */
  busy(): boolean
  /** Breaks all connections, watches included. */
  disconnect(): void
  /** Forgets the history: running watches go on, new ones from older revisions get 410. */
  compact(): void
  stop(): Promise<void>
}

/** Starts a stand-in for a Kubernetes cluster: an API server over HTTPS on 127.0.0.1, its controllers and its nodes. */
export async function startCluster(wish: ClusterWish = {}): Promise<SandboxCluster> {
  const clock = wish.clock ?? realClock()
  const core: Core = { store: createStore(), kinds: createKinds(), clock, random: seededRandom(wish.seed ?? 1), addresses: createAddresses() }
  const users = wish.users ?? [{ name: 'admin', token: randomBytes(16).toString('hex'), groups: ['system:masters'], may: 'all' as const }]
  const story = wish.story ?? createStory()
  const faults = createFaults()
  const requests = createRequests()
  const snapshots = createSnapshots()
  const kubelet = createKubelet(core, story)
  const authority = createAuthority('fermata-sandbox')
  furnish(core, wish, authority.certificate)
  core.store.compact() // a server that has just started knows no history
  const stopControllers = startControllers(core, story, kubelet, authority.certificate)
  const certificate = authority.issueServer(['127.0.0.1', 'localhost', 'kubernetes.default.svc'])
  const listener = await listen({ core, snapshots, subresources: createSubresources(core, story, kubelet), faults, requests, users: () => users }, certificate, wish.port ?? 0)
  return {
    url: listener.url, ca: authority.certificate, clock, requests, faults, story, core, store: core.store,
    get unknown() { return requests.unknown().length },
    kubeconfig({ user, namespace = 'default' } = {}) {
      const found = user === undefined ? users[0] : users.find((candidate) => candidate.name === user)
      if (found === undefined) throw new Error(`the sandbox has no user ${user ?? ''}; it has ${users.map((candidate) => candidate.name).join(', ')}`)
      return kubeconfigText({ url: listener.url, ca: authority.certificate, user: found.name, token: found.token, namespace, context: 'sandbox' })
    },
    busy: listener.busy,
    disconnect: listener.disconnect,
    compact() { core.store.compact(); snapshots.forget() },
    async stop() { stopControllers(); await listener.stop() },
  }
}

/** What every cluster has before anybody comes. */
function furnish(core: Core, wish: ClusterWish, authority: string): void {
  const writer = internalWriter('kube-apiserver')
  for (const name of ['default', 'kube-system', ...(wish.namespaces ?? [])]) createObject(core, core.kinds.require('v1', 'Namespace'), undefined, { metadata: { name } }, writer)
  for (const { metadata } of core.store.list('namespaces')) furnishNamespace(core, metadata.name, authority)
  const node = core.kinds.require('v1', 'Node')
  for (let index = 1; index <= (wish.nodes ?? 3); index++) {
    const name = `node-${index}`
    const made = createObject(core, node, undefined, { metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } } }, writer)
    core.store.put('nodes', name, { ...made, status: { capacity: { cpu: '8', memory: '32Gi', pods: '110' }, allocatable: { cpu: '8', memory: '32Gi', pods: '110' }, addresses: [{ type: 'InternalIP', address: `192.168.0.${index}` }], conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }] } })
  }
}
