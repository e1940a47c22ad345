import { readRequest } from '@fermata/capability'
import { connectCluster, type KubeCluster } from '@fermata/kube'
import type { Cluster, Http, KubeObject, Ports, ProbeAnswer, ProbeWish } from '@fermata/ports'
import { answering, createStory, type SandboxCluster, startCluster, type Story, type User, virtualClock, type VirtualClock } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { chaos } from '../chaos.ts'
import type { FaultKind } from '../faults/fault.ts'
import { faultKinds } from '../faults/registry.ts'
import { type ChaosRequest, chaosGate } from '../request.ts'
import type { ChaosPorts } from '../run/prepare.ts'
import { cleanUp } from '../sweep/clean-up.ts'
import { isReady } from '../target/pods.ts'
import { selects } from '../target/selector.ts'

/** What stands behind an address, at one instant. */
export type Serving = (wish: ProbeWish, pods: readonly KubeObject[], policies: readonly KubeObject[]) => Answer
export interface Answer {
  readonly ms: number
  readonly status: number | 'timeout' | 'refused'
}

/** A cluster on virtual time with a service in it, and users that ask it. */
export interface Stage {
  readonly cluster: SandboxCluster
  readonly clock: VirtualClock
  readonly story: Story
  readonly files: Map<string, string>
  readonly kube: KubeCluster
  /** Instants at which the service became good or bad for users, by the cluster's own word. */
  readonly turns: { readonly at: number; readonly good: boolean }[]
  /** How the service answers, from the cluster as it is at that instant. Default: good while a ready pod can be reached. */
  serving: Serving
  /** Stands between the run and the cluster. */
  between: (cluster: Cluster) => Cluster
  stopRun(): void
  run(inputs: Readonly<Record<string, string>>, as?: string): Promise<Report>
  cleanUp(): Promise<Report>
  /** Lets virtual time pass. */
  pass(milliseconds: number): Promise<void>
  close(): Promise<void>
}

export const shop = 'shop'

/** A good answer while a pod of the service is ready and no NetworkPolicy cuts it off. */
export const healthy: Serving = (_wish, pods, policies) => {
  const reachable = pods.filter((pod) => !policies.some((policy) => selects((policy['spec'] as { readonly podSelector: Readonly<Record<string, unknown>> }).podSelector, pod.metadata.labels ?? {})))
  if (reachable.some(isReady)) return { ms: 5, status: 200 }
  return pods.some(isReady) ? { ms: 1_000, status: 'timeout' } : { ms: 1, status: 'refused' }
}

export async function setStage(wish: { readonly users?: readonly User[]; readonly kinds?: readonly FaultKind[] } = {}): Promise<Stage> {
  const clock = virtualClock()
  const story = createStory()
  const cluster = await startCluster({ clock, story, namespaces: [shop], ...(wish.users !== undefined && { users: wish.users }) })
  const waiting = countWaiting()
  const { counted } = waiting
  const stopClock = clock.autoAdvance({ busy: () => cluster.busy() || waiting.any() })
  const connections = new Map<string, Promise<KubeCluster>>()
  const connect = (user = 'admin'): Promise<KubeCluster> => {
    const connection = connections.get(user) ?? connectCluster({ kubeconfig: cluster.kubeconfig({ ...(user !== 'admin' && { user }), namespace: shop }), clock, random: { next: () => 0.5 }, environment: {} })
    connections.set(user, connection)
    return connection
  }
  const files = new Map<string, string>()
  const kept = new Map<string, string>()
  const running: AbortController[] = []
  let serving = healthy
  const kube = await connect()
  const seen = await lookOn(kube, clock, () => serving)
  const portsOf = (user: string | undefined, signal: AbortSignal): ChaosPorts => ({
    ...quietPorts,
    clock,
    http: seen.http,
    signal,
    keep: (name, value) => void kept.set(name, value),
    files: filesIn(files),
    cluster: async () => answering(stage.between(await connect(user)), counted),
  })
  const requestOf = (inputs: Readonly<Record<string, string>>): ChaosRequest => readRequest(chaosGate, (name) => ({ context: 'sandbox', experiment: 'chaos.yaml', mode: 'run', ...inputs })[name]) as ChaosRequest
  const stage: Stage = {
    cluster,
    clock,
    story,
    files,
    kube,
    turns: seen.turns,
    get serving() {
      return serving
    },
    set serving(other) {
      serving = other
    },
    between: (one) => one,
    stopRun: () => running.forEach((one) => one.abort(new Error('stopped by the test'))),
    async run(inputs, user) {
      const stop = new AbortController()
      running.push(stop)
      return chaos(requestOf(inputs), portsOf(user, stop.signal), wish.kinds ?? faultKinds)
    },
    cleanUp: () => cleanUp(requestOf({}), portsOf(undefined, new AbortController().signal), (name) => kept.get(name)),
    pass: (milliseconds) => clock.sleep(milliseconds),
    async close() {
      seen.close()
      stopClock()
      for (const connection of connections.values()) (await connection).close()
      await cluster.stop()
    },
  }
  return stage
}

/** Whether somebody waits for an answer. */
function countWaiting(): { readonly any: () => boolean; readonly counted: <T>(asked: Promise<T>) => Promise<T> } {
  let underWay = 0
  return {
    any: () => underWay > 0,
    counted: (asked) => {
      underWay += 1
      return asked.finally(() => (underWay -= 1))
    },
  }
}

const nothing = (): void => undefined
const quietPorts: Pick<ChaosPorts, 'random' | 'metrics' | 'log' | 'invocation'> = {
  random: { next: () => 0.25 },
  metrics: () => Promise.reject(new Error('no metrics here')),
  log: { debug: nothing, info: nothing, warning: nothing, progress: nothing },
  invocation: { trigger: { event: 'push', payload: {}, sha: 'a'.repeat(40), ref: 'refs/heads/main' }, repository: 'shop/shop', workflow: 'chaos.yml', runId: '17', runAttempt: 1, actor: 'ada', runUrl: undefined, temporary: 'tmp' },
}

const podKind = { apiVersion: 'v1', kind: 'Pod' } as const
const policyKind = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' } as const

/** Users of a service that answers as the cluster is at that instant, and the truth about when it was good. */
async function lookOn(kube: KubeCluster, clock: VirtualClock, serving: () => Serving): Promise<Pick<Stage, 'turns'> & { readonly http: Http; close(): void }> {
  const world = await kube.follow([podKind, policyKind], shop)
  const turns: { at: number; good: boolean }[] = []
  const answerNow = (asked: ProbeWish): Answer => serving()(asked, world.objects(podKind), world.objects(policyKind))
  let open = true
  const follow = async (): Promise<void> => {
    await Promise.resolve()
    while (open) {
      const good = answerNow({ url: 'http://cart/', timeoutMs: 1_000 }).status === 200
      if (turns.at(-1)?.good !== good) turns.push({ at: clock.now(), good })
      await world.changed(3_600_000)
    }
  }
  follow().catch((error: unknown) => {
    if (open) throw error
  })
  return {
    turns,
    http: {
      probe: async (asked): Promise<ProbeAnswer> => {
        const { ms, status } = answerNow(asked)
        const took = Math.min(ms, asked.timeoutMs)
        await clock.sleep(took)
        if (typeof status === 'number') return { kind: 'answered', status, headers: {}, body: '', cut: false, ms: took }
        return { kind: 'failed', failure: status, says: status === 'timeout' ? `no answer in ${asked.timeoutMs} ms` : 'nobody listens', ms: took }
      },
    },
    close: () => {
      open = false
      world.close()
    },
  }
}

function filesIn(files: Map<string, string>): Ports['files'] {
  const plain = (path: string): string => path.replace(/^\.\/?/, '')
  return {
    read: async (path) => {
      const text = files.get(plain(path))
      return text === undefined ? undefined : new TextEncoder().encode(text)
    },
    list: async () => undefined,
    write: async (path, content) => void files.set(plain(path), typeof content === 'string' ? content : new TextDecoder().decode(content)),
  }
}

/** A Deployment `cart`, when all its pods are ready. */
export async function deployCart({ kube, clock }: Pick<Stage, 'kube' | 'clock'>, replicas: number, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  await kube.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'cart', namespace: shop }, spec: { replicas, selector: { matchLabels: { app: 'cart' } }, template: { metadata: { labels: { app: 'cart', ...labels } }, spec: { containers: [{ name: 'server', image: 'registry.example/cart:1' }] } } } })
  for (;;) {
    const { items } = await kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: shop, labelSelector: 'app=cart' })
    if (items.filter(isReady).length === replicas) return
    await clock.sleep(500)
  }
}

/** An experiment in our own form. */
export function experimentText(fault: string, more = ''): string {
  return `title: The cart bears it
target: {workload: Deployment/cart}
fault: ${fault}
steady_state: [{url: "http://cart.example/health"}]
${more}`
}
