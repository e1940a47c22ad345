import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { connectCluster } from '@fermata/kube'
import { makeShop, realClock, sandboxToken, startAlertmanager, startGateway, startGitHub, startPrometheus, type StandInGitHub } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Content, removeFolders, repositoryWith, type Workspace } from '../e2e/support/workspace.ts'
import { sketch, startWorld, type World } from '../e2e/support/world.ts'
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
    world = await startWorld({ speed: 8, namespaces: ['shop', 'shop-staging', 'chaos', 'hooks', 'refused'] })
  })
  afterAll(async () => {
    await Promise.all([company.close(), world.close(), ...open.map((github) => github.close())])
    expect(world.cluster.unknown).toBe(0)
    expect(open.map(({ unknown }) => unknown)).toEqual(open.map(() => 0))
    removeFolders()
  })

  interface Asked {
    readonly event: string
    readonly payload?: unknown
    readonly variables?: Readonly<Record<string, string>>
  }

  interface Caller {
    readonly workspace: Workspace
    readonly github: StandInGitHub
    run(asked: Asked): Promise<ActEnd>
    /** The report in an artifact that the run has kept. */
    report(artifact: string): Report
  }

  /** The shop of the demo, at the commit whose services all start, as somebody else's new repository with an example in it. */
  async function caller(example: string, files: (name: string) => Content = () => ({})): Promise<Caller> {
    const shop = await makeShop(join(company.folder, `shop-${open.length}`))
    const workspace = repositoryWith({})
    workspace.git('fetch', '--quiet', shop.folder, shop.healthy)
    workspace.git('checkout', '--quiet', '-B', 'main', 'FETCH_HEAD')
    return callerIn(workspace, shop.repository, example, files)
  }

  async function callerIn(workspace: Workspace, repository: string, example: string, files: (name: string) => Content = () => ({})): Promise<Caller> {
    const name = `${example}-${open.length}`
    copyExample(example, workspace.path)
    workspace.git('remote', 'add', 'origin', `https://github.com/${repository}.git`)
    workspace.commit(files(readFileSync(join(workspace.path, 'fermata.yaml'), 'utf8')))
    const github = await startGitHub({ repositories: [{ name: repository, gitDir: join(workspace.path, '.git'), workflows: [`${example}.yml`] }] })
    open.push(github)
    const kept = join(company.folder, `kept-${name}`)
    mkdirSync(kept, { recursive: true })
    const run: Caller['run'] = async (asked) => {
      const started = await startAct(company, {
        name, library, caller: workspace.path, workflow: `.github/workflows/${example}.yml`, others: upload, ...asked,
        secrets: { KUBECONFIG: world.cluster.kubeconfig({ namespace: 'default' }), GITHUB_TOKEN: sandboxToken },
        environment: { GITHUB_API_URL: github.url, KEPT_ARTIFACTS: kept, GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/${example}.yml@refs/heads/main` },
      })
      return started.ended
    }
    return { workspace, github, run, report: (artifact) => JSON.parse(readFileSync(join(kept, artifact, 'report.json'), 'utf8')) as Report }
  }

  const firstPush = ({ workspace }: Caller): Asked => ({ event: 'push', payload: { before: '0'.repeat(40), after: workspace.git('rev-parse', 'HEAD'), ref: 'refs/heads/main', created: true, repository: { default_branch: 'main' } } })

  test('release: a push releases the whole shop to staging, then to production', async () => {
    const shop = await caller('release')
    const { report } = shop
    const end = await shop.run(firstPush(shop))
    expectJobs(end, { 'staging/release/detect': 'success', 'staging/release/release': 'success', 'production/release/detect': 'success', 'production/release/release': 'success' })
    for (const namespace of ['shop-staging', 'shop']) expect(unready(world, namespace)).toEqual([])
    for (const environment of ['staging', 'production']) {
      const { capability, verdict, outputs } = report(`fermata-release-${environment}`)
      expect([capability, verdict, JSON.parse(outputs['deployed'] ?? '').length]).toEqual(['orchestrated-deploy', 'pass', 12])
    }
  })

  describe('release: hooks, which are actions of the caller\'s own', () => {
    const hook = (run: string): string => `name: hook\ndescription: Of the tests.\nruns:\n  using: composite\n  steps: [{shell: bash, run: '${run}'}]\n`
    const shop = (namespace: string, hooks: Content): Content => {
      const small = sketch({ cart: {} })
      return { ...small, 'fermata.yaml': `${String(small['fermata.yaml'])}environments:\n  staging: {namespace: ${namespace}}\n  production: {namespace: ${namespace}}\n`, ...hooks }
    }

    test('run before and after it, and are told of it', async () => {
      const told = await callerIn(repositoryWith(shop('hooks', {
        '.fermata/hooks/before-release/action.yml': hook('echo "before $FERMATA_ENVIRONMENT $FERMATA_SERVICES"'),
        '.fermata/hooks/after-release/action.yml': hook('echo "after $FERMATA_ENVIRONMENT $FERMATA_VERDICT $FERMATA_DEPLOYED"'),
      })), 'acme/small', 'release')
      const end = await told.run(firstPush(told))
      expectJobs(end, { 'staging/release/detect': 'success', 'staging/release/release': 'success', 'production/release/detect': 'success', 'production/release/release': 'success' })
      expect([...end.log.matchAll(/^(?:before|after) .*$/gm)].map(([line]) => line)).toEqual(['before staging ["cart"]', 'after staging pass ["cart"]', 'before production ["cart"]', 'after production pass []'])
    })

    test('one that fails before it stops the release, and nothing is written', async () => {
      const refused = await callerIn(repositoryWith(shop('refused', { '.fermata/hooks/before-release/action.yml': hook('exit 3'), '.fermata/hooks/after-release/action.yml': hook('echo "after <$FERMATA_VERDICT>"') })), 'acme/small', 'release')
      const end = await refused.run(firstPush(refused))
      expectJobs(end, { 'staging/release/detect': 'success', 'staging/release/release': 'failure' }, '1')
      expect(end.log).toContain('after <>')
      expect(unready(world, 'refused')).toEqual(['all'])
    })
  })

  test.each`
    manifests                                 | files                                                                                                                                                    | verdict   | job          | code
    ${'the manifests of the shop'}            | ${{}}                                                                                                                                                    | ${'pass'} | ${'success'} | ${'0'}
    ${'a pod that is root on its node among them'} | ${{ 'services/cart/root.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: root}\nspec: {hostPID: true, containers: [{name: a, image: "registry.example/a:1", securityContext: {privileged: true}}]}\n' }} | ${'fail'} | ${'failure'} | ${'1'}
  `('policy: $manifests are judged: $verdict', async ({ files, verdict, job, code }) => {
    const { run, report } = await caller('policy', (catalog) => (verdict === 'pass' ? {} : { ...(files as Content), 'fermata.yaml': catalog.replace('manifests: [services/cart/deploy.yaml]', 'manifests: [services/cart]') }))
    const end = await run({ event: 'push' })
    expectJobs(end, { 'policies/policy/scan': job as string }, code as string)
    const { capability, outputs, ...told } = report('fermata-policy')
    expect([capability, told.verdict, Number(outputs['failures']) > 0]).toEqual(['policy-scan', verdict, verdict === 'fail'])
    expect(end.outputs('scan')).toMatchObject({ verdict, failures: outputs['failures'] })
  })

  test.each<{ failing: number; verdict: string; job: string; code: string }>`
    failing   | verdict   | job          | code
    ${0.0001} | ${'pass'} | ${'success'} | ${'0'}
    ${0.02}   | ${'fail'} | ${'failure'} | ${'1'}
  `('slo-gate: where $failing of the requests fail, a change may $verdict', async ({ failing, verdict, job, code }) => {
    const prometheus = await startPrometheus()
    const scraping = { everyMs: 60_000, from: Date.now() - 31 * 86_400_000 }
    for (const service of ['storefront', 'checkout']) {
      prometheus.counter('http_requests_total', { service, code: '200' }, () => 20 * (1 - failing), scraping)
      prometheus.counter('http_requests_total', { service, code: '503' }, () => 20 * failing, scraping)
    }
    const { run, report } = await caller('slo-gate')
    const end = await run({ event: 'pull_request', payload: { action: 'opened', number: 7, pull_request: { number: 7, title: 'feat: a wish list', labels: [] } }, variables: { PROMETHEUS_URL: prometheus.url } })
    await prometheus.close()
    expectJobs(end, { 'error budgets/slo-gate/gate': job }, code)
    expect(report('fermata-slo')).toMatchObject({ capability: 'slo-check', verdict })
    expect(Object.keys(JSON.parse(end.outputs('check')['budget'] ?? ''))).toEqual(['availability', 'orders'])
  })

  test('chaos: a pod of the cart in staging is killed, and users are answered by the other', async () => {
    const kube = await connectCluster({ kubeconfig: world.cluster.kubeconfig({ namespace: 'shop-staging' }), clock: realClock(), random: { next: () => 0.5 }, environment: {} })
    await kube.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'cart', namespace: 'chaos' }, spec: { replicas: 2, selector: { matchLabels: { app: 'cart' } }, template: { metadata: { labels: { app: 'cart' } }, spec: { containers: [{ name: 'server', image: 'registry.example/cart:1' }] } } } })
    await kube.create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'chaos' }, spec: { selector: { app: 'cart' }, ports: [{ port: 80 }] } })
    const gateway = await startGateway({ cluster: kube, namespace: 'chaos', connectTimeout: 50 })
    while (unready(world, 'chaos').length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    // What the reader of the example puts there: the context of their cluster, and the address of their service.
    const { run, report } = await caller('chaos', (catalog) => ({
      'fermata.yaml': catalog.replace('staging: {namespace: shop-staging}', 'staging: {context: sandbox, namespace: chaos}'),
      'chaos/cart.yaml': `title: One cart less\ntarget: {service: cart}\nfault: {kind: pod-kill, grace: 0s}\nsteady_state: [{url: "${gateway.url}/", headers: {host: cart}, status: 200}]\n`,
    }))
    const end = await run({ event: 'schedule' })
    gateway.close()
    kube.close()
    expectJobs(end, { 'a pod of the cart is killed/chaos/experiment': 'success' })
    expect(report('fermata-chaos')).toMatchObject({ capability: 'chaos-gate', verdict: 'pass', outputs: { effect: 'proven', rollback: 'proven' } })
  })

  test('self-heal: an alert that is over by the time is left alone, whatever its labels say', async () => {
    const alertmanager = await startAlertmanager({ config: { route: { receiver: 'none' }, receivers: [{ name: 'none' }] } })
    const { run, report } = await caller('self-heal')
    const labels = { alertname: 'HighErrorRate', service: 'cart', severity: 'critical', summary: '${{ secrets.KUBECONFIG }} ::error::{{ .Evil }} $(touch /tmp/never)' }
    const end = await run({ event: 'repository_dispatch', payload: { action: 'alert-triggered', client_payload: { schema: 'alertmanager/v4', status: 'firing', alerts: [{ status: 'firing', labels, annotations: {} }] } }, variables: { ALERTMANAGER_URL: alertmanager.url } })
    await alertmanager.close()
    expectJobs(end, { 'heal/self-heal/heal': 'success' })
    expect(report('fermata-self-heal')).toMatchObject({ capability: 'self-heal', outputs: { taken: '[]' } })
    expect(JSON.parse(end.outputs('heal')['skipped'] ?? '')).not.toEqual({})
  })

  test('sweep: where nothing was left, nothing is touched', async () => {
    const { run, report } = await caller('sweep', (catalog) => ({ 'fermata.yaml': catalog.replace('staging: {', 'staging: {context: sandbox, ').replace('production: {', 'production: {context: sandbox, ') }))
    const end = await run({ event: 'schedule' })
    expectJobs(end, { 'staging/sweep/sweep': 'success', 'production/sweep/sweep': 'success' })
    for (const environment of ['staging', 'production']) for (const part of ['releases', 'experiments', 'healing']) expect(report(join(`fermata-sweep-${environment}`, part)).verdict).toBe('pass')
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
