import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { bin, type Company, freePorts, isBuilt, openCompany, type Program } from './company.ts'

export const controlPlanePrograms = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const

/** A real Kubernetes control plane with played nodes: what a user's cluster is, but for the containers. */
export interface ControlPlane {
  readonly company: Company
  readonly url: string
  readonly token: string
  /** The body of an answer, as the administrator gets it. */
  read(path: string): Promise<string>
  kubeconfig(wish?: { readonly namespace?: string; readonly token?: string }): string
  /** Kills a program and starts it again, as it was, after so many milliseconds. Resolves when the API server answers again. */
  interrupt(program: (typeof controlPlanePrograms)[number], milliseconds: number): Promise<void>
  /** Makes the server forget all versions but the current one, as it does by itself every few minutes: what began before is answered 410 from then on. */
  forget(): Promise<void>
  stop(): Promise<void>
}

export function controlPlaneIsBuilt(): boolean {
  return isBuilt(...controlPlanePrograms)
}

export interface ControlPlaneWish {
  /** How many are played. With none there is no kwok: whoever opens it brings nodes of their own. */
  readonly nodes?: number
  /** Port of 127.0.0.1 where somebody plays the kubelets of all nodes. */
  readonly kubelet?: number
  /** Writes down who asked what, in the file `audit.log` of the company's folder. */
  readonly audit?: boolean
}

/** Every request once, when it is answered, without bodies. */
const auditPolicy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived', 'ResponseStarted', 'Panic'], rules: [{ level: 'Metadata' }] }

/**
 * Starts etcd, API server, controller manager, scheduler and kwok on free ports of 127.0.0.1.
 * @param stages files of kwok stages: how pods and nodes behave
 * @throws when it is not ready within 60 seconds, with the end of the log of whoever is late
 */
export async function startControlPlane(stages: readonly string[], { nodes = 3, kubelet, audit = false }: ControlPlaneWish = {}): Promise<ControlPlane> {
  const company = openCompany()
  const [client = 0, peer = 0, api = 0, manager = 0, scheduler = 0, kwok = 0] = await freePorts(6)
  const token = randomBytes(16).toString('hex')
  const url = `https://127.0.0.1:${api}`
  const at = (name: string) => join(company.folder, name)
  const programs = describe({ at, client, peer, api, manager, scheduler, kwok, stages, kubelet, audit })
  if (audit) writeFileSync(at('audit.json'), JSON.stringify(auditPolicy))
  writeFileSync(at('tokens.csv'), `${token},admin,admin,"system:masters"\nnobody,nobody,nobody,"visitors"\n`)
  writeFileSync(at('service-account.key'), generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey)
  const answers = () => until('kube-apiserver', company, async () => (await get(`${url}/readyz`, token)).body === 'ok')
  const comesBack = async (name: keyof typeof programs) => {
    await company.start(programs[name])
    await answers()
    // A kubelet tries again until its word is taken. kwok gives up a step whose write was answered with an error or cut off
    // (`shouldRetry` in its source), and its pod then stays for ever as it is. When it begins anew, it goes on with every pod.
    if (name === 'kwok' || nodes === 0) return
    await company.kill('kwok')
    // Otherwise it would wait until those that it held have run out: to them it is somebody else now.
    await expect(200, 'DELETE', `${url}/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases`, token)
    await company.start(programs.kwok)
  }
  const kubeconfig: ControlPlane['kubeconfig'] = ({ namespace = 'default', token: other = token } = {}) => kubeconfigText(url, readFileSync(at('certs/apiserver.crt'), 'base64'), other, namespace)
  try {
    await company.start(programs.etcd)
    await company.start(programs['kube-apiserver'])
    await answers()
    writeFileSync(at('kubeconfig'), kubeconfig(), { mode: 0o600 })
    for (const name of ['kube-controller-manager', 'kube-scheduler', ...(nodes > 0 ? (['kwok'] as const) : [])] as const) await company.start(programs[name])
    for (let index = 1; index <= nodes; index++) await expect(201, 'POST', `${url}/api/v1/nodes`, token, node(`node-${index}`))
    await until('kwok', company, async () => readyNodes(JSON.parse((await get(`${url}/api/v1/nodes`, token)).body)) === nodes)
    await until('kube-controller-manager', company, async () => (await get(`${url}/api/v1/namespaces/default/serviceaccounts/default`, token)).status === 200)
  } catch (error) {
    await company.close()
    throw error
  }
  return {
    company,
    url,
    token,
    read: async (path) => (await get(`${url}${path}`, token)).body,
    kubeconfig,
    interrupt: async (name, milliseconds) => {
      await company.kill(name)
      await wait(milliseconds)
      await comesBack(name)
    },
    forget: async () => {
      await compact(`http://127.0.0.1:${client}`)
      // What the server itself remembers of the past goes with its process.
      await company.kill('kube-apiserver')
      await comesBack('kube-apiserver')
    },
    stop: () => company.close(),
  }
}

/** Over the JSON gateway of etcd; its numbers are strings. */
async function compact(etcd: string): Promise<void> {
  const post = (path: string, body: object) => fetch(`${etcd}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) })
  const { header } = (await (await post('range', { key: Buffer.from('/').toString('base64') })).json()) as { readonly header: { readonly revision: string } }
  const { status } = await post('compaction', { revision: header.revision, physical: true })
  if (status !== 200) throw new Error(`etcd did not compact revision ${header.revision}: HTTP ${status}`)
}

interface Layout {
  readonly at: (name: string) => string
  readonly client: number
  readonly peer: number
  readonly api: number
  readonly manager: number
  readonly scheduler: number
  readonly kwok: number
  readonly stages: readonly string[]
  readonly kubelet: number | undefined
  readonly audit: boolean
}

function describe({ at, client, peer, api, manager, scheduler, kwok, stages, kubelet, audit }: Layout): Readonly<Record<(typeof controlPlanePrograms)[number], Program>> {
  const etcd = `http://127.0.0.1:${client}`
  const program = (name: string, args: readonly string[]): Program => ({ name, file: join(bin, name), args, keep: true })
  return {
    // Nobody needs this data after a power cut.
    etcd: program('etcd', [`--data-dir=${at('etcd')}`, `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`, `--listen-peer-urls=http://127.0.0.1:${peer}`, '--unsafe-no-fsync', '--log-level=warn']),
    'kube-apiserver': program('kube-apiserver', [
      `--etcd-servers=${etcd}`, `--secure-port=${api}`, '--bind-address=127.0.0.1', `--cert-dir=${at('certs')}`, `--token-auth-file=${at('tokens.csv')}`, '--authorization-mode=RBAC', '--service-cluster-ip-range=10.96.0.0/16',
      `--service-account-key-file=${at('service-account.key')}`, `--service-account-signing-key-file=${at('service-account.key')}`, '--service-account-issuer=https://kubernetes.default.svc',
      '--kubelet-preferred-address-types=InternalIP', ...(audit ? [`--audit-policy-file=${at('audit.json')}`, `--audit-log-path=${at('audit.log')}`] : []),
    ]),
    'kube-controller-manager': program('kube-controller-manager', [`--kubeconfig=${at('kubeconfig')}`, `--service-account-private-key-file=${at('service-account.key')}`, '--leader-elect=false', '--bind-address=127.0.0.1', `--secure-port=${manager}`, `--cert-dir=${at('certs-manager')}`]),
    'kube-scheduler': program('kube-scheduler', [`--kubeconfig=${at('kubeconfig')}`, '--leader-elect=false', '--bind-address=127.0.0.1', `--secure-port=${scheduler}`, `--cert-dir=${at('certs-scheduler')}`]),
    kwok: program('kwok', [`--kubeconfig=${at('kubeconfig')}`, '--manage-all-nodes=true', '--node-lease-duration-seconds=40', `--server-address=127.0.0.1:${kwok}`, ...(kubelet === undefined ? [] : ['--node-ip=127.0.0.1', `--node-port=${kubelet}`]), ...stages.map((stage) => `--config=${stage}`)]),
  }
}

function node(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', type: 'kwok' }, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
    status: { capacity: { cpu: '32', memory: '256Gi', pods: '250' }, allocatable: { cpu: '32', memory: '256Gi', pods: '250' } },
  }
}

function readyNodes(list: { readonly items: readonly { readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } }[] }): number {
  return list.items.filter(({ status }) => status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')).length
}

async function until(program: string, company: Company, holds: () => Promise<boolean>): Promise<void> {
  const begin = performance.now()
  for (;;) {
    if (await holds().catch(() => false)) return
    if (performance.now() - begin > 60_000) throw new Error(`${program} is not ready after 60 s. The end of its log:\n${company.log(program)}`)
    await wait(50)
  }
}

/** The server signs its own certificate here; what is asked is only whether it has come up. */
function get(url: string, token: string): Promise<{ readonly status: number; readonly body: string }> {
  return ask('GET', url, token)
}

async function expect(status: number, method: string, url: string, token: string, body?: object): Promise<void> {
  const answer = await ask(method, url, token, body && JSON.stringify(body))
  if (answer.status !== status) throw new Error(`${method} ${url}: ${answer.status} ${answer.body}`)
}

function ask(method: string, url: string, token: string, body?: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, rejectUnauthorized: false, timeout: 5_000, headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) } }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

function kubeconfigText(server: string, ca: string, token: string, namespace: string): string {
  return `${JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'real', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'user', namespace } }],
    'current-context': 'real',
  })}\n`
}
