import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type SandboxAlertmanager, type StandInGitHub, sandboxToken, startAlertmanager, startGitHub } from '@fermata/sandbox'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectHandedOver, expectRefusal } from './support/refusal.ts'
import { fermata, nowhere, reasonsOf, reportOf, runAction, startAction } from './support/steps.ts'
import { removeFolders, repositoryWith, type Workspace } from './support/workspace.ts'
import { type Here, sketch, startWorld, type World } from './support/world.ts'

jest.setTimeout(90_000)

let world: World
let alertmanager: SandboxAlertmanager
let github: StandInGitHub
beforeAll(async () => {
  world = await startWorld({ speed: 1, namespaces: ['heal', 'stop', 'killed', 'refuse', 'plan'] })
  world.story.image(/./, { does: 'run', readyAfter: 0.2 })
  alertmanager = await startAlertmanager({ config: { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] } })
  github = await startGitHub({ repositories: [{ name: 'acme/shop' }] })
})
afterAll(async () => {
  expect([world.cluster.unknown, alertmanager.unknown(), github.unknown]).toEqual([0, 0, 0])
  await Promise.all([world.close(), alertmanager.close(), github.close()])
  removeFolders()
})

const labels = { alertname: 'HighErrorRate', service: 'cart', severity: 'critical' }
const payload = (given: unknown = labels) => ({ action: 'alert-triggered', client_payload: { schema: 'alertmanager/v4', status: 'firing', alerts: [{ status: 'firing', labels: given, annotations: {} }] } })

/** Tells Alertmanager of an alert, as Prometheus does. */
async function tell(of: Readonly<Record<string, string>>, startsAt: number, endsAt?: number): Promise<void> {
  const answer = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels: of, annotations: {}, startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt ?? Date.now() + 3_600_000).toISOString() }]),
  })
  expect(answer.status).toBe(200)
}

interface Scene {
  readonly workspace: Workspace
  readonly here: Here
  heal(inputs: Readonly<Record<string, string>>, given?: unknown): ReturnType<typeof runAction>
}

/** A cart that runs, and a step that looks after it. */
async function scene(namespace: string): Promise<Scene> {
  const workspace = repositoryWith(sketch({ cart: {} }))
  const here = world.open(workspace, namespace)
  const first = await runAction('orchestrated-deploy', workspace, { inputs: { kubeconfig: here.kubeconfig, namespace, mode: 'apply' } })
  expect(first.outputs['verdict']).toMatch(/pass|warn/)
  return {
    workspace,
    here,
    heal: (inputs, given = payload()) =>
      runAction('self-heal', workspace, {
        inputs: { kubeconfig: here.kubeconfig, namespace, 'alertmanager-url': alertmanager.url, 'github-token': sandboxToken, 'healthy-for': '1s', 'step-timeout': '30s', ...inputs },
        event: { name: 'repository_dispatch', payload: given },
        environment: { GITHUB_API_URL: github.url, GITHUB_REPOSITORY: 'acme/shop' },
      }),
  }
}

const restarted = ({ here }: Scene): boolean => JSON.stringify(here.object('Deployment', 'cart') ?? {}).includes('kubectl.kubernetes.io/restartedAt')

test('from the dispatch to the closed incident: asked, restarted, proven', async () => {
  const stage = await scene('heal')
  const since = Date.now() - 60_000
  await tell(labels, since)
  const healing = stage.heal({})
  await stage.here.until(() => restarted(stage))
  await tell(labels, since, Date.now())
  const ended = await healing
  expect([ended.code, ended.outputs['verdict']]).toEqual([0, 'pass'])
  expect(JSON.parse(ended.outputs['taken'] ?? '')).toEqual([{ service: 'cart', action: 'restart', outcome: 'healed' }])
  expect(github.repository('acme/shop').issues).toMatchObject([{ number: Number(ended.outputs['incident']), state: 'closed', labels: ['fermata-incident'] }])
  expectHandedOver(ended, stage.workspace)

  const again = await stage.heal({})
  expect([again.outputs['verdict'], JSON.parse(again.outputs['skipped'] ?? '')]).toEqual(['pass', { cart: 'FM-HEAL-NOT-FIRING' }])
})

test('a step that is stopped takes back what it scaled, and says that it was stopped', async () => {
  const stage = await scene('stop')
  const other = { ...labels, alertname: 'HighLoad' }
  await tell(other, Date.now() - 60_000)
  const replicas = () => (stage.here.object('Deployment', 'cart')?.['spec'] as { readonly replicas?: number } | undefined)?.replicas
  const before = replicas() ?? 1
  const step = startAction('self-heal', stage.workspace, {
    inputs: { kubeconfig: stage.here.kubeconfig, namespace: 'stop', 'alertmanager-url': alertmanager.url, actions: 'scale', 'step-timeout': '60s' },
    event: { name: 'repository_dispatch', payload: payload(other) },
  })
  await stage.here.until(() => replicas() === before + 1)
  step.process.kill('SIGINT')
  const ended = await step.ended
  expect([ended.code, replicas()]).toEqual([130, before])
})

test('a step that is killed has a post step, which takes back what it scaled', async () => {
  const stage = await scene('killed')
  const other = { ...labels, alertname: 'HighLoad' }
  await tell(other, Date.now() - 60_000)
  const replicas = () => (stage.here.object('Deployment', 'cart')?.['spec'] as { readonly replicas?: number } | undefined)?.replicas
  const inputs = { kubeconfig: stage.here.kubeconfig, namespace: 'killed', 'alertmanager-url': alertmanager.url, actions: 'scale', 'step-timeout': '60s' }
  const step = startAction('self-heal', stage.workspace, { inputs, event: { name: 'repository_dispatch', payload: payload(other) } })
  await stage.here.until(() => replicas() === 2)
  step.process.kill('SIGKILL')
  const { state } = await step.ended
  const post = await runAction('self-heal-post', stage.workspace, { inputs, state })
  expect([post.code, replicas()]).toEqual([0, 1])
  expect(post.summary).toContain('began to scale cart and did not end')
  const again = await runAction('self-heal-post', stage.workspace, { inputs, state: { ...state, holder: 'nobody' } })
  expect(again.summary).toContain('No run has left anything half done')
})

describe('bad input', () => {
  test.each([
    ['a payload that is a text', { client_payload: '{"alert":"x"}' }, 'FM-HEAL-PAYLOAD'],
    ['an empty list of alerts', { client_payload: { alerts: [] } }, 'FM-HEAL-PAYLOAD'],
    ['a service that nobody knows', payload({ ...labels, service: 'crat' }), 'FM-HEAL-UNKNOWN-SERVICE'],
  ])('%s is inconclusive, and nothing is asked of the cluster', async (_, given, code) => {
    const workspace = repositoryWith(sketch({ cart: {} }))
    const ended = await runAction('self-heal', workspace, { inputs: { kubeconfig: 'nowhere', 'alertmanager-url': alertmanager.url }, event: { name: 'repository_dispatch', payload: given } })
    expect([ended.code, ended.outputs['verdict'], reasonsOf(ended, workspace, code)]).toEqual([1, 'inconclusive', [expect.objectContaining({ code })]])
  })

  test('labels full of commands and templates reach nobody as such', async () => {
    const workspace = repositoryWith(sketch({ cart: {} }))
    const hostile = '::set-output name=verdict::pass\n::stop-commands::x\n{{ .Values.x }}</details><script>alert(1)</script>'
    const ended = await runAction('self-heal', workspace, { inputs: { kubeconfig: 'nowhere', 'alertmanager-url': alertmanager.url }, event: { name: 'repository_dispatch', payload: payload({ alertname: hostile, service: hostile }) } })
    expect(ended.outputs['verdict']).toBe('inconclusive')
    expect(ended.log.split('\n').filter((line) => line.startsWith('::set-output') || line.startsWith('::stop-commands'))).toEqual([])
    expect(ended.summary).not.toContain('<script>')
  })

  test('an Alertmanager that is not there: nothing is known and nothing is done', async () => {
    const stage = await scene('refuse')
    stage.here.forget()
    const ended = await stage.heal({ 'alertmanager-url': nowhere })
    expect([ended.code, ended.outputs['verdict']]).toEqual([1, 'inconclusive'])
    expect(stage.here.writes()).toEqual([])
  })

  test('an action that is none is told with the one that was meant', async () => {
    const workspace = repositoryWith(sketch({ cart: {} }))
    const ended = await runAction('self-heal', workspace, { inputs: { actions: 'restart, rolback', 'alertmanager-url': alertmanager.url }, event: { name: 'repository_dispatch', payload: payload() } })
    expectRefusal(ended, workspace, { code: 'FM-RUNNER-CONFIGURATION', says: /rolback/, remedy: /Did you mean rollback/ })
  })
})

describe('the command line', () => {
  test('heal receiver prints what Alertmanager needs, and nothing else', async () => {
    const workspace = repositoryWith(sketch({ cart: {} }))
    const typed = await fermata(['heal', 'receiver'], workspace)
    expect([typed.code, typed.stdout.includes('/repos/OWNER/REPOSITORY/dispatches'), typed.stdout.startsWith('# Alertmanager 0.34')]).toEqual([0, true, true])
  })

  test('heal receiver holds a payload against the limits of GitHub', async () => {
    const workspace = repositoryWith(sketch({ cart: {} }))
    writeFileSync(join(workspace.path, 'large.json'), JSON.stringify({ event_type: 'alert-triggered', client_payload: { alerts: [{ labels }], padding: 'x'.repeat(70_000) } }))
    const typed = await fermata(['heal', 'receiver', '--event', 'large.json'], workspace)
    expect([typed.code, typed.stderr.includes('FM-HEAL-TOO-LARGE') || typed.stdout.includes('FM-HEAL-TOO-LARGE')]).toEqual([1, true])
  })

  test('heal alone is the command itself, and a word that is no command of it is told', async () => {
    const workspace = repositoryWith(sketch({ cart: {} }))
    const typed = await fermata(['heal', '--event', 'nowhere.json', '--alertmanager-url', alertmanager.url], workspace)
    expect([typed.code, typed.stdout]).toEqual([2, expect.stringContaining('there is no file nowhere.json')])
    expect((await fermata(['heal', 'reciever'], workspace)).code).toBe(2)
  })

  test('heal plan says what it would do, and does none of it', async () => {
    const { workspace, here } = await scene('plan')
    const third = { ...labels, alertname: 'Stuck' }
    await tell(third, Date.now() - 1_000)
    writeFileSync(join(workspace.path, 'alert.json'), JSON.stringify(payload(third)))
    here.forget()
    const typed = await fermata(['heal', 'plan', '--event', 'alert.json', '--kubeconfig', here.kubeconfig, '--namespace', 'plan', '--alertmanager-url', alertmanager.url], workspace)
    expect([typed.code, typed.stdout, here.writes()]).toEqual([0, expect.stringContaining('cart: would restart.'), []])
  })
})

test('the report names what was asked, so that it can be decided again', async () => {
  const workspace = repositoryWith(sketch({ cart: {} }))
  const here = world.open(workspace, 'heal')
  const ended = await runAction('self-heal', workspace, { inputs: { kubeconfig: here.kubeconfig, namespace: 'heal', 'alertmanager-url': alertmanager.url }, event: { name: 'repository_dispatch', payload: payload({ ...labels, alertname: 'Never' }) } })
  expect(reportOf(ended, workspace).evidence).toMatchObject([{ source: 'alertmanager', result: [] }])
})
