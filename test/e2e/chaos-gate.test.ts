import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { connectCluster, type KubeCluster } from '@fermata/kube'
import { type Gateway, realClock, startGateway } from '@fermata/sandbox'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectHandedOver } from './support/refusal.ts'
import { fermata, reasonsOf, runAction, startAction } from './support/steps.ts'
import { removeFolders, repositoryWith, type Workspace } from './support/workspace.ts'
import { type Here, startWorld, type World } from './support/world.ts'

jest.setTimeout(120_000)

const namespaces = ['plan', 'kill', 'cut', 'toolkit', 'stopped', 'alone'] as const

interface Side {
  readonly world: World
  readonly kube: KubeCluster
}

async function sideOf(speed: number, names: readonly string[]): Promise<Side> {
  const world = await startWorld({ speed, namespaces: names })
  world.story.image(/./, { does: 'run', readyAfter: 0.3 })
  return { world, kube: await connectCluster({ kubeconfig: world.cluster.kubeconfig({ namespace: names[0] as string }), clock: realClock(), random: { next: () => 0.5 }, environment: {} }) }
}

async function leave({ world, kube }: Side): Promise<void> {
  expect(world.cluster.unknown).toBe(0)
  kube.close()
  await world.close()
}

let usual: Side
let gateway: Gateway | undefined
beforeAll(async () => {
  usual = await sideOf(1, namespaces)
})
afterEach(() => gateway?.close())
afterAll(async () => {
  await leave(usual)
  removeFolders()
})

interface Scene {
  readonly workspace: Workspace
  readonly here: Here
  readonly inputs: Readonly<Record<string, string>>
}

/** A cart of some pods, and users that reach it from outside. */
async function cartIn(namespace: (typeof namespaces)[number] | 'killed', replicas: number, fault: string, { world, kube } = usual): Promise<Scene> {
  const metadata = { name: 'cart', namespace }
  await kube.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas, selector: { matchLabels: { app: 'cart' } }, template: { metadata: { labels: { app: 'cart' } }, spec: { containers: [{ name: 'server', image: 'registry.example/cart:1' }] } } } })
  await kube.create({ apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: 'cart' }, ports: [{ port: 80 }] } })
  gateway = await startGateway({ cluster: kube, namespace, connectTimeout: 50 })
  const workspace = repositoryWith({ 'chaos.yaml': experiment(gateway.url, fault) })
  const here = world.open(workspace, namespace)
  await here.until(() => here.objects('Pod').filter((pod) => JSON.stringify(pod['status']).includes('"type":"Ready","status":"True"')).length === replicas)
  await until(async () => (await fetch(`${gateway?.url}/`, { headers: { host: 'cart' } })).status !== 0)
  here.forget()
  return { workspace, here, inputs: { experiment: 'chaos.yaml', context: 'sandbox', namespace, kubeconfig: here.kubeconfig, 'max-failed-rate': '20%', 'recovery-sla': '3s' } }
}

function experiment(url: string, fault: string): string {
  return `title: The cart bears it
target: {workload: Deployment/cart}
fault: ${fault}
steady_state: [{url: "${url}/", headers: {host: cart}, status: 200}]
sampling: {every: 25ms, window: 1s}
`
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((settle) => setTimeout(settle, 20))
}

const all = { 'blast-radius': '100%', 'min-remaining': '0' }
const policies = async (namespace: string, { kube } = usual) => (await kube.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }, { namespace })).items
const fuses = async (namespace: string, { kube } = usual) => (await kube.list({ apiVersion: 'batch/v1', kind: 'Job' }, { namespace })).items
const phaseOf = ({ here }: Scene): string => here.objects('ConfigMap').flatMap((map) => Object.entries((map['data'] as Readonly<Record<string, string>> | undefined) ?? {})).filter(([key]) => key === 'journal.json').map(([, text]) => (JSON.parse(text) as { readonly phase: string }).phase).join()

const postSummary = ({ workspace }: Scene): string => (JSON.parse(readFileSync(join(workspace.path, 'fermata-report/post/report.json'), 'utf8')) as { readonly summary: string }).summary

test('a plan names what would be touched and writes nothing', async () => {
  const { workspace, here, inputs } = await cartIn('plan', 3, '{kind: pod-kill}')
  const plan = await runAction('chaos-gate', workspace, { inputs })
  expectHandedOver(plan, workspace)
  expect([plan.code, here.writes(), plan.outputs['summary']]).toEqual([0, [], 'pod-kill would hit 1 of 3 pods of Deployment/cart in plan; nothing was touched.'])
  const typed = await fermata(['chaos', 'plan', '--experiment', 'chaos.yaml', '--kubeconfig', here.kubeconfig, '--namespace', 'plan', '--output', 'json'], workspace)
  expect([typed.code, JSON.parse(typed.stdout)]).toMatchObject([1, { reasons: [{ code: 'FM-CHAOS-CONTEXT' }] }])
})

test('a pod is killed, others answer, and the gate passes; when it was the only one, it does not', async () => {
  const { workspace, inputs } = await cartIn('kill', 2, '{kind: pod-kill, grace: 0s}')
  const run = await runAction('chaos-gate', workspace, { inputs: { ...inputs, mode: 'run' } })
  expectHandedOver(run, workspace)
  expect([run.code, run.outputs['verdict'], run.outputs['effect'], run.outputs['rollback']]).toEqual([0, 'pass', 'proven', 'proven'])
  expect(JSON.parse(readFileSync(join(workspace.path, run.outputs['journal'] as string), 'utf8'))).toMatchObject({ status: 'completed', run: [{ status: 'succeeded' }] })
})

test('the only pod is killed: the outage is measured, and the gate fails', async () => {
  const { workspace, here } = await cartIn('alone', 1, '{kind: pod-kill, grace: 0s}')
  const typed = await fermata(['chaos', 'run', '--experiment', 'chaos.yaml', '--kubeconfig', here.kubeconfig, '--context', 'sandbox', '--namespace', 'alone', '--blast-radius', '100%', '--min-remaining', '0', '--max-failed-rate', '1%', '--recovery-sla', '3s', '--output', 'json'], workspace)
  const report = JSON.parse(typed.stdout) as { readonly verdict: string; readonly outputs: Readonly<Record<string, string>>; readonly reasons: readonly { readonly code: string }[] }
  expect([typed.code, report.verdict, report.reasons.map(({ code }) => code)]).toEqual([1, 'fail', ['FM-CHAOS-FAILED-RATE']])
  expect(Number(report.outputs['recovery-seconds'])).toBeGreaterThan(0.25)
})

test('pods are cut off for as long as was asked, and nothing is left', async () => {
  const { workspace, inputs } = await cartIn('cut', 2, '{kind: network-partition, duration: 1s}')
  const run = await runAction('chaos-gate', workspace, { inputs: { ...inputs, ...all, mode: 'run' } })
  expect([run.code, run.outputs['verdict'], run.outputs['effect'], run.outputs['rollback'], run.outputs['failed-rate']]).toEqual([0, 'pass', 'proven', 'proven', '0'])
  expect(Number(run.outputs['recovery-seconds'])).toBeLessThan(1)
  await until(async () => [...(await policies('cut')), ...(await fuses('cut'))].length === 0)
})

test('an experiment of Chaos Toolkit runs as it is, and what it asks of others is refused by name before anything is done', async () => {
  const { workspace, here, inputs } = await cartIn('toolkit', 2, '{kind: pod-kill}')
  const probe = { type: 'probe', name: 'cart answers', tolerance: 200, provider: { type: 'http', url: `${gateway?.url}/`, headers: { host: 'cart' } } }
  const action = { type: 'action', name: 'lose a pod', provider: { type: 'python', module: 'chaosk8s.pod.actions', func: 'terminate_pods', arguments: { label_selector: 'app=cart', ns: 'toolkit', qty: 1, grace_period: 0 } } }
  const whole = { version: '1.0.0', title: 'Cart bears it', description: 'A pod is lost.', 'steady-state-hypothesis': { title: 'It answers', probes: [probe] }, method: [action], rollbacks: [] }
  workspace.commit({ 'toolkit.json': JSON.stringify(whole), 'foreign.json': JSON.stringify({ ...whole, method: [action, { ...action, name: 'stop it', provider: { type: 'python', module: 'chaosaws.ec2.actions', func: 'stop_instance' } }] }) })
  const foreign = await runAction('chaos-gate', workspace, { inputs: { ...inputs, mode: 'run', experiment: 'foreign.json' } })
  expect([foreign.code, foreign.log, here.writes()]).toEqual([1, expect.stringContaining('python chaosaws.ec2.actions.stop_instance'), []])
  expect(reasonsOf(foreign, workspace, 'FM-CHAOS-PROVIDER')).toHaveLength(1)
  const run = await runAction('chaos-gate', workspace, { inputs: { ...inputs, mode: 'run', experiment: 'toolkit.json' } })
  expect([run.code, run.outputs['verdict'], run.outputs['effect']]).toEqual([0, 'pass', 'proven'])
})

describe('in the middle of a partition', () => {
  async function begin(namespace: 'stopped' | 'killed', side = usual) {
    const scene = await cartIn(namespace, 2, '{kind: network-partition, duration: 5s}', side)
    const step = startAction('chaos-gate', scene.workspace, { inputs: { ...scene.inputs, ...all, mode: 'run' } })
    await scene.here.until(() => phaseOf(scene) === 'in effect')
    expect(await policies(namespace, side)).toHaveLength(1)
    return { scene, step }
  }

  test('a request to stop lifts it within the time that GitHub gives', async () => {
    const { scene, step } = await begin('stopped')
    const asked = performance.now()
    step.process.kill('SIGINT')
    const ended = await step.ended
    expect(performance.now() - asked).toBeLessThan(7_500)
    expectHandedOver(ended, scene.workspace)
    expect([ended.code, ended.outputs['rollback'], reasonsOf(ended, scene.workspace, 'FM-CHAOS-CANCELLED').length, await policies('stopped')]).toEqual([130, 'proven', 1, []])
    const post = await runAction('chaos-gate-post', scene.workspace, { inputs: scene.inputs, state: ended.state })
    expect([post.code, postSummary(scene)]).toEqual([0, expect.stringContaining('has come to its end')])
  })

  test('a kill leaves nothing after the time of the fuse, though nobody is there to see; the post step then ends the journal', async () => {
    const quick = await sideOf(8, ['killed'])
    try {
      const { scene, step } = await begin('killed', quick)
      step.process.kill('SIGKILL')
      const ended = await step.ended
      const activeDeadlineSeconds = Number(/"activeDeadlineSeconds":(\d+)/.exec(JSON.stringify(await fuses('killed', quick)))?.[1])
      const killed = performance.now()
      await until(async () => [...(await policies('killed', quick)), ...(await fuses('killed', quick))].length === 0)
      expect(((performance.now() - killed) / 1000) * 8).toBeLessThan(activeDeadlineSeconds + 10)
      const post = await runAction('chaos-gate-post', scene.workspace, { inputs: scene.inputs, state: ended.state })
      expect([post.code, postSummary(scene), phaseOf(scene)]).toEqual([0, expect.stringContaining('undoing expired'), 'ended'])
    } finally {
      await leave(quick)
    }
  })
})
