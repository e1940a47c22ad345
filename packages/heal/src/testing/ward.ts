import { readRequest } from '@fermata/capability'
import { connectCluster, type KubeCluster } from '@fermata/kube'
import { type Alert, type Alerts, type Cluster, type Files, type Forge, type KubeObject, type Metrics, MonitoringError } from '@fermata/ports'
import { createStory, type SandboxCluster, startCluster, type Story, type User, virtualClock, type VirtualClock } from '@fermata/sandbox'
import { EnvironmentError, type Report } from '@fermata/verdict'
import { heal } from '../heal.ts'
import type { HealPorts } from '../heal-ports.ts'
import { selfHeal, type HealRequest } from '../request.ts'
import { cleanUp } from '../sweep.ts'

/** A cluster on virtual time, an Alertmanager and an issue tracker in memory, and the use case between them. */
export interface Ward {
  readonly cluster: SandboxCluster
  readonly clock: VirtualClock
  readonly story: Story
  readonly files: Map<string, string>
  readonly kube: KubeCluster
  readonly issues: { number: number; title: string; body: string; open: boolean; comments: string[] }[]
  /** A Prometheus to be asked; without one nobody answers for it. */
  metrics: Metrics | undefined
  /** What Alertmanager tells, worked out each time it is asked. */
  firing: () => Promise<readonly Partial<Alert>[]>
  /** Who may not write issues. */
  mute: boolean
  /** The post step of a run that has kept this. */
  post(inputs: Readonly<Record<string, string>>, kept: ReadonlyMap<string, string>): Promise<Report>
  /** What the last run has kept for its post step. */
  readonly kept: Map<string, string>
  run(inputs?: Readonly<Record<string, string>>, as?: RunAs): Promise<Report>
  /** Lets the controllers work. */
  settle(milliseconds: number): Promise<void>
  deployment(name: string): Promise<KubeObject>
  close(): Promise<void>
}

interface RunAs {
  readonly user?: string
  readonly payload?: unknown
  readonly signal?: AbortSignal
  readonly killed?: AbortSignal
  readonly runId?: string
}

export const alertOf = (labels: Readonly<Record<string, string>>, startsAt: number, state: Alert['state'] = 'active'): Alert => ({
  labels, annotations: {}, startsAt, endsAt: startsAt + 86_400_000, updatedAt: startsAt, fingerprint: Buffer.from(JSON.stringify(labels)).toString('hex'), generatorUrl: undefined, state, silencedBy: [], inhibitedBy: [], mutedBy: [], receivers: ['fermata'],
})

/** What the payload template of `fermata heal receiver` makes. */
export const dispatchOf = (...alerts: readonly { readonly labels: Readonly<Record<string, unknown>>; readonly status?: string; readonly startsAt?: string }[]): unknown => ({
  action: 'alert-triggered',
  client_payload: { schema: 'alertmanager/v4', status: 'firing', alerts: alerts.map((one) => ({ status: 'firing', annotations: {}, ...one })) },
})

/** A Prometheus that answers one kind of question. */
export function answering(query: Metrics['query']): Metrics {
  const refuse = () => Promise.reject(new MonitoringError('unreachable', 'This Prometheus answers queries of one instant only.'))
  return { identity: { url: 'http://prometheus.example' }, query, queryRange: refuse, series: refuse, labelValues: refuse, server: refuse }
}

export async function openWard(wish: { readonly users?: readonly User[] } = {}): Promise<Ward> {
  const clock = virtualClock()
  const story = createStory()
  const cluster = await startCluster({ clock, story, namespaces: ['shop'], ...(wish.users !== undefined && { users: wish.users }) })
  let underWay = 0
  const counted = <T>(asked: Promise<T>): Promise<T> => {
    underWay += 1
    return asked.finally(() => (underWay -= 1))
  }
  const stopClock = clock.autoAdvance({ busy: () => cluster.busy() || underWay > 0 })
  const connections = new Map<string | undefined, Promise<KubeCluster>>()
  const connect = (user?: string): Promise<KubeCluster> => {
    const known = connections.get(user) ?? connectCluster({ kubeconfig: cluster.kubeconfig({ ...(user !== undefined && { user }), namespace: 'shop' }), clock, random: { next: () => 0.5 }, signal: undefined })
    connections.set(user, known)
    return known
  }
  const files = new Map<string, string>()
  const portsOf = portsFor(() => ward, connect, counted)
  const ward: Ward = {
    cluster,
    clock,
    story,
    files,
    kube: await connect(),
    issues: [],
    metrics: undefined,
    firing: async () => [],
    mute: false,
    kept: new Map(),
    async run(inputs = {}, as = {}) {
      ward.kept.clear()
      return heal(requestOf(inputs), await portsOf(as))
    },
    async post(inputs, kept) {
      return cleanUp(requestOf(inputs), await portsOf({}), (name) => kept.get(name))
    },
    settle: (milliseconds) => clock.sleep(milliseconds),
    async deployment(name) {
      const found = await counted(ward.kube.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name }))
      if (found === undefined) throw new Error(`There is no Deployment ${name}.`)
      return found
    },
    async close() {
      stopClock()
      for (const connection of await Promise.all(connections.values())) connection.close()
      await cluster.stop()
    },
  }
  return ward
}

function requestOf(inputs: Readonly<Record<string, string>>): HealRequest {
  return readRequest(selfHeal, (name) => ({ 'alertmanager-url': 'http://alerts.example', ...inputs })[name]) as HealRequest
}

type Counted = <T>(asked: Promise<T>) => Promise<T>

/** Each run has ports and a name of its own. */
function portsFor(of: () => Ward, connect: (user?: string) => Promise<KubeCluster>, counted: Counted): (as: RunAs) => Promise<HealPorts> {
  let runs = 0
  return async ({ user, payload, signal = new AbortController().signal, killed, runId }) => {
    const ward = of()
    const connection = await connect(user)
    const mark = (runs += 1)
    return {
      clock: ward.clock,
      signal,
      random: { next: () => mark / 1_000 },
      files: filesOf(ward.files),
      log: silent,
      keep: (name, value) => void ward.kept.set(name, value),
      cluster: async () => counting(connection, counted, killed),
      alerts: async () => alertsOf(ward, counted),
      metrics: () => (ward.metrics === undefined ? Promise.reject(new MonitoringError('unreachable', 'No Prometheus in this ward.')) : Promise.resolve(ward.metrics)),
      forge: forgeOf(ward),
      invocation: invocationOf(payload, runId ?? String(mark)),
    }
  }
}

const silent: HealPorts['log'] = { debug: () => undefined, info: () => undefined, warning: () => undefined, progress: () => undefined }

function invocationOf(payload: unknown, runId: string): HealPorts['invocation'] {
  return { trigger: { event: 'repository_dispatch', payload, sha: undefined, ref: undefined }, repository: 'acme/shop', workflow: 'heal.yml', runId, runAttempt: 1, actor: 'ada', runUrl: 'https://github.example/runs/1', temporary: 'tmp' }
}

function alertsOf(ward: Ward, counted: Counted): Alerts {
  return {
    identity: { url: 'http://alerts.example' },
    async alerts({ matchers = [] } = {}) {
      const all = (await counted(ward.firing())) as readonly Alert[]
      return all.filter(({ labels }) => matchers.every(({ name, value }) => (labels[name] ?? '') === value))
    },
    silences: async () => [],
    silence: async () => 'none',
    expire: async () => false,
    status: async () => ({ version: '0.34.2', cluster: 'disabled', startedAt: 0 }),
  }
}

function forgeOf(ward: Ward): Forge {
  const refuse = async (): Promise<never> => {
    throw new EnvironmentError({ code: 'FM-FORGE-NO-TOKEN', severity: 'inconclusive', message: 'There is no token.' })
  }
  async function* none(): AsyncGenerator<never> {}
  const issue = (number: number) => ward.issues.find((one) => one.number === number) ?? { comments: [] as string[], open: false }
  const listened = async <T>(work: () => T): Promise<T> => (ward.mute ? refuse() : work())
  return {
    defaultBranch: refuse, compare: refuse, pullRequest: refuse, pullRequestFiles: refuse, successfulRuns: none, successfulDeployments: none, releases: none,
    createDeployment: refuse, setDeploymentState: refuse, dispatch: refuse, content: refuse,
    async *openIssues() {
      if (ward.mute) await refuse()
      yield* ward.issues.filter(({ open }) => open)
    },
    createIssue: ({ title, body }) => listened(() => ward.issues.push({ number: ward.issues.length + 1, title, body, open: true, comments: [] })),
    comment: (number, body) => listened(() => void issue(number).comments.push(body)),
    closeIssue: (number) => listened(() => void (issue(number).open = false)),
  }
}

/** @param killed from then on nothing is asked, and nothing is ever answered: what a run sees of its own SIGKILL */
function counting(cluster: Cluster, counted: Counted, killed: AbortSignal | undefined): Cluster {
  const methods = ['version', 'knows', 'get', 'list', 'follow', 'create', 'replace', 'apply', 'patch', 'delete', 'evict', 'logs', 'may'] as const
  const wrapped = Object.fromEntries(methods.map((name) => [name, (...args: readonly unknown[]) => killed?.aborted === true ? new Promise<never>(() => {}) : counted((cluster[name] as (...given: readonly unknown[]) => Promise<unknown>).call(cluster, ...args))]))
  return { ...cluster, ...wrapped, under: (signal: AbortSignal | undefined) => counting(cluster.under(signal), counted, killed) } as Cluster
}

function filesOf(files: ReadonlyMap<string, string>): Files {
  const encoder = new TextEncoder()
  return {
    read: async (path) => {
      const text = files.get(path.replace(/^\.\//, ''))
      return text === undefined ? undefined : encoder.encode(text)
    },
    list: async (path) => {
      const folder = path.replace(/^\.?\/?/, '')
      const inside = [...files.keys()].filter((name) => name.startsWith(folder === '' ? '' : `${folder}/`)).map((name) => name.slice(folder === '' ? 0 : folder.length + 1))
      if (inside.length === 0) return undefined
      return [...new Set(inside.map((name) => name.split('/')[0] ?? ''))].toSorted().map((name) => ({ name, kind: inside.includes(name) ? ('file' as const) : ('folder' as const), size: 1 }))
    },
    write: async () => undefined,
  }
}

/** One service of the shop, with its manifest; `also` are further documents. */
export function keep(files: Map<string, string>, id: string, image: string, { replicas = 2, also = '', annotations = '{}' } = {}): string {
  const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${id}, namespace: shop, annotations: ${annotations}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${id}}}
  template:
    metadata: {labels: {app: ${id}}}
    spec: {containers: [{name: server, image: "${image}"}]}
${also}`
  files.set(`k8s/${id}.yaml`, text)
  const known = [...files.keys()].filter((name) => name.startsWith('k8s/')).map((name) => name.slice(4, -5))
  files.set('fermata.yaml', `version: 1\nservices:\n${known.map((one) => `  ${one}: {manifests: [k8s/${one}.yaml]}`).join('\n')}\n`)
  return text
}

/** Puts a Deployment into the cluster as its manifest says. */
export async function install(ward: Ward, id: string, image: string, replicas = 2, metadata: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await ward.kube.apply({
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: id, namespace: 'shop', ...metadata },
    spec: { replicas, selector: { matchLabels: { app: id } }, template: { metadata: { labels: { app: id } }, spec: { containers: [{ name: 'server', image }] } } },
  }, { fieldManager: 'test', force: true })
}
