import { readRequest } from '@fermata/capability'
import { chaos, chaosGate, type ChaosPorts, type ChaosRequest } from '@fermata/chaos'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { connectCluster, type KubeCluster } from '@fermata/kube'
import type { Http, KubeObject } from '@fermata/ports'
import { createHttp } from '@fermata/probe'
import { type Gateway, realClock, startGateway } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import fc from 'fast-check'
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
const open: Gateway[] = []
beforeAll(async () => {
  plane = await startControlPlane(playedStages)
  kube = await connectCluster({ kubeconfig: plane.kubeconfig(), clock, random: { next: () => 0.5 }, environment: {} })
})
afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.close()
})
afterAll(async () => {
  kube.close()
  await plane.stop()
})

interface Scene {
  readonly namespace: string
  readonly gateway: Gateway
  readonly files: Map<string, string>
}

/** A cart in a namespace of its own, with users before it. Its pods are ready after so many milliseconds. */
async function cartIn(namespace: string, replicas: number, readyAfter: number): Promise<Scene> {
  const metadata = { name: 'cart', namespace }
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await kube.create({ apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: 'cart' }, ports: [{ port: 80 }] } })
  const annotations = { 'play.fermata.dev/does': 'run', 'play.fermata.dev/ready-after': `${readyAfter}ms` }
  await kube.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas, selector: { matchLabels: { app: 'cart' } }, template: { metadata: { labels: { app: 'cart' }, annotations }, spec: { containers: [{ name: 'server', image: 'registry.example/cart:1' }] } } } })
  const gateway = await startGateway({ cluster: kube, namespace, connectTimeout: 30 })
  open.push(gateway)
  await until(async () => (await pods(namespace)).filter(isReady).length === replicas)
  await until(() => good(gateway))
  return { namespace, gateway, files: new Map() }
}

const pods = async (namespace: string) => (await kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace })).items
interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[]
}
const isReady = (pod: KubeObject): boolean => pod.metadata.deletionTimestamp === undefined && ((pod['status'] as Status).conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')
const temporary = async (namespace: string) => [...(await kube.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }, { namespace })).items, ...(await kube.list({ apiVersion: 'batch/v1', kind: 'Job' }, { namespace })).items]

async function good({ url }: Gateway): Promise<boolean> {
  const answer = await http.probe({ url: `${url}/`, headers: { host: 'cart' }, timeoutMs: 1_000 })
  return answer.kind === 'answered' && answer.status === 200
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await holds()); await wait(20)) if (Date.now() > end) throw new Error(`Not within a minute: ${String(holds)}`)
}

function experiment(url: string, fault: string, every: number): string {
  return `title: The cart bears it
target: {workload: Deployment/cart}
fault: ${fault}
steady_state: [{url: "${url}/", headers: {host: cart}, status: 200}]
sampling: {every: ${every}ms, window: 4s}
`
}

const inputs = { mode: 'run', experiment: 'chaos.yaml', context: 'real', 'blast-radius': '100%', 'min-remaining': '0', 'max-failed-rate': '99%' }

async function run({ namespace, gateway, files }: Scene, fault: string, every: number): Promise<Report> {
  files.clear()
  files.set('chaos.yaml', experiment(gateway.url, fault, every))
  const request = readRequest(chaosGate, (name) => ({ ...inputs, namespace })[name as keyof typeof inputs]) as ChaosRequest
  return chaos(request, ports(files))
}

function ports(files: Map<string, string>): ChaosPorts {
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
const journal = ({ files }: Scene): Journal => JSON.parse(files.get('fermata-report/chaos-journal.json') ?? '{}') as Journal

interface Look {
  readonly from: number
  readonly to: number
  readonly good: boolean
}

/** Asks every ten milliseconds, whatever became of the former requests, until it is told to end. */
function watchTruth(gateway: Gateway): { end(): Promise<readonly Look[]> } {
  const looks: Promise<Look>[] = []
  let asking = true
  const look = async (): Promise<Look> => {
    const from = Date.now()
    const is = await good(gateway)
    return { from, to: Date.now(), good: is }
  }
  const looking = (async () => {
    while (asking) {
      looks.push(look())
      await wait(10)
    }
  })()
  return {
    end: async () => {
      asking = false
      await looking
      return Promise.all(looks)
    },
  }
}

/** When the service was good again: after its last bad answer was asked for, before the next good one had come. How narrow that is depends on the machine. */
function goodAgain(looks: readonly Look[]): { readonly after: number; readonly before: number } {
  const after = looks.findLast(({ good: is }) => !is)?.from ?? Number.NaN
  return { after, before: looks.find(({ from, good: is }) => is && from >= after)?.to ?? Number.NaN }
}

function downFrom(looks: readonly Look[]): number {
  return looks.find(({ good: is }) => !is)?.from ?? Number.NaN
}

interface Drawn {
  readonly every: number
  readonly readyAfter: number
  readonly seconds: number
  readonly cut: boolean
}

/** One run beside its truth. Undefined when they agree, otherwise what there is to see. */
async function missOf(namespace: string, { every, readyAfter, seconds, cut }: Drawn): Promise<unknown> {
  const scene = await cartIn(namespace, cut ? 2 : 1, cut ? 100 : readyAfter)
  const watching = watchTruth(scene.gateway)
  const report = await run(scene, cut ? `{kind: network-partition, duration: ${seconds}s}` : '{kind: pod-kill, grace: 0s}', every)
  const looks = await watching.end()
  const { recovery, effect, liftedAt } = journal(scene).fermata
  const truth = goodAgain(looks)
  const since = cut ? liftedAt : effect.at
  const seen = recovery.is === 'recovered' ? recovery : { lastBad: 0, firstGood: 0 }
  const near = seen.lastBad - every <= Math.max(0, truth.before - since) && truth.after - since <= seen.firstGood + every
  const long = truth.before - downFrom(looks) > (cut ? seconds * 1_000 - every : readyAfter / 2)
  const proven = report.verdict === 'pass' && report.outputs['effect'] === 'proven' && report.outputs['rollback'] === 'proven'
  await until(async () => (await temporary(namespace)).length === 0)
  return near && long && proven ? undefined : { cut, every, readyAfter, seconds, truth: [truth.after - since, truth.before - since], recovery, verdict: report.verdict, outputs: report.outputs }
}

describe('on the real control plane', () => {
  test('in 100 random runs, eight at a time, the recovery is within one sampling interval of the truth', async () => {
    const drawn = fc.sample(fc.record({ every: fc.integer({ min: 50, max: 400 }), readyAfter: fc.integer({ min: 200, max: 2_500 }), seconds: fc.integer({ min: 1, max: 2 }), cut: fc.boolean() }), { numRuns: 100, seed: 20_260 })
    const left = [...drawn.entries()]
    const misses: unknown[] = []
    const lane = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const miss = await missOf(`run-${next[0]}`, next[1])
        if (miss !== undefined) misses.push(miss)
      }
    }
    await Promise.all(Array.from({ length: 8 }, lane))
    expect(misses).toEqual([])
  }, 600_000)

  test('nothing answers before, or nothing enforces: not green', async () => {
    const scene = await cartIn('never', 2, 100)
    const { gateway } = scene
    gateway.behave([{ failing: 1 }])
    expect(await run(scene, '{kind: pod-kill}', 50)).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'FM-CHAOS-STEADY-STATE' }], outputs: { effect: 'unproven' } })
    gateway.behave([])
    await gateway.close()
    const plain = await import('node:http')
    const server = plain.createServer((_, response) => void response.end()).listen(Number(new URL(gateway.url).port), '127.0.0.1')
    await once(server, 'listening')
    expect(await run(scene, '{kind: network-partition, duration: 2s}', 50)).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'FM-CHAOS-NO-EFFECT' }], outputs: { effect: 'unproven', rollback: 'proven' } })
    await new Promise((settle) => server.close(settle))
  })

  test('SIGKILL in the middle of a partition leaves nothing after the time of the fuse', async () => {
    const { gateway, files } = await cartIn('killed', 2, 100)
    const child = fork(join(import.meta.dirname, 'chaos-child.ts'), { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: 'inherit' })
    child.send({ kubeconfig: plane.kubeconfig(), namespace: 'killed', experiment: experiment(gateway.url, '{kind: network-partition, duration: 3s}', 50), inputs })
    await until(async () => !(await good(gateway)))
    child.kill('SIGKILL')
    await once(child, 'exit')
    const left = await temporary('killed')
    expect(left.map(({ kind }) => kind).toSorted()).toEqual(['Job', 'NetworkPolicy'])
    const seconds = Number(/"activeDeadlineSeconds":(\d+)/.exec(JSON.stringify(left))?.[1])
    const killed = Date.now()
    await until(async () => (await temporary('killed')).length === 0)
    expect((Date.now() - killed) / 1000).toBeLessThan(seconds + 10)
    await until(() => good(gateway))
    const request = readRequest(chaosGate, (name) => ({ ...inputs, mode: 'sweep', namespace: 'killed' })[name as keyof typeof inputs]) as ChaosRequest
    expect(await chaos(request, ports(files))).toMatchObject({ verdict: 'pass', outputs: { rollback: 'expired' } })
  })
})
