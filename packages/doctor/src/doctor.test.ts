import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { readRequest } from '@fermata/capability'
import { connectCluster } from '@fermata/kube'
import { EnvironmentError, type Report } from '@fermata/verdict'
import { createStory, type SandboxCluster, startCluster, virtualClock } from '@fermata/sandbox'
import { parseYaml } from '@fermata/source'
import { type DoctorPorts, examine } from './examine.ts'
import { doctor } from './request.ts'
import { roleOf } from './role.ts'

const clock = virtualClock()
let cluster: SandboxCluster
let stop: () => void
beforeAll(async () => {
  cluster = await startCluster({ clock, story: createStory(), namespaces: ['shop'], users: [{ name: 'admin', token: 'admin', may: 'all' }, { name: 'reader', token: 'reader', may: [{ verbs: ['get', 'list', 'watch'], groups: ['*'], resources: ['*'] }] }] })
  stop = clock.autoAdvance({ busy: () => cluster.busy() })
})
afterAll(async () => {
  stop()
  await cluster.stop()
})

const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec:\n  selector: {matchLabels: {app: cart}}\n  template:\n    metadata: {labels: {app: cart}}\n    spec: {containers: [{name: server, image: "registry.example/cart@sha256:' + 'a'.repeat(64) + '"}]}\n'
let files: Map<string, string>
let user: string
let given: Partial<DoctorPorts>
beforeEach(() => {
  files = new Map([['fermata.yaml', 'services:\n  cart: {manifests: [k8s/cart.yaml]}\nenvironments:\n  staging: {namespace: shop}\n'], ['k8s/cart.yaml', deployment]])
  user = 'admin'
  given = {}
})

/** What lies directly in a folder. */
const listed = (folder: string) => {
  const inside = [...files.keys()].filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1))
  return inside.length === 0 ? undefined : inside.map((name) => ({ name, kind: 'file' as const, size: 1 }))
}

const refused = (message: string) => Promise.reject(new EnvironmentError({ code: 'FM-KUBE-UNREACHABLE', severity: 'inconclusive', message }))

async function run(inputs: Readonly<Record<string, string>> = {}): Promise<Report> {
  const connected = await connectCluster({ kubeconfig: cluster.kubeconfig({ user, namespace: 'shop' }), clock, random: { next: () => 0.5 } })
  try {
    return await examine(readRequest(doctor, (name) => ({ environment: 'staging', ...inputs })[name]), {
      clock,
      invocation: { trigger: { event: 'local', payload: undefined, sha: undefined, ref: undefined }, repository: 'acme/shop', workflow: undefined, runId: 'local', runAttempt: 1, actor: undefined, runUrl: undefined, temporary: 'tmp' },
      files: { read: async (path) => (files.has(path) ? new TextEncoder().encode(files.get(path)) : undefined), list: async (path) => listed(path), write: () => Promise.reject(new Error('The doctor writes nothing.')) },
      exec: { run: async () => ({ code: 0, stdout: new TextEncoder().encode('git version 2.47.3\n'), stderr: '' }) },
      git: { hasClone: true } as DoctorPorts['git'],
      forge: { defaultBranch: async () => 'main' } as DoctorPorts['forge'],
      cluster: async () => connected,
      metrics: () => refused('nobody listens there'),
      alerts: () => refused('nobody listens there'),
      ...given,
    })
  } finally {
    connected.close()
  }
}

const seen = ({ sections }: Report): Readonly<Record<string, readonly [state: unknown, found: unknown]>> => {
  const [table] = sections.find(({ id }) => id === 'looks')?.blocks ?? []
  if (table?.kind !== 'table') throw new Error('There is no table.')
  return Object.fromEntries(table.rows.map(([thing, found]) => [(thing as { readonly text: string }).text, [(thing as { readonly state: string }).state, found]]))
}
const codes = ({ reasons }: Report): readonly string[] => reasons.map(({ code }) => code)

test('a shop in order: everything is good, what nobody asked for is skipped, nothing is written', async () => {
  const before = cluster.requests.all().length
  const report = await run()
  expect([report.verdict, report.summary]).toEqual(['pass', 'All 4 things that were looked at are in order.'])
  expect(seen(report)).toMatchObject({
    git: ['good', '2.47.3, in a clone'],
    catalog: ['good', 'fermata.yaml: 1 service, 1 with manifests, 0 objectives'],
    cluster: ['good', expect.stringMatching(/^v1\.\d+.* at https:.*, namespace shop$/)],
    'a release of all services': ['good', '1 service of 1 object in shop, as the cluster would take it'],
    Prometheus: ['skipped', 'not looked at: no prometheus-url'],
    GitHub: ['skipped', 'not looked at: no github-token'],
  })
  const writes = cluster.requests.all().slice(before).filter(({ method, dryRun, resource }) => method !== 'GET' && !dryRun && resource !== 'selfsubjectaccessreviews')
  expect(writes).toEqual([])
})

test('who may only read is told what is missing, and which Role would do', async () => {
  user = 'reader'
  const report = await run()
  expect(report.verdict).toBe('fail')
  expect(codes(report)).toContain('FM-DEPLOY-FORBIDDEN')
  const { documents, problems } = parseYaml(report.outputs['role'] ?? '', { file: 'role.yaml', version: '1.1' })
  expect(problems).toEqual([])
  const [role] = documents.map(({ value }) => value as { readonly kind: string; readonly metadata: unknown; readonly rules: readonly { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[] }[] })
  expect(role).toMatchObject({ kind: 'Role', metadata: { name: 'fermata', namespace: 'shop' } })
  const allows = (group: string, resource: string) => role?.rules.filter(({ apiGroups, resources }) => apiGroups.includes(group) && resources.includes(resource)).flatMap(({ verbs }) => verbs)
  expect(allows('apps', 'deployments')).toEqual(['get', 'list', 'watch', 'create', 'patch', 'delete'])
  expect(allows('', 'configmaps')).toEqual(['get', 'list', 'create', 'update'])
  expect(allows('', 'secrets')).toEqual([])
})

describe('what is not in order hides nothing else:', () => {
  test('no catalog', async () => {
    files.delete('fermata.yaml')
    const report = await run()
    expect(report.verdict).toBe('fail')
    expect(seen(report)).toMatchObject({ git: ['good', expect.anything()], catalog: ['bad', 'not in order'], cluster: ['good', expect.anything()], 'a release of all services': ['unknown', 'not looked at: the catalog is not in order'] })
    expect(report.outputs['role']).toBe('')
  })

  test('a catalog with two mistakes', async () => {
    files.set('fermata.yaml', 'services:\n  cart: {dependencies: [nobody], soka: 3s}\n')
    const report = await run()
    expect(seen(report)['catalog']).toEqual(['bad', '2 problems'])
    expect(report.reasons.filter(({ location }) => location?.kind === 'file').length).toBeGreaterThanOrEqual(2)
  })

  test('a manifest that is not there, and an environment with a slip of the pen', async () => {
    files.delete('k8s/cart.yaml')
    expect(seen(await run())['a release of all services']?.[0]).toBe('bad')
    const report = await run({ environment: 'stagign' })
    expect(report.reasons.map(({ remedy }) => remedy)).toContain('Did you mean staging?')
  })

  test('a cluster that nobody reaches, and no git', async () => {
    given = { cluster: () => refused('Nobody answers at https://127.0.0.1:1.'), exec: { run: () => refused('Cannot start git: it is not there.') }, git: { hasClone: false } as DoctorPorts['git'] }
    const report = await run()
    expect(report.verdict).toBe('inconclusive')
    expect(seen(report)).toMatchObject({ git: ['unknown', 'not in order'], catalog: ['good', expect.anything()], cluster: ['unknown', 'not in order'], 'a release of all services': ['unknown', 'not looked at: the cluster is not in order'] })
  })

  test.each([['git version 2.30.2', 'bad', 'FM-DOCTOR-GIT'], ['git version 3.0.0', 'good', undefined], ['git version 2.36.0.windows.1', 'good', undefined], ['what?', 'bad', 'FM-DOCTOR-GIT']])('%s', async (says, state, code) => {
    given = { exec: { run: async () => ({ code: 0, stdout: new TextEncoder().encode(says), stderr: '' }) } }
    const report = await run()
    expect([seen(report)['git']?.[0], codes(report)[0]]).toEqual([state, code])
  })

  test('Prometheus, Alertmanager and a token, each with its own words', async () => {
    given = { forge: { defaultBranch: () => refused('Bad credentials.') } as unknown as DoctorPorts['forge'] }
    const report = await run({ 'prometheus-url': 'http://127.0.0.1:1', 'alertmanager-url': 'http://127.0.0.1:1', 'github-token': 'a-wrong-token' })
    expect(seen(report)).toMatchObject({ Prometheus: ['unknown', 'not in order'], Alertmanager: ['unknown', 'not in order'], GitHub: ['bad', 'not in order'] })
    expect(report.reasons.find(({ code }) => code === 'FM-DOCTOR-TOKEN')?.message).toBe('Bad credentials.')
  })
})

test('a Role for each namespace, and a ClusterRole for what lies in none', () => {
  const rights = [{ verb: 'patch', group: '', resource: 'services', namespace: 'shop' }, { verb: 'get', group: '', resource: 'services', namespace: 'shop' }, { verb: 'get', group: '', resource: 'namespaces' }, { verb: 'patch', group: '', resource: 'secrets', namespace: 'shop' }, { verb: 'get', group: '', resource: 'secrets', namespace: 'shop' }]
  const [role = '', clusterRole = ''] = roleOf(rights).split('---\n')
  expect(role).toBe('apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: fermata\n  namespace: shop\nrules:\n  - apiGroups: [""]\n    resources: [secrets, services]\n    verbs: [get, patch]\n')
  expect(clusterRole).toBe('apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: fermata\nrules:\n  - apiGroups: [""]\n    resources: [namespaces]\n    verbs: [get]\n')
})
