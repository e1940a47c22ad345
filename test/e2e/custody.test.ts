import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { mapAt } from '@fermata/ports'
import type { Started } from '@fermata/sandbox'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dist, runAction, startAction } from './support/steps.ts'
import { removeFolders, repositoryWith, type Workspace } from './support/workspace.ts'
import { type Here, imageFor, sketch, startWorld, type World } from './support/world.ts'

jest.setTimeout(90_000)

let world: World
beforeAll(async () => {
  world = await startWorld({ speed: 8, namespaces: ['resumed', 'swept', 'twice', 'turned', 'away'] })
  // Ready after five seconds of ours: long enough to be killed in between.
  world.story.image(imageFor('cart', 2), { does: 'run', readyAfter: 40 })
  // Ready after a quarter of a minute: longer than a run goes without a sign of life.
  world.story.image(imageFor('cart', 3), { does: 'run', readyAfter: 130 })
})
afterAll(async () => {
  expect(world.cluster.unknown).toBe(0)
  await world.close()
  removeFolders()
})

const shop = (version: number) => sketch({ db: { version }, cart: { needs: ['db'], version, config: `edition-${version}` }, stock: { needs: ['db'], version }, web: { needs: ['cart', 'stock'], version } })
const ids = ['db', 'cart', 'stock', 'web'] as const

interface Scene {
  readonly workspace: Workspace
  readonly here: Here
  readonly step: Started
}

/** A release of four services that is in the middle: db is out, cart on its way, web has not begun. */
async function inTheMiddle(namespace: string, version = 2): Promise<Scene> {
  const workspace = repositoryWith(shop(1))
  const here = world.open(workspace, namespace)
  const inputs = { mode: 'apply', kubeconfig: here.kubeconfig, namespace }
  expect((await runAction('orchestrated-deploy', workspace, { inputs })).code).toBe(0)
  workspace.commit(shop(version))
  const step = startAction('orchestrated-deploy', workspace, { inputs })
  await here.until(() => here.imageOf('cart') === imageFor('cart', version) && here.objects('Pod').some((pod) => JSON.stringify(pod['spec']).includes(imageFor('cart', version))))
  return { workspace, here, step }
}

async function kill({ step, here }: Scene): Promise<void> {
  step.process.kill('SIGKILL')
  await step.ended
  // What half a minute would do to the leases of a run that renews them no more.
  for (const lease of here.objects('Lease')) {
    const spec = { ...(lease['spec'] as object), renewTime: new Date(Date.now() - 60_000).toISOString().replace('Z', '000Z') }
    world.cluster.store.put('leases.coordination.k8s.io', `${here.namespace}/${lease.metadata.name}`, { ...lease, spec })
  }
}

interface Said {
  readonly code: number | null
  readonly report: { readonly verdict: string; readonly summary: string; readonly reasons: readonly { readonly code: string; readonly message: string }[]; readonly outputs: Readonly<Record<string, string>> }
}

function fermata({ workspace, here }: Pick<Scene, 'workspace' | 'here'>, ...args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [join(dist, 'fermata.js'), ...args, '--kubeconfig', here.kubeconfig, '--namespace', here.namespace, '--output', 'json'], { cwd: workspace.path, stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'], HOME: workspace.path } })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, report: JSON.parse(stdout) as Said['report'] })))
}

const images = ({ here }: Scene) => ids.map((id) => here.imageOf(id))
const all = (version: number) => ids.map((id) => imageFor(id, version))
const openJournals = ({ here }: Scene) => here.objects('ConfigMap').filter(({ metadata, ...rest }) => metadata.name.startsWith('fermata-journal-') && JSON.stringify(rest).includes('\\"ended\\":false'))

test('a release whose runner is killed is brought to its end by `fermata resume`', async () => {
  const scene = await inTheMiddle('resumed')
  await kill(scene)
  expect([images(scene), openJournals(scene)]).toEqual([[...all(2).slice(0, 3), imageFor('web', 1)], [expect.anything()]])
  const resumed = await fermata(scene, 'resume')
  expect([resumed.code, resumed.report.verdict, JSON.parse(resumed.report.outputs['deployed'] ?? '[]')]).toEqual([0, 'pass', [...ids]])
  expect([images(scene), openJournals(scene)]).toEqual([all(2), []])
  const again = await fermata(scene, 'resume')
  expect([again.code, again.report.summary]).toEqual([0, expect.stringContaining('No release')])
})

test('and by `fermata sweep` back to what was', async () => {
  const scene = await inTheMiddle('swept')
  await kill(scene)
  const dry = await fermata(scene, 'sweep', '--dry-run', 'true')
  expect([dry.code, dry.report.summary, openJournals(scene)]).toEqual([0, expect.stringContaining('would undo 1 of 1'), [expect.anything()]])
  const swept = await fermata(scene, 'sweep')
  expect([swept.code, swept.report.verdict, images(scene), openJournals(scene)]).toEqual([0, 'warn', all(1), []])
  expect(scene.here.object('ConfigMap', 'cart')).toMatchObject({ data: { value: 'edition-1' } })
})

test('a second release at the same time is refused, and the first comes to its end', async () => {
  const scene = await inTheMiddle('twice', 3)
  const second = await fermata(scene, 'deploy')
  expect([second.code, second.report.reasons.map(({ code }) => code)]).toEqual([1, expect.arrayContaining(['FM-DEPLOY-UNDER-WAY'])])
  expect((await scene.step.ended).code).toBe(0)
  expect([images(scene), openJournals(scene)]).toEqual([all(3), []])
})

test('a job that is cancelled while a green has all the traffic gives it back at once, and leaves the green to the fuse', async () => {
  const stock = (version: number, soak: string) => sketch({ stock: { version, strategy: 'blue_green', soak, timeout: '10m' } })
  const workspace = repositoryWith(stock(1, '0s'))
  const here = world.open(workspace, 'turned')
  const inputs = { mode: 'apply', kubeconfig: here.kubeconfig, namespace: 'turned' }
  expect((await runAction('orchestrated-deploy', workspace, { inputs })).code).toBe(0)
  workspace.commit(stock(2, '5m'))
  const step = startAction('orchestrated-deploy', workspace, { inputs })
  const selector = () => JSON.stringify(mapAt(here.object('Service', 'stock'), 'spec', 'selector'))
  const owners = () => here.object('Deployment', 'stock-green')?.metadata.ownerReferences?.map(({ kind }) => kind) ?? []
  await here.until(() => selector().includes('stock-green'))
  expect(owners()).toEqual([])
  step.process.kill('SIGINT')
  const ended = await step.ended
  expect([ended.code === 0, selector(), here.imageOf('stock'), owners()]).toEqual([false, '{"app":"stock"}', imageFor('stock', 1), ['Job']])
})

test('a cluster that gives no answer leaves everything open: exit code 3', async () => {
  const workspace = repositoryWith(shop(1))
  const here = world.open(workspace, 'away')
  const kubeconfig = join(workspace.path, '.git', 'away')
  writeFileSync(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [{ name: 'a', cluster: { server: 'http://127.0.0.1:1' } }], users: [{ name: 'a', user: {} }], contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }], 'current-context': 'a' }))
  const said = await fermata({ workspace, here: { ...here, kubeconfig } }, 'status')
  expect([said.code, said.report.verdict, said.report.reasons.map(({ code }) => code)]).toEqual([3, 'inconclusive', ['FM-KUBE-UNREACHABLE']])
})
