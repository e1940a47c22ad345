import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { makeShop, sandboxToken, startGitHub, type StandInGitHub } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Content, removeFolders, repositoryWith, type Workspace } from '../e2e/support/workspace.ts'
import { startWorld, type World } from '../e2e/support/world.ts'
import { copyExample, makeLibrary } from './act/library.ts'
import { startAct } from './act/run.ts'
import type { ActEnd } from './act/told.ts'
import { type Company, isBuilt, openCompany } from './company.ts'
import { root } from './library.ts'

jest.setTimeout(180_000)

/** Of the workflows: where it stands in for what needs a service of GitHub. */
const upload = { 'actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a': join(root, 'test/fixtures/actions/upload-artifact') }

const suite = isBuilt('act') ? describe : describe.skip

suite(isBuilt('act') ? 'examples, copied into an empty repository and run by act' : 'examples (skipped: act is not in .tools/bin; see `npm run tools`)', () => {
  let company: Company
  let world: World
  let library = ''
  const open: StandInGitHub[] = []
  beforeAll(async () => {
    company = openCompany()
    library = makeLibrary(join(company.folder, 'library'))
    world = await startWorld({ speed: 8, namespaces: ['shop', 'shop-staging'] })
  })
  afterAll(async () => {
    await Promise.all([company.close(), world.close(), ...open.map((github) => github.close())])
    expect(world.cluster.unknown).toBe(0)
    expect(open.map(({ unknown }) => unknown)).toEqual(open.map(() => 0))
    removeFolders()
  })

  interface Caller {
    readonly workspace: Workspace
    readonly kept: string
    run(name: string, event: string, payload?: unknown): Promise<ActEnd>
  }

  /** The shop of the demo, at the commit whose services all start, as somebody else's new repository with an example in it. */
  async function caller(example: string, files: Content = {}): Promise<Caller> {
    const shop = await makeShop(join(company.folder, `shop-${example}`))
    const workspace = repositoryWith({})
    workspace.git('fetch', '--quiet', shop.folder, shop.healthy)
    workspace.git('checkout', '--quiet', '-B', 'main', 'FETCH_HEAD')
    copyExample(example, workspace.path)
    workspace.git('remote', 'add', 'origin', `https://github.com/${shop.repository}.git`)
    workspace.commit(files)
    const github = await startGitHub({ repositories: [{ name: shop.repository, gitDir: join(workspace.path, '.git') }] })
    open.push(github)
    const kept = join(company.folder, `kept-${example}`)
    mkdirSync(kept, { recursive: true })
    const run: Caller['run'] = async (name, event, payload) => {
      const started = await startAct(company, {
        name, library, caller: workspace.path, workflow: `.github/workflows/${example}.yml`, event, payload, others: upload,
        secrets: { KUBECONFIG: world.cluster.kubeconfig({ namespace: 'default' }), GITHUB_TOKEN: sandboxToken },
        environment: { GITHUB_API_URL: github.url, KEPT_ARTIFACTS: kept },
      })
      const end = await started.ended
      writeFileSync(join(company.folder, `${name}.told`), end.everything)
      return end
    }
    return { workspace, kept, run }
  }

  test('release: a push releases the whole shop to staging, then to production', async () => {
    const { workspace, kept, run } = await caller('release')
    const end = await run('release', 'push', { before: '0'.repeat(40), after: workspace.git('rev-parse', 'HEAD'), ref: 'refs/heads/main', created: true, repository: { default_branch: 'main' } })
    expectJobs(end, { 'staging/release/detect': 'success', 'staging/release/release': 'success', 'production/release/detect': 'success', 'production/release/release': 'success' })
    for (const namespace of ['shop-staging', 'shop']) expect(unready(world, namespace)).toEqual([])
    for (const environment of ['staging', 'production']) {
      const report = JSON.parse(readFileSync(join(kept, `fermata-release-${environment}`, 'report.json'), 'utf8')) as Report
      expect(report).toMatchObject({ capability: 'orchestrated-deploy', verdict: 'pass' })
      expect(JSON.parse(report.outputs['deployed'] ?? '')).toHaveLength(12)
      expect(existsSync(join(kept, `fermata-release-${environment}`, 'report.html'))).toBe(true)
    }
  })
})

/** Names of the workloads that are not there as they are wanted. A namespace without any is not taken for one where all is well. */
function unready(world: World, namespace: string): readonly string[] {
  const workloads = ['deployments.apps', 'statefulsets.apps'].flatMap((kind) => world.cluster.store.list(kind)).filter(({ metadata }) => metadata.namespace === namespace)
  if (workloads.length === 0) return ['all']
  return workloads.filter(({ spec, status }) => (status as { readonly readyReplicas?: number } | undefined)?.readyReplicas !== (spec as { readonly replicas?: number }).replicas).map(({ metadata }) => metadata.name ?? '')
}

/** @param code of act: 1 when a job failed */
function expectJobs(end: ActEnd, jobs: Readonly<Record<string, string>>, code = '0'): void {
  if (end.code !== code || Object.keys(end.jobs).length !== Object.keys(jobs).length) process.stderr.write(`${end.everything.slice(-6000)}\n`)
  expect([end.code, end.jobs]).toEqual([code, jobs])
}
