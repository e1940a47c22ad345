import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sandboxToken, startGitHub } from '@fermata/sandbox'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectHandedOver, expectRefusal } from './support/refusal.ts'
import { fermata, listed, reasonsOf, reportOf, runAction } from './support/steps.ts'
import { removeFolders, repositoryWith, type Workspace } from './support/workspace.ts'
import { type Here, imageFor, sketch, type Sketch, startWorld, type World } from './support/world.ts'

jest.setTimeout(90_000)

/** One cluster for all stories; each has a namespace of its own. Its time is ours, so that what it takes is what it would take. */
let world: World
beforeAll(async () => {
  world = await startWorld({ speed: 1, namespaces: ['plan', 'missing', 'isolate', 'halt', 'images', 'undone', 'approval', 'inconclusive', 'recorded', 'doctor'] })
  world.story.image(/./, { does: 'run', readyAfter: 0.2 })
})
afterAll(async () => {
  expect(world.cluster.unknown).toBe(0)
  await world.close()
  removeFolders()
})

interface Scene {
  readonly workspace: Workspace
  readonly here: Here
  /** A step that uses the action. */
  deploy(inputs: Readonly<Record<string, string>>): ReturnType<typeof runAction>
}

/** Services in a repository and a namespace. */
function scene(namespace: string, services: Readonly<Record<string, Sketch>>): Scene {
  const workspace = repositoryWith(sketch(services))
  const here = world.open(workspace, namespace)
  return { workspace, here, deploy: (inputs) => runAction('orchestrated-deploy', workspace, { inputs: { kubeconfig: here.kubeconfig, namespace, ...inputs } }) }
}

/** A scene whose services run already. */
async function released(namespace: string, services: Readonly<Record<string, Sketch>>): Promise<Scene> {
  const stage = scene(namespace, services)
  const first = await stage.deploy({ mode: 'apply' })
  expect([first.code, first.outputs['summary']]).toEqual([0, expect.any(String)])
  stage.here.forget()
  return stage
}

const shop = { db: {}, cart: { needs: ['db'] }, web: { needs: ['cart'] }, ads: {} } as const

test('a plan writes nothing, is carried out as it stands, and a second time there is nothing to write', async () => {
  const { workspace, here, deploy } = scene('plan', shop)
  const plan = await deploy({ mode: 'plan', plan: 'plan.json' })
  expectHandedOver(plan, workspace)
  expect([plan.code, here.writes(), plan.outputs['plan']]).toEqual([0, [], 'plan.json'])
  expect(JSON.parse(readFileSync(join(workspace.path, 'plan.json'), 'utf8'))).toMatchObject({ hash: plan.outputs['plan-hash'] })

  const apply = await deploy({ mode: 'apply', plan: 'plan.json' })
  expectHandedOver(apply, workspace)
  expect([apply.code, listed(apply, 'deployed').toSorted(), apply.outputs['plan-hash']]).toEqual([0, ['ads', 'cart', 'db', 'web'], plan.outputs['plan-hash']])
  const order = here.writes().filter(({ resource, verb }) => resource === 'deployments' && verb === 'patch').map(({ name }) => name)
  expect(order.indexOf('db')).toBeLessThan(order.indexOf('cart'))
  expect(order.indexOf('cart')).toBeLessThan(order.indexOf('web'))

  here.forget()
  const again = await deploy({ mode: 'apply' })
  expect([again.code, listed(again, 'deployed'), listed(again, 'unchanged').toSorted(), here.writes()]).toEqual([0, [], ['ads', 'cart', 'db', 'web'], []])

  const stale = await deploy({ mode: 'apply', plan: 'plan.json' })
  expectRefusal(stale, workspace, { code: 'FM-DEPLOY-PLAN-DIFFERS', says: /approved plan/ })
  expect(here.writes()).toEqual([])

  const status = await deploy({ mode: 'status' })
  expectHandedOver(status, workspace)
  expect([status.code, listed(status, 'unchanged').toSorted(), status.outputs['release']]).toEqual([0, ['ads', 'cart', 'db', 'web'], apply.outputs['release']])
  const typed = await fermata(['status', '--kubeconfig', here.kubeconfig, '--namespace', 'plan', '--output', 'json'], workspace)
  expect([typed.code, (JSON.parse(typed.stdout) as { readonly summary: string }).summary]).toEqual([0, status.outputs['summary']])
})

test('an image that is not there fails its service at once, undoes those above it, and lets the others go on', async () => {
  const { workspace, here, deploy } = await released('missing', shop)
  world.story.image(imageFor('cart', 9), { does: 'image-missing' })
  workspace.commit(sketch({ ...shop, cart: { ...shop.cart, version: 9 }, web: { ...shop.web, version: 2 }, ads: { version: 2 } }))
  const ended = await deploy({ mode: 'apply' })

  expectRefusal(ended, workspace, { code: 'FM-DEPLOY-IMAGE-NOT-FOUND', says: new RegExp(`cart.*${imageFor('cart', 9)}`, 's'), remedy: /image/i })
  const reason = reasonsOf(ended, workspace, 'FM-DEPLOY-IMAGE-NOT-FOUND')[0]
  expect(reason?.location).toMatchObject({ object: 'Pod', namespace: 'missing', name: expect.stringMatching(/^cart-/), container: 'server' })
  expect(ended.log).toContain('FM-DEPLOY-IMAGE-NOT-FOUND')
  expect([listed(ended, 'rolled-back'), listed(ended, 'held'), listed(ended, 'deployed')]).toEqual([['cart'], ['web'], ['ads']])
  expect([here.imageOf('cart'), here.imageOf('web'), here.imageOf('ads')]).toEqual([imageFor('cart', 1), imageFor('web', 1), imageFor('ads', 2)])
  const writes = here.writes().filter(({ resource, name }) => resource === 'deployments' && name === 'cart')
  expect(writes).toHaveLength(2)
  expect((writes[1]?.at ?? 0) - (writes[0]?.at ?? 0)).toBeLessThan(30_000)
})

describe('on-failure', () => {
  const next = { db: { version: 2 }, cart: { ...shop.cart, version: 9, timeout: '30s' }, web: { ...shop.web, version: 2 }, ads: { needs: ['web'], version: 2 } } as const
  test.each([
    ['isolate', { 'rolled-back': ['cart'], deployed: ['db'], failed: [], held: ['ads', 'web'] }, 1],
    ['halt', { 'rolled-back': [], deployed: ['db'], failed: ['cart'], held: ['ads', 'web'] }, 9],
  ] as const)('%s', async (policy, expected, version) => {
    const { workspace, here, deploy } = await released(policy, { ...shop, ads: { needs: ['web'] } })
    world.story.image(imageFor('cart', 9), { does: 'image-missing' })
    workspace.commit(sketch(next))
    const ended = await deploy({ mode: 'apply', 'on-failure': policy })
    expect(ended.code).toBe(1)
    const outputs = Object.fromEntries(['rolled-back', 'deployed', 'failed', 'held'].map((name) => [name, listed(ended, name).toSorted()]))
    expect(outputs).toEqual(expected)
    expect([here.imageOf('cart'), here.imageOf('db'), here.imageOf('web')]).toEqual([imageFor('cart', version), imageFor('db', 2), imageFor('web', 1)])
  })
})

test('a release is undone by its id, in reverse order, and the journal says so', async () => {
  const { workspace, here, deploy } = await released('undone', shop)
  workspace.commit(sketch({ db: { version: 2, config: 'two' }, cart: { ...shop.cart, version: 2 }, web: { ...shop.web, version: 2 }, ads: {} }))
  const second = await deploy({ mode: 'apply' })
  expect([second.code, here.imageOf('web')]).toEqual([0, imageFor('web', 2)])
  here.forget()
  const back = await deploy({ mode: 'rollback', release: second.outputs['release'] ?? '' })
  expectHandedOver(back, workspace)
  expect([back.code, listed(back, 'rolled-back').toSorted()]).toEqual([0, ['cart', 'db', 'web']])
  expect(['db', 'cart', 'web', 'ads'].map((id) => here.imageOf(id))).toEqual(['db', 'cart', 'web', 'ads'].map((id) => imageFor(id, 1)))
  expect(here.object('ConfigMap', 'db')).toMatchObject({ data: { value: 'one' } })
  expect(here.writes().filter(({ resource }) => resource === 'deployments').map(({ name }) => name)).toEqual(['web', 'cart', 'db'])
  const unknown = await deploy({ mode: 'rollback', release: 'r-nobody' })
  expectRefusal(unknown, workspace, { code: 'FM-DEPLOY-RELEASE-UNKNOWN', says: /r-nobody.*undone/ })
  const missing = await deploy({ mode: 'rollback' })
  expectRefusal(missing, workspace, { code: 'FM-RUNNER-CONFIGURATION', says: /which release/, remedy: new RegExp(second.outputs['release'] ?? '') })
})

test('images come by digest from the input, and only where they belong', async () => {
  const { here, deploy } = await released('images', shop)
  const ended = await deploy({ mode: 'apply', services: 'cart, web', images: JSON.stringify({ cart: imageFor('cart', 77) }) })
  expect([ended.code, listed(ended, 'deployed')]).toEqual([0, ['cart']])
  expect([here.imageOf('cart'), here.imageOf('web')]).toEqual([imageFor('cart', 77), imageFor('web', 1)])
})

describe('on-inconclusive decides what nothing to look at means:', () => {
  test.each([
    ['fail', 1, 'inconclusive'],
    ['warn', 0, 'warn'],
    ['pass', 0, 'pass'],
  ])('%s', async (policy, code, verdict) => {
    const workspace = repositoryWith({ 'fermata.yaml': 'services:\n  db:\n    paths: [db]\n' })
    const here = world.open(workspace, 'inconclusive')
    const ended = await runAction('orchestrated-deploy', workspace, { inputs: { mode: 'apply', kubeconfig: here.kubeconfig, 'on-inconclusive': policy } })
    expectHandedOver(ended, workspace)
    expect([ended.code, ended.outputs['verdict']]).toEqual([code, verdict])
    expect(reportOf(ended, workspace).reasons.map((reason) => reason.code)).toContain('FM-DEPLOY-NOTHING-TO-DO')
    expect(here.writes()).toEqual([])
  })
})

test('an environment that wants an approved plan gets nothing without one', async () => {
  const { workspace, here, deploy } = scene('approval', { db: {} })
  workspace.commit({ 'fermata.yaml': `${sketch({ db: {} })['fermata.yaml'] as string}environments:\n  production: {namespace: approval, approval: required}\n` })
  const ended = await deploy({ mode: 'apply', environment: 'production' })
  expectRefusal(ended, workspace, { code: 'FM-DEPLOY-APPROVAL-REQUIRED', says: /production/, remedy: /mode plan/ })
  expect(here.writes()).toEqual([])
})

test('what is released is what the next `since: last-deploy` goes by, and a rollback takes it back', async () => {
  const { workspace, here } = scene('recorded', { db: {}, cart: { needs: ['db'] } })
  const github = await startGitHub({ repositories: [{ name: 'acme/shop', gitDir: join(workspace.path, '.git') }] })
  const run = (action: 'detect-changed-services' | 'orchestrated-deploy', inputs: Readonly<Record<string, string>>) => runAction(action, workspace, { inputs: { environment: 'staging', 'github-token': sandboxToken, ...inputs }, event: { name: 'workflow_dispatch', sha: workspace.git('rev-parse', 'HEAD'), ref: 'refs/heads/main', payload: {} }, environment: { GITHUB_API_URL: github.url } })
  const release = (inputs: Readonly<Record<string, string>>) => run('orchestrated-deploy', { kubeconfig: here.kubeconfig, 'record-deployment': 'true', ...inputs })
  const changed = async () => listed(await run('detect-changed-services', { since: 'last-deploy', scope: 'direct' }), 'changed')
  const commit = (services: Readonly<Record<string, Sketch>>) => workspace.commit({ ...sketch(services), 'fermata.yaml': `${sketch(services)['fermata.yaml'] as string}environments:\n  staging: {namespace: recorded}\n` })
  const post = async (path: string, body: unknown) => (await (await fetch(`${github.url}/repos/acme/shop${path}`, { method: 'POST', headers: { authorization: `Bearer ${sandboxToken}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })).json()) as { readonly id: number }
  try {
    commit({ db: {}, cart: { needs: ['db'] } })
    expect(await changed()).toEqual(['db', 'cart'])
    expect((await release({ mode: 'apply' })).code).toBe(0)
    expect(await changed()).toEqual([])
    // GitHub's own deployment of a job with an environment: its success makes others inactive.
    const { id } = await post('/deployments', { ref: 'main', environment: 'staging', auto_merge: false, required_contexts: [] })
    await post(`/deployments/${id}/statuses`, { state: 'success' })
    expect(await changed()).toEqual([])
    commit({ db: {}, cart: { needs: ['db'], version: 2 } })
    expect(await changed()).toEqual(['cart'])
    const second = await release({ mode: 'apply', services: 'cart' })
    expect([second.code, listed(second, 'deployed'), await changed()]).toEqual([0, ['cart'], []])
    const back = await release({ mode: 'rollback', release: second.outputs['release'] ?? '' })
    expect([back.code, listed(back, 'rolled-back'), await changed()]).toEqual([0, ['cart'], ['cart']])
    expect(github.unknown).toBe(0)
  } finally {
    await github.close()
  }
})

test('the doctor sees what a release would meet, and its Role is printed', async () => {
  const { workspace, here } = scene('doctor', { db: {}, cart: { needs: ['db'] } })
  const well = await fermata(['doctor', '--kubeconfig', here.kubeconfig, '--namespace', 'doctor', '--output', 'json'], workspace)
  const report = JSON.parse(well.stdout) as { readonly verdict: string; readonly outputs: { readonly role: string } }
  expect([well.code, report.verdict, here.writes()]).toEqual([0, 'pass', []])
  expect(report.outputs.role).toMatch(/kind: Role[^]*namespace: doctor[^]*resources: \[deployments\]\n    verbs: \[get, list, watch, create, patch, delete\]/)
  const ill = await fermata(['doctor', '--kubeconfig', '/nowhere', '--namespace', 'doctor'], workspace)
  expect([ill.code, ill.stdout]).toEqual([1, expect.stringMatching(/✔ catalog[^]*✖ cluster[^]*\? a release of all services[^]*\/nowhere/)])
})
