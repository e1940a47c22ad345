import { readRequest } from '@fermata/capability'
import { chaos, chaosGate, type ChaosPorts, type ChaosRequest } from '@fermata/chaos'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { connectCluster, type KubeCluster } from '@fermata/kube'
import type { Http, KubeObject } from '@fermata/ports'
import { createHttp } from '@fermata/probe'
import { type Gateway, realClock, startGateway } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { playedStages } from './played-pods.ts'

jest.setTimeout(180_000)

const clock = { ...realClock(), sleep: (milliseconds: number, signal?: AbortSignal) => wait(milliseconds, undefined, { ...(signal !== undefined && { signal }) }) }
const http: Http = createHttp()
let plane: ControlPlane
let kube: KubeCluster
let gateway: Gateway | undefined
let files = new Map<string, string>()
beforeAll(async () => {
  plane = await startControlPlane(playedStages)
  kube = await connectCluster({ kubeconfig: plane.kubeconfig(), clock, random: { next: () => 0.5 }, environment: {} })
})
afterEach(() => gateway?.close())
afterAll(async () => {
  kube.close()
  await plane.stop()
})

/** A cart in a namespace of its own, with users before it. Its pods are ready after so many milliseconds. */
async function cartIn(namespace: string, replicas: number, readyAfter: number): Promise<void> {
  const metadata = { name: 'cart', namespace }
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await kube.create({ apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: 'cart' }, ports: [{ port: 80 }] } })
  const annotations = { 'play.fermata.dev/does': 'run', 'play.fermata.dev/ready-after': `${readyAfter}ms` }
  await kube.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas, selector: { matchLabels: { app: 'cart' } }, template: { metadata: { labels: { app: 'cart' }, annotations }, spec: { containers: [{ name: 'server', image: 'registry.example/cart:1' }] } } } })
  gateway = await startGateway({ cluster: kube, namespace, connectTimeout: 30 })
  await until(async () => (await pods(namespace)).filter(isReady).length === replicas)
  await until(good)
}

const pods = async (namespace: string) => (await kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace })).items
interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[]
}
const isReady = (pod: KubeObject): boolean => pod.metadata.deletionTimestamp === undefined && ((pod['status'] as Status).conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')
const temporary = async (namespace: string) => [...(await kube.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }, { namespace })).items, ...(await kube.list({ apiVersion: 'batch/v1', kind: 'Job' }, { namespace })).items]

async function good(): Promise<boolean> {
  const answer = await http.probe({ url: `${gateway?.url}/`, headers: { host: 'cart' }, timeoutMs: 1_000 })
  return answer.kind === 'answered' && answer.status === 200
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await holds()); await wait(20)) if (Date.now() > end) throw new Error(`Not within a minute: ${String(holds)}`)
}

function experiment(fault: string, every: number): string {
  return `title: The cart bears it
target: {workload: Deployment/cart}
fault: ${fault}
steady_state: [{url: "${gateway?.url}/", headers: {host: cart}, status: 200}]
sampling: {every: ${every}ms, window: 5s}
`
}

const inputs = { mode: 'run', experiment: 'chaos.yaml', context: 'real', 'blast-radius': '100%', 'min-remaining': '0', 'max-failed-rate': '99%' }

async function run(namespace: string, fault: string, every: number): Promise<Report> {
  files = new Map([['chaos.yaml', experiment(fault, every)]])
  const request = readRequest(chaosGate, (name) => ({ ...inputs, namespace })[name as keyof typeof inputs]) as ChaosRequest
  return chaos(request, ports())
}

function ports(): ChaosPorts {
  const nothing = (): void => undefined
  return {
    clock,
    http,
    signal: new AbortController().signal,
    random: { next: Math.random },
    keep: nothing,
    files: { read: async (path) => new TextEncoder().encode(files.get(path) ?? ''), list: async () => undefined, write: async (path, content) => void files.set(path, String(content)) },
    metrics: () => Promise.reject(new Error('no metrics here')),
    cluster: async () => kube,
    log: { debug: nothing, info: nothing, warning: nothing, progress: nothing },
    invocation: { trigger: { event: 'push', payload: {}, sha: undefined, ref: undefined }, repository: undefined, workflow: undefined, runId: String(process.pid), runAttempt: 1, actor: undefined, runUrl: undefined, temporary: '/tmp' },
  }
}

interface Journal {
  readonly fermata: { readonly recovery: { readonly is: string; readonly lastBad: number; readonly firstGood: number }; readonly liftedAt: number; readonly effect: { readonly at: number } }
}
const journal = (): Journal => JSON.parse(files.get('fermata-report/chaos-journal.json') ?? '{}') as Journal

interface Look {
  readonly at: number
  readonly good: boolean
}

/** Asks every ten milliseconds, whatever became of the former requests, until it is told to end. */
function watchTruth(): { end(): Promise<readonly Look[]> } {
  const looks: Promise<Look>[] = []
  let open = true
  const look = async (): Promise<Look> => ({ at: Date.now(), good: await good() })
  const looking = (async () => {
    while (open) {
      looks.push(look())
      await wait(10)
    }
  })()
  return {
    end: async () => {
      open = false
      await looking
      return Promise.all(looks)
    },
  }
}

/** When the service was bad for the first and for the last time. */
function outageIn(looks: readonly Look[]): { readonly down: number; readonly up: number } {
  const down = looks.find(({ good: is }) => !is)?.at ?? Number.NaN
  const last = looks.findLast(({ good: is }) => !is)?.at ?? Number.NaN
  return { down, up: looks.find(({ at, good: is }) => is && at > last)?.at ?? Number.NaN }
}

describe('on the real control plane', () => {
  test.each([
    [300, 50],
    [900, 100],
    [1_700, 200],
    [2_500, 70],
  ])('a pod that is ready again after %d ms, sampled every %d ms: the recovery is within one sample of the truth', async (readyAfter, every) => {
    const namespace = `kill-${readyAfter}`
    await cartIn(namespace, 1, readyAfter)
    const truth = watchTruth()
    const report = await run(namespace, '{kind: pod-kill, grace: 0s}', every)
    const { down, up } = outageIn(await truth.end())
    const { recovery, effect } = journal().fermata
    expect([report.verdict, report.outputs['effect'], report.outputs['rollback'], recovery.is]).toEqual(['pass', 'proven', 'proven', 'recovered'])
    expect(up - down).toBeGreaterThan(readyAfter / 2)
    // What the watcher itself takes for one look is added to the interval.
    expect(Math.abs(recovery.firstGood - (up - effect.at))).toBeLessThanOrEqual(every + 40)
    expect(Math.abs(recovery.firstGood - (up - down))).toBeLessThanOrEqual(2 * every + 40)
  })

  test('a partition takes effect, is lifted, and nothing of it is left', async () => {
    await cartIn('cut', 2, 100)
    const truth = watchTruth()
    const report = await run('cut', '{kind: network-partition, duration: 2s}', 50)
    const { down, up } = outageIn(await truth.end())
    expect([report.verdict, report.outputs['effect'], report.outputs['rollback']]).toEqual(['pass', 'proven', 'proven'])
    expect(up - down).toBeGreaterThan(1_900)
    expect(Math.abs(Number(report.outputs['recovery-seconds']) * 1000 - Math.max(0, up - journal().fermata.liftedAt))).toBeLessThanOrEqual(50 + 80)
    await until(async () => (await temporary('cut')).length === 0)
  })

  test('nothing answers before, or nothing enforces: not green', async () => {
    await cartIn('never', 2, 100)
    gateway?.behave([{ failing: 1 }])
    expect(await run('never', '{kind: pod-kill}', 50)).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'FM-CHAOS-STEADY-STATE' }], outputs: { effect: 'unproven' } })
    gateway?.behave([])
    files.clear()
    const port = gateway?.url
    await gateway?.close()
    const plain = await import('node:http')
    const server = plain.createServer((_, response) => void response.end()).listen(Number(new URL(port ?? '').port), '127.0.0.1')
    await once(server, 'listening')
    expect(await run('never', '{kind: network-partition, duration: 2s}', 50)).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'FM-CHAOS-NO-EFFECT' }], outputs: { effect: 'unproven', rollback: 'proven' } })
    await new Promise((settle) => server.close(settle))
  })

  test('SIGKILL in the middle of a partition leaves nothing after the time of the fuse', async () => {
    await cartIn('killed', 2, 100)
    const child = fork(join(import.meta.dirname, 'chaos-child.ts'), { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: 'inherit' })
    child.send({ kubeconfig: plane.kubeconfig(), namespace: 'killed', experiment: experiment('{kind: network-partition, duration: 3s}', 50), inputs })
    await until(async () => !(await good()))
    child.kill('SIGKILL')
    await once(child, 'exit')
    const left = await temporary('killed')
    expect(left.map(({ kind }) => kind).toSorted()).toEqual(['Job', 'NetworkPolicy'])
    const seconds = Number(/"activeDeadlineSeconds":(\d+)/.exec(JSON.stringify(left))?.[1])
    const killed = Date.now()
    await until(async () => (await temporary('killed')).length === 0)
    expect((Date.now() - killed) / 1000).toBeLessThan(seconds + 10)
    await until(good)
    const request = readRequest(chaosGate, (name) => ({ ...inputs, mode: 'sweep', namespace: 'killed' })[name as keyof typeof inputs]) as ChaosRequest
    expect(await chaos(request, ports())).toMatchObject({ verdict: 'pass', outputs: { rollback: 'expired' } })
  })
})
