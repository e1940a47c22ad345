import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Started } from '@fermata/sandbox'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expectHandedOver } from './support/refusal.ts'
import { dist, listed, reasonsOf, reportOf, runAction, startAction } from './support/steps.ts'
import { removeFolders, repositoryWith, type Workspace } from './support/workspace.ts'
import { type Here, imageFor, sketch, startWorld, type World } from './support/world.ts'

jest.setTimeout(90_000)

let world: World
beforeAll(async () => {
  world = await startWorld({ speed: 8, namespaces: ['sigint', 'sigterm', 'twice', 'killed', 'early', 'typed', 'crash', 'back'] })
})
afterAll(async () => {
  expect(world.cluster.unknown).toBe(0)
  await world.close()
  removeFolders()
})

/** What GitHub gives a step after SIGINT before it sends SIGTERM, in milliseconds. */
const patience = 7_500
const shop = { db: {}, cart: { needs: ['db'] }, web: { needs: ['cart'] } } as const
const next = sketch({ db: { version: 2 }, cart: { ...shop.cart, version: 9, timeout: '10m', config: 'two' }, web: { ...shop.web, version: 2 } })

interface UnderWay {
  readonly workspace: Workspace
  readonly here: Here
  readonly inputs: Readonly<Record<string, string>>
}

/** A shop that runs, and a change of it whose cart never becomes ready. */
async function change(namespace: string): Promise<UnderWay> {
  const workspace = repositoryWith(sketch(shop))
  const here = world.open(workspace, namespace)
  const inputs = { mode: 'apply', kubeconfig: here.kubeconfig, namespace }
  const first = await runAction('orchestrated-deploy', workspace, { inputs })
  expect(first.code).toBe(0)
  world.story.image(imageFor('cart', 9), { does: 'never-ready' })
  workspace.commit(next)
  here.forget()
  return { workspace, here, inputs }
}

/** Resolves when db is out and cart is on its way. */
function cartOnItsWay({ here }: UnderWay): Promise<void> {
  return here.until(() => here.imageOf('cart') === imageFor('cart', 9) && here.objects('Pod').some((pod) => JSON.stringify(pod['spec']).includes(imageFor('cart', 9))))
}

function journalOf({ here }: UnderWay, release: string): { readonly ended: boolean; readonly course: string; readonly services: readonly { readonly id: string; readonly state: string }[] } {
  const data = here.object('ConfigMap', `fermata-journal-${release}`)?.['data'] as Readonly<Record<string, string>> | undefined
  return JSON.parse(data?.['journal.json'] ?? '')
}

/** What was on its way is what it was; what was done stays; what was not begun was not begun. */
function expectSafe({ here }: UnderWay): void {
  expect(['db', 'cart', 'web'].map((id) => here.imageOf(id))).toEqual([imageFor('db', 2), imageFor('cart', 1), imageFor('web', 1)])
  expect(here.object('ConfigMap', 'cart')).toMatchObject({ data: { value: 'one' } })
}

describe('a request to stop in the middle of a release', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s: what was on its way is written back in time, and the journal is closed', async (signal) => {
    const scene = await change(signal.toLowerCase())
    const step = startAction('orchestrated-deploy', scene.workspace, { inputs: scene.inputs })
    await cartOnItsWay(scene)
    const asked = performance.now()
    step.process.kill(signal)
    const ended = await step.ended
    expect(performance.now() - asked).toBeLessThan(patience)
    expect([ended.code, ended.signal]).toEqual([130, null])
    expectHandedOver(ended, scene.workspace)
    expectSafe(scene)
    expect(reasonsOf(ended, scene.workspace, 'FM-DEPLOY-CANCELLED')[0]?.remedy).toContain(`--release ${ended.outputs['release']}`)
    expect([listed(ended, 'deployed'), listed(ended, 'rolled-back'), listed(ended, 'held')]).toEqual([['db'], ['cart'], ['web']])
    expect(journalOf(scene, ended.outputs['release'] ?? '')).toMatchObject({ ended: true, course: 'cancelled' })

    scene.here.forget()
    const post = await runAction('orchestrated-deploy-post', scene.workspace, { inputs: scene.inputs, state: ended.state })
    expect([post.code, scene.here.writes()]).toEqual([0, []])
    expect(post.summary).toContain('Nothing was left behind')
  })

  test('two signals: the report is still written', async () => {
    const scene = await change('twice')
    const step = startAction('orchestrated-deploy', scene.workspace, { inputs: scene.inputs })
    await cartOnItsWay(scene)
    step.process.kill('SIGINT')
    step.process.kill('SIGTERM')
    const ended = await step.ended
    expect(ended.code).toBe(130)
    expectHandedOver(ended, scene.workspace)
    // Whatever the second signal cut short, the post step brings to its end.
    const post = await runAction('orchestrated-deploy-post', scene.workspace, { inputs: scene.inputs, state: ended.state })
    expect(post.code).toBe(0)
    expectSafe(scene)
  })

  test('Ctrl-C on the command line ends with 130 and the same safe state', async () => {
    const scene = await change('typed')
    const child = spawn(process.execPath, [join(dist, 'fermata.js'), 'deploy', '--kubeconfig', scene.here.kubeconfig, '--namespace', 'typed', '--output', 'json'], { cwd: scene.workspace.path, stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'], HOME: scene.workspace.path } })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    await cartOnItsWay(scene)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'fail', outputs: { 'rolled-back': '["cart"]' } })
    expectSafe(scene)
  })
})

describe('a run that is killed', () => {
  async function killed(step: Started): Promise<Awaited<Started['ended']>> {
    step.process.kill('SIGKILL')
    const ended = await step.ended
    expect([ended.code, ended.signal, ended.outputs['verdict']]).toEqual([null, 'SIGKILL', undefined])
    return ended
  }

  test('in the middle of a release: its post step writes back what was on its way, and says so', async () => {
    const scene = await change('killed')
    const step = startAction('orchestrated-deploy', scene.workspace, { inputs: scene.inputs })
    await cartOnItsWay(scene)
    const ended = await killed(step)
    expect(scene.here.imageOf('cart')).toBe(imageFor('cart', 9))

    const between = await runAction('orchestrated-deploy', scene.workspace, { inputs: { ...scene.inputs, mode: 'status', 'report-dir': 'fermata-report/status' } })
    expect(reasonsOf(between, scene.workspace, 'FM-DEPLOY-UNFINISHED')).toHaveLength(1)

    const post = await runAction('orchestrated-deploy-post', scene.workspace, { inputs: scene.inputs, state: ended.state })
    expect(post.code).toBe(0)
    expect(post.summary).toMatch(/was left before it ended/)
    expect(post.log).toMatch(/^::warning .*FM-DEPLOY-UNFINISHED/m)
    expect(existsSync(join(scene.workspace.path, 'fermata-report/post/report.json'))).toBe(true)
    expectSafe(scene)
    const release = ended.state['release'] ?? ''
    expect(journalOf(scene, release)).toMatchObject({ ended: true, services: expect.arrayContaining([expect.objectContaining({ id: 'cart', state: 'undone' }), expect.objectContaining({ id: 'db', state: 'promoted' })]) })

    const back = await runAction('orchestrated-deploy', scene.workspace, { inputs: { ...scene.inputs, mode: 'rollback', release } })
    expect([back.code, scene.here.imageOf('db')]).toEqual([0, imageFor('db', 1)])
  })

  test('before it wrote anything: its post step finds nothing', async () => {
    const workspace = repositoryWith(sketch(shop))
    const here = world.open(workspace, 'early')
    const inputs = { mode: 'apply', kubeconfig: here.kubeconfig, namespace: 'early' }
    const step = startAction('orchestrated-deploy', workspace, { inputs })
    const ended = await killed(step)
    const post = await runAction('orchestrated-deploy-post', workspace, { inputs, state: ended.state })
    expect([post.code, here.writes()]).toEqual([0, []])
    expect(post.summary).toContain('Nothing was left behind')
  })

  test('and a cluster that cannot be asked afterwards: the post step fails and says what to do', async () => {
    const scene = await change('crash')
    const step = startAction('orchestrated-deploy', scene.workspace, { inputs: scene.inputs })
    await cartOnItsWay(scene)
    const ended = await killed(step)
    const post = await runAction('orchestrated-deploy-post', scene.workspace, { inputs: { ...scene.inputs, kubeconfig: '/nowhere' }, state: ended.state })
    expect(post.code).toBe(1)
    expect(post.log).toMatch(/^::error .*\/nowhere/m)
    const later = await runAction('orchestrated-deploy', scene.workspace, { inputs: { ...scene.inputs, mode: 'rollback', release: ended.state['release'] ?? '' } })
    expect([later.code, listed(later, 'rolled-back').toSorted()]).toEqual([0, ['cart', 'db']])
    expect(reportOf(later, scene.workspace).verdict).toBe('pass')
    expect(['db', 'cart', 'web'].map((id) => scene.here.imageOf(id))).toEqual(['db', 'cart', 'web'].map((id) => imageFor(id, 1)))
  })
})

test('after a run that came to its end, the post step asks nobody', async () => {
  const workspace = repositoryWith(sketch({}))
  const ended = await runAction('orchestrated-deploy', workspace)
  const before = world.cluster.requests.count()
  const post = await runAction('orchestrated-deploy-post', workspace, { state: { ...ended.state, 'fermata-ended': 'true' } })
  expect([post.code, post.summary, world.cluster.requests.count()]).toEqual([0, '', before])
})

test('a container that crashes is told with its pod, its exit code and the last lines of its log', async () => {
  const { workspace, here, inputs } = await change('back')
  world.story.image(imageFor('db', 9), { does: 'crash', after: 0.2, exitCode: 3, log: ['listening on :5432', 'fatal: no room on the disk'] })
  workspace.commit(sketch({ ...shop, db: { version: 9 } }))
  const ended = await runAction('orchestrated-deploy', workspace, { inputs })
  const [reason] = reasonsOf(ended, workspace, 'FM-DEPLOY-CRASH-LOOP')
  expect(reason?.message).toMatch(/3/)
  expect(reason?.location).toMatchObject({ object: 'Pod', name: expect.stringMatching(/^db-/), container: 'server' })
  expect(ended.summary).toContain('listening on :5432\nfatal: no room on the disk')
  expect(ended.code).toBe(1)
  expect([listed(ended, 'rolled-back'), here.imageOf('db')]).toEqual([['db'], imageFor('db', 1)])
})
