import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createForge } from '@fermata/forge'
import { sandboxToken, startGitHub, type StandInGitHub } from '@fermata/sandbox'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Content, removeFolders, repositoryWith, type Workspace } from '../e2e/support/workspace.ts'
import { type Here, imageFor, sketch, startWorld, type World } from '../e2e/support/world.ts'
import { copyFixtures, makeLibrary } from './act/library.ts'
import { type ActRun, startAct } from './act/run.ts'
import type { ActEnd } from './act/told.ts'
import { type Company, isBuilt, openCompany } from './company.ts'

jest.setTimeout(120_000)

const suite = isBuilt('act') ? describe : describe.skip
const repository = 'acme/shop'

suite(isBuilt('act') ? 'workflows, run by act on the built actions' : 'workflows (skipped: act is not in .tools/bin; see `npm run tools`)', () => {
  let company: Company
  let world: World
  let library = ''
  const open: StandInGitHub[] = []
  beforeAll(async () => {
    company = openCompany()
    library = makeLibrary(join(company.folder, 'library'))
    world = await startWorld({ speed: 8, namespaces: ['matrix', 'dispatch', 'cancel', 'faulty'] })
  })
  afterAll(async () => {
    await Promise.all([company.close(), world.close(), ...open.map((github) => github.close())])
    expect(world.cluster.unknown).toBe(0)
    removeFolders()
  })

  interface Caller {
    readonly workspace: Workspace
    readonly here: Here
    run(name: string, workflow: string, event: string, payload?: unknown, github?: StandInGitHub): Promise<ActRun>
  }

  function caller(namespace: string, files: Content): Caller {
    const workspace = repositoryWith(files)
    copyFixtures('callers', join(workspace.path, '.github/workflows'))
    workspace.git('remote', 'add', 'origin', `https://github.com/${repository}.git`)
    workspace.commit()
    const here = world.open(workspace, namespace)
    const run: Caller['run'] = (name, workflow, event, payload, github) =>
      startAct(company, {
        name, library, caller: workspace.path, workflow: `.github/workflows/${workflow}`, event, payload,
        secrets: { KUBECONFIG: readFileSync(here.kubeconfig, 'utf8'), GITHUB_TOKEN: sandboxToken },
        environment: github === undefined ? {} : { GITHUB_API_URL: github.url },
      })
    return { workspace, here, run }
  }

  test('a called workflow detects services, releases each in a job of its own, and hands its outputs to its caller', async () => {
    const services = { cart: {}, search: {}, web: {} }
    const { here, run } = caller('matrix', sketch(services))
    const end = await (await run('matrix', 'matrix.yml', 'push')).ended
    expectJobs(end, { 'release/matrix/detect': 'success', 'release/matrix/deploy-1': 'success', 'release/matrix/deploy-2': 'success', 'release/matrix/deploy-3': 'success', 'calls-matrix/after': 'success' })
    expect(JSON.parse(/^released (.*)$/m.exec(end.log)?.[1] ?? '').toSorted()).toEqual(Object.keys(services))
    expect(Object.keys(services).map((id) => here.imageOf(id))).toEqual(Object.keys(services).map((id) => imageFor(id, 1)))
    expect(end.summaries).toHaveLength(4)
  })

  test('a dispatch through the API starts a workflow with its payload, which stays text', async () => {
    const { here, run } = caller('dispatch', sketch({ cart: {} }))
    const github = await startGitHub({ repositories: [{ name: repository }] })
    open.push(github)
    const why = 'an `alert` $(touch never) ${{ github.token }}'
    await createForge({ token: sandboxToken, apiUrl: github.url, repository, clock: { now: () => Date.now(), sleep: async () => {} } }).dispatch('release', { why })
    const [dispatch] = github.dispatches
    if (dispatch?.event !== 'repository_dispatch') throw new Error('The stand-in of GitHub took no dispatch.')
    const end = await (await run('dispatch', 'whole.yml', dispatch.event, { action: dispatch.eventType, client_payload: dispatch.payload }, github)).ended
    expectJobs(end, { 'release/whole/deploy': 'success', 'calls-whole/after': 'success' })
    expect(end.log).toContain(`the verdict is pass because ${why}\n`)
    expect(here.imageOf('cart')).toBe(imageFor('cart', 1))
  })

  test('a release that fails fails its job, and has handed its verdict over before', async () => {
    const { here, run } = caller('faulty', sketch({ cart: { version: 404, timeout: '20s' } }))
    world.story.image(imageFor('cart', 404), { does: 'image-missing' })
    const end = await (await run('faulty', 'whole.yml', 'push')).ended
    // On GitHub the job `after` runs now, for its `if: always()`. act ends with the first called workflow that fails.
    expectJobs(end, { 'release/whole/deploy': 'failure' }, '1')
    expect(end.outputs('release')).toMatchObject({ verdict: 'fail', 'rolled-back': '["cart"]' })
    expect(here.imageOf('cart')).toBeUndefined()
  })

  test('cancelled in the middle, its post step puts back what was on its way', async () => {
    const shop = { db: {}, cart: { needs: ['db'] } }
    const { workspace, here, run } = caller('cancel', sketch(shop))
    const before = await (await run('before', 'whole.yml', 'push')).ended
    expectJobs(before, { 'release/whole/deploy': 'success', 'calls-whole/after': 'success' })
    world.story.image(imageFor('cart', 9), { does: 'never-ready' })
    workspace.commit(sketch({ db: { version: 2 }, cart: { ...shop.cart, version: 9, timeout: '10m' } }))
    const release = await run('cancel', 'whole.yml', 'push')
    await Promise.race([here.until(() => here.imageOf('cart') === imageFor('cart', 9)), release.ended])
    release.interrupt()
    const end = await release.ended
    expect(end.jobs['release/whole/deploy']).not.toBe('success')
    expect(end.steps).toContainEqual(expect.objectContaining({ job: 'release/whole/deploy', stage: 'Post', step: expect.stringContaining('orchestrated-deploy'), result: 'success' }))
    expect(['db', 'cart'].map((id) => here.imageOf(id))).toEqual([imageFor('db', 2), imageFor('cart', 1)])
  })

  test('nothing of the cluster\'s credentials is in anything that was written', () => {
    for (const name of ['matrix', 'dispatch', 'faulty', 'cancel']) expect(readFileSync(company.logFile(name), 'utf8')).not.toContain('the-token-of-the-cluster')
  })
})

/** @param code of act: 1 when a job failed */
function expectJobs(end: ActEnd, jobs: Readonly<Record<string, string>>, code = '0'): void {
  if (end.code !== code || Object.keys(end.jobs).length !== Object.keys(jobs).length) process.stderr.write(`${end.everything.slice(-6000)}\n`)
  expect([end.code, end.jobs]).toEqual([code, jobs])
}
