import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createAuthority, type User } from '@fermata/sandbox'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectRefusal, type Refusal } from './support/refusal.ts'
import { fermata, reportOf, runAction } from './support/steps.ts'
import { removeFolders, repositoryWith, type Workspace } from './support/workspace.ts'
import { hasWritten, sketch, startWorld, token, type World } from './support/world.ts'

jest.setTimeout(60_000)

const reading = { verbs: ['get', 'list', 'watch'], groups: ['*'], resources: ['*'] }
const users: readonly User[] = [
  { name: 'admin', token, groups: ['system:masters'], may: 'all' },
  { name: 'reader', token: 'the-token-of-the-reader', may: [reading] },
  { name: 'elsewhere', token: 'the-token-of-elsewhere', may: [{ verbs: ['*'], groups: ['*'], resources: ['*'], namespaces: ['garden'] }] },
  { name: 'late', token: 'the-token-that-is-over', may: 'all', expiresAt: 0 },
]

let world: World
beforeAll(async () => {
  world = await startWorld({ namespaces: ['shop'], users })
})
afterAll(async () => {
  await world.close()
  removeFolders()
})

interface Row {
  readonly when: string
  /** Changes the kubeconfig that would work. Default: as it is. */
  readonly config?: (text: string) => string
  readonly user?: string
  readonly inputs?: (path: string) => Readonly<Record<string, string>>
  readonly refusal: Refusal
}

const rows: readonly Row[] = [
  { when: 'a kubeconfig that is not there', inputs: () => ({ kubeconfig: '/nowhere/kubeconfig' }), refusal: { code: 'FM-KUBE-CONFIG-MISSING', says: /\/nowhere\/kubeconfig/ } },
  { when: 'no kubeconfig at all', inputs: () => ({ kubeconfig: '' }), refusal: { code: 'FM-KUBE-CONFIG-MISSING', says: /input kubeconfig is empty, KUBECONFIG is not set/ } },
  { when: 'a kubeconfig that is a folder', inputs: (path) => ({ kubeconfig: join(path, '..') }), refusal: { code: 'FM-KUBE-CONFIG-UNREADABLE', says: /it is a folder/ } },
  { when: 'a kubeconfig that is no YAML', config: () => 'a: b\nc: [d\n', refusal: { code: 'FM-KUBE-CONFIG-UNREADABLE', says: /kubeconfig/ } },
  { when: 'an empty kubeconfig', config: () => '\n', refusal: { code: 'FM-KUBE-CONFIG-EMPTY', says: /kubeconfig/ } },
  { when: 'a context that is unknown', inputs: () => ({ context: 'sandbx' }), refusal: { code: 'FM-KUBE-CONTEXT-UNKNOWN', says: /sandbx/, remedy: /sandbox/ } },
  { when: 'a token that has expired', user: 'late', refusal: { code: 'FM-KUBE-UNAUTHORIZED', says: /late|credentials|token/, remedy: /token|sign in|credentials/i } },
  { when: 'another certificate authority', config: (text) => text.replace(/certificate-authority-data: .*/, `certificate-authority-data: ${Buffer.from(createAuthority('another').certificate).toString('base64')}`), refusal: { code: 'FM-KUBE-CERTIFICATE', says: /127\.0\.0\.1/, remedy: /certificate authority/i, verdict: 'inconclusive' } },
  { when: 'nobody at the address', config: (text) => text.replace(/server: .*/, 'server: https://127.0.0.1:1'), refusal: { code: 'FM-KUBE-UNREACHABLE', says: /127\.0\.0\.1:1/, verdict: 'inconclusive' } },
  { when: 'no permission to write', user: 'reader', refusal: { code: 'FM-DEPLOY-FORBIDDEN', says: /patch .*deployments.*shop/s } },
  { when: 'no permission in this namespace', user: 'elsewhere', refusal: { code: 'FM-DEPLOY-FORBIDDEN', says: /get .*deployments.*shop/s } },
  { when: 'a namespace that does not exist', inputs: () => ({ namespace: 'shopp' }), refusal: { code: 'FM-DEPLOY-NAMESPACE-NOT-FOUND', says: /shopp/ } },
]

function scene({ config = (text) => text, user }: Pick<Row, 'config' | 'user'>): { readonly workspace: Workspace; readonly kubeconfig: string } {
  const workspace = repositoryWith(sketch({ db: {}, cart: { needs: ['db'] } }))
  const { kubeconfig } = world.open(workspace, 'shop', user)
  writeFileSync(kubeconfig, config(readFileSync(kubeconfig, 'utf8')))
  return { workspace, kubeconfig }
}

describe('a release is refused before anything is written:', () => {
  test.each(rows.map((row) => [row.when, row] as const))('%s', async (_, row) => {
    const { workspace, kubeconfig } = scene(row)
    const ended = await runAction('orchestrated-deploy', workspace, { inputs: { mode: 'apply', kubeconfig, ...row.inputs?.(kubeconfig) } })
    expectRefusal(ended, workspace, row.refusal)
    expect(ended.log + ended.summary + JSON.stringify(reportOf(ended, workspace))).not.toMatch(/the-token-(of|that)/)
    expect(workspace.strays()).toEqual([])
    expect(world.cluster.requests.all().filter(hasWritten)).toEqual([])
  })

  const asRoot = process.getuid?.() === 0
  ;(asRoot ? test.skip : test)('a kubeconfig that nobody may read (not as root, who may read everything)', async () => {
    const { workspace, kubeconfig } = scene({})
    chmodSync(kubeconfig, 0)
    const ended = await runAction('orchestrated-deploy', workspace, { inputs: { mode: 'apply', kubeconfig } })
    expectRefusal(ended, workspace, { code: 'FM-KUBE-CONFIG-UNREADABLE', says: /permission denied/ })
  })
})

test('a kubeconfig given as text: its token is masked and shown nowhere', async () => {
  const { workspace, kubeconfig } = scene({})
  const text = readFileSync(kubeconfig, 'utf8')
  for (const [index, given] of [text, Buffer.from(text).toString('base64')].entries()) {
    const folder = `fermata-report/${index}`
    const ended = await runAction('orchestrated-deploy', workspace, { inputs: { mode: 'plan', kubeconfig: given, 'report-dir': folder, plan: `${folder}/plan.json` } })
    expect([ended.code, ended.outputs['verdict']]).toEqual([0, 'pass'])
    const files = ['report.json', 'report.html', 'plan.json'].map((name) => readFileSync(join(workspace.path, folder, name), 'utf8'))
    const told = [ended.log.replace(/^::add-mask::.*$/gm, ''), ended.summary, JSON.stringify(ended.outputs), JSON.stringify(ended.state), ...files].join('\n')
    for (const secret of [token, Buffer.from(token).toString('base64'), given.slice(0, 60)]) expect(told).not.toContain(secret)
  }
})

test('on the command line: 2 for what the caller gave, 1 for what the cluster refuses', async () => {
  const { workspace, kubeconfig } = scene({ user: 'late' })
  const [missing, expired] = await Promise.all([fermata(['plan', '--kubeconfig', 'nowhere'], workspace), fermata(['plan', '--kubeconfig', kubeconfig, '--report-dir', 'fermata-report/2'], workspace)])
  expect([missing.code, missing.stdout]).toEqual([2, expect.stringContaining('FM-KUBE-CONFIG-MISSING')])
  expect([expired.code, expired.stdout]).toEqual([1, expect.stringContaining('FM-KUBE-UNAUTHORIZED')])
})
