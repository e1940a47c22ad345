import { connectCluster, type KubeCluster } from '@fermata/kube'
import { readRequest } from '@fermata/capability'
import type { Files, Metrics, Progress } from '@fermata/ports'
import { answering, createStory, type SandboxCluster, startCluster, type Story, type User, virtualClock, type VirtualClock } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { cleanUp } from '../clean-up.ts'
import { deploy } from '../deploy.ts'
import type { DeployPorts } from '../deploy-ports.ts'
import { type DeployRequest, orchestratedDeploy } from '../request.ts'
import { type Life, mortal } from './mortal.ts'
import { deploymentRecords, type Records } from './records.ts'

export { Killed } from './mortal.ts'

/** A cluster on virtual time, files in memory, and the use case between them. */
export interface Stage {
  readonly cluster: SandboxCluster
  readonly clock: VirtualClock
  readonly story: Story
  readonly files: Map<string, string>
  readonly progress: Progress[]
  readonly namespace: string
  /** A client of its own, for looks behind the use case. */
  readonly kube: KubeCluster
  /** What GitHub was told. */
  readonly records: Records
  /** Who answers PromQL; replace it to play metrics. */
  metrics: Metrics | undefined
  /** Asks the run that is under way to stop. */
  stopRun(): void
  /** The next run dies when the server has taken so many writes of it. */
  killAfterWrite(number: number): void
  /** The run that is under way dies when the server has taken so many writes more. */
  killAfterNext(writes: number): void
  run(inputs: Readonly<Record<string, string>>, as?: string): Promise<Report>
  /** A run beside the one that is under way: another process, which nobody stops or kills. */
  second(inputs: Readonly<Record<string, string>>): Promise<Report>
  /** The post step of the run before. */
  cleanUp(): Promise<Report>
  close(): Promise<void>
}

export async function setStage(wish: { readonly namespaces?: readonly string[]; readonly users?: readonly User[] } = {}): Promise<Stage> {
  const clock = virtualClock()
  const story = createStory()
  const cluster = await startCluster({ clock, story, namespaces: wish.namespaces ?? ['shop'], ...(wish.users !== undefined && { users: wish.users }) })
  let runs = 0
  const questions = openQuestions()
  const stopClock = clock.autoAdvance({ busy: () => cluster.busy() || questions.open() })
  const files = new Map<string, string>()
  const progress: Progress[] = []
  const { connect, close } = connectionsTo(cluster, clock)
  let running = new AbortController()
  let death: number | undefined
  let life: Life = { writes: 0, death: Number.POSITIVE_INFINITY }
  const kept = new Map<string, string>()
  const records = deploymentRecords(clock)
  const portsOf = (user: string | undefined, signal: AbortSignal, lived: Life): DeployPorts => ({
    invocation,
    clock,
    // Two runs are two processes, so their leases name two holders.
    random: { next: () => (runs += 1) / 1_000_000 },
    signal,
    keep: (name, value) => void kept.set(name, value),
    files: filesOf(files),
    metrics: async () => stage.metrics ?? noMetrics(),
    ...records.ports,
    cluster: async () => answering(mortal(await connect(user, signal), lived), questions.counted),
    log: { debug: () => undefined, info: () => undefined, warning: () => undefined, progress: (event) => void progress.push(event) },
  })
  const undying = (): DeployPorts => portsOf(undefined, new AbortController().signal, { writes: 0, death: Number.POSITIVE_INFINITY })
  const stage: Stage = {
    metrics: undefined,
    records,
    cluster,
    clock,
    story,
    files,
    progress,
    namespace: 'shop',
    kube: await connect(),
    killAfterWrite: (number) => (death = number),
    killAfterNext: (writes) => (life.death = life.writes + writes),
    stopRun: () => running.abort(new Error('stopped by the test')),
    async run(inputs, user) {
      running = new AbortController()
      life = { writes: 0, death: death ?? Number.POSITIVE_INFINITY }
      death = undefined
      kept.clear()
      return deploy(requestOf(inputs), portsOf(user, running.signal, life))
    },
    second: (inputs) => deploy(requestOf(inputs), undying()),
    cleanUp: () => cleanUp(requestOf({ mode: 'apply' }), undying(), (name) => kept.get(name)),
    async close() {
      stopClock()
      await close()
      await cluster.stop()
    },
  }
  return stage
}

/** A run is a process of its own in all but its connection: a handshake for each would take longer than everything else. */
function connectionsTo(cluster: SandboxCluster, clock: VirtualClock) {
  const connections = new Map<string, Promise<KubeCluster>>()
  const connect = async (user = '', signal?: AbortSignal): Promise<KubeCluster> => {
    const known = connections.get(user) ?? connectCluster({ kubeconfig: cluster.kubeconfig({ ...(user !== '' && { user }), namespace: 'shop' }), clock, random: { next: () => 0.5 } })
    connections.set(user, known)
    return (await known).under(signal)
  }
  const close = async (): Promise<void> => {
    for (const connection of connections.values()) (await connection).close()
  }
  return { connect, close }
}

/** Fifty handshakes at a time keep the event loop quiet for longer than the clock believes: no time passes while somebody waits for an answer. */
function openQuestions(): { readonly open: () => boolean; readonly counted: <T>(asked: Promise<T>) => Promise<T> } {
  let underWay = 0
  return {
    open: () => underWay > 0,
    counted: (asked) => {
      underWay += 1
      return asked.finally(() => (underWay -= 1))
    },
  }
}

/** What every run is told of its runner. */
export const invocation: DeployPorts['invocation'] = { trigger: { event: 'push', payload: {}, sha: 'a'.repeat(40), ref: 'refs/heads/main' }, repository: 'shop/shop', workflow: 'release.yml', runId: '17', runAttempt: 1, actor: 'ada', runUrl: undefined, temporary: 'tmp' }

export function requestOf(inputs: Readonly<Record<string, string>>): DeployRequest {
  return readRequest(orchestratedDeploy, (name) => inputs[name]) as DeployRequest
}

function noMetrics(): never {
  throw new Error('The test has no metrics.')
}

/** Files that lie in a map. */
export function filesOf(files: Map<string, string>): Files {
  const encoder = new TextEncoder()
  return {
    read: async (path) => {
      const text = files.get(plain(path))
      return text === undefined ? undefined : encoder.encode(text)
    },
    list: async (path) => {
      const folder = plain(path) === '' ? '' : `${plain(path)}/`
      const inside = [...files.keys()].filter((name) => name.startsWith(folder))
      if (inside.length === 0) return undefined
      const names = [...new Set(inside.map((name) => name.slice(folder.length).split('/')[0] as string))].sort()
      return names.map((name) => {
        const text = files.get(`${folder}${name}`)
        return text === undefined ? { name, kind: 'folder' as const, size: 0 } : { name, kind: 'file' as const, size: encoder.encode(text).length }
      })
    },
    write: async (path, content) => void files.set(plain(path), typeof content === 'string' ? content : new TextDecoder().decode(content)),
  }
}

function plain(path: string): string {
  return path.replace(/^\.\/?/, '')
}

export interface Sketch {
  readonly needs?: readonly string[]
  readonly image?: string
  readonly replicas?: number
  readonly soak?: string
  readonly timeout?: string
  readonly strategy?: string
  /** Further lines of the catalog. */
  readonly catalog?: readonly string[]
  /** Further YAML documents of the manifest. */
  readonly also?: string
  readonly config?: string
}

/** Writes a catalog and a manifest for each service: a ConfigMap, a Service and a Deployment. */
export function sketch(files: Map<string, string>, services: Readonly<Record<string, Sketch>>): void {
  const lines = ['version: 1', 'services:']
  for (const [id, { needs = [], soak = '0s', timeout = '5m', strategy = 'rolling', catalog = [], ...rest }] of Object.entries(services)) {
    lines.push(`  ${id}:`, `    manifests: [k8s/${id}.yaml]`, `    dependencies: [${needs.join(', ')}]`, `    soak: ${soak}`, `    timeout: ${timeout}`, `    deployment_strategy: ${strategy}`, ...catalog.map((line) => `    ${line}`))
    files.set(`k8s/${id}.yaml`, manifestOf(id, rest))
  }
  files.set('fermata.yaml', `${lines.join('\n')}\n`)
}

export function imageFor(id: string, version: number | string): string {
  return `registry.example/${id}@sha256:${String(version).padStart(64, '0')}`
}

export function manifestOf(id: string, { image = imageFor(id, 1), replicas = 1, also = '', config = 'one' }: Sketch): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${id}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${id}}}
  template:
    metadata: {labels: {app: ${id}}}
    spec:
      containers:
        - {name: server, image: "${image}", envFrom: [{configMapRef: {name: ${id}}}]}
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
${also}`
}
