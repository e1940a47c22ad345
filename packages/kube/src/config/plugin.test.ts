import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { type SandboxCluster, startCluster, virtualClock } from '@fermata/sandbox'
import { connectCluster } from '../connect.ts'
import { half, instantClock } from '../testing/stub.ts'

let folder: string
let sandbox: SandboxCluster
const token = 'plugin-token-plugin-token-plugin-token-1'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fermata-plugin-'))
  sandbox = await startCluster({ clock: virtualClock(), users: [{ name: 'admin', token, may: 'all' }] })
})
afterEach(() => sandbox.faults.clear())
afterAll(async () => {
  await sandbox.stop()
  await rm(folder, { recursive: true, force: true })
})

/** A kubeconfig whose user gets credentials from a program, which is a few lines of JavaScript. */
async function withProgram(name: string, lines: string, exec: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const program = join(folder, name)
  await writeFile(program, `#!${process.execPath}\n${lines}\n`)
  await chmod(program, 0o755)
  return withUser({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: program, args: ['a b', '$(c)'], ...exec } })
}

function withUser(user: Readonly<Record<string, unknown>>): string {
  return sandbox.kubeconfig().replace(/user:\n +token: .*/, `user: ${JSON.stringify(user)}`)
}

const gives = (status: Readonly<Record<string, unknown>>) => `console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: ${JSON.stringify(status)} }))`
const connect = (kubeconfig: string) => connectCluster({ kubeconfig, clock: instantClock(), random: half, environment: {} })

async function refusal(kubeconfig: string): Promise<Error> {
  return connect(kubeconfig).then(() => { throw new Error('nothing was refused') }, (error: unknown) => error as Error)
}

test('a program gives the token, is asked once, and hears which version and which cluster are meant', async () => {
  const log = join(folder, 'calls')
  const kubeconfig = await withProgram('good', `require('fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify([process.argv.slice(2), process.env.KUBERNETES_EXEC_INFO, process.env.EXTRA]) + '\\n');${gives({ token })}`, { provideClusterInfo: true, env: [{ name: 'EXTRA', value: 'yes' }] })
  const cluster = await connect(kubeconfig)
  expect(await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' })).toBeDefined()
  const calls = (await readFile(log, 'utf8')).trim().split('\n')
  expect(calls).toHaveLength(1)
  const [args, info, extra] = JSON.parse(calls[0] as string) as [string[], string, string]
  expect([args, extra]).toEqual([['a b', '$(c)'], 'yes'])
  expect(JSON.parse(info)).toMatchObject({ apiVersion: 'client.authentication.k8s.io/v1', spec: { interactive: false, cluster: { server: sandbox.url } } })
  cluster.close()
})

test('a token that the server no longer takes is renewed once, in the middle of a run', async () => {
  const cluster = await connect(await withProgram('renewing', gives({ token })))
  const refused = sandbox.faults.order({ resource: 'namespaces' }, { kind: 'unauthorized' }, 1)
  expect(await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' })).toBeDefined()
  expect(refused.count()).toBe(1)
  sandbox.faults.order({ resource: 'namespaces' }, { kind: 'unauthorized' })
  await expect(cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' })).rejects.toMatchObject({ kind: 'unauthorized', reason: { remedy: expect.stringContaining('Sign in again for the program') as unknown } })
  cluster.close()
})

test.each<[string, string, RegExp]>([
  ['fails', `console.error('Session expired.\\nRun login with ${token}'); process.exit(3)`, /gave no credentials for user admin of context sandbox: Session expired\. \/ Run login with …\./],
  ['fails without a word', 'process.exit(3)', /it failed without a word/],
  ['writes no JSON', `console.log('${token} is not JSON')`, /its output is no JSON/],
  ['writes something else', 'console.log(JSON.stringify({ kind: "Other" }))', /no ExecCredential with a status/],
  ['gives an empty status', gives({}), /neither a token nor a certificate/],
])('a program that %s is told with its words, and without its secrets', async (name, lines, expected) => {
  const error = await refusal(await withProgram(name.replaceAll(' ', '-'), lines))
  expect(error).toMatchObject({ kind: 'unauthorized', reason: { code: 'FM-KUBE-PLUGIN-FAILED' } })
  expect(error.message).toMatch(expected)
  expect(error.message).not.toContain(token)
})

test('a program that is not installed is told with the hint of whoever wrote the kubeconfig', async () => {
  const error = await refusal(withUser({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-login', installHint: 'Get it from your platform team.' } }))
  expect(error).toMatchObject({ reason: { code: 'FM-KUBE-PLUGIN-MISSING' } })
  expect(error.message).toMatch(/no-such-login, which gives the credentials of user admin of context sandbox, is not installed\. Get it from your platform team\./)
})

test('a provider that nobody supports says so', async () => {
  const error = await refusal(withUser({ 'auth-provider': { name: 'tea-leaves', config: {} } }))
  expect(error).toMatchObject({ reason: { code: 'FM-KUBE-PLUGIN-FAILED' } })
  expect(error.message).toMatch(/tea-leaves/)
})

test('a token file is read again when the server refuses what it held', async () => {
  const path = join(folder, 'token')
  await writeFile(path, `${token}\n`)
  const cluster = await connect(withUser({ tokenFile: path }))
  expect(await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' })).toBeDefined()
  await writeFile(path, 'another')
  expect(await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' })).toBeDefined()
  sandbox.faults.order({ resource: 'namespaces' }, { kind: 'unauthorized' }, 1)
  await expect(cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' })).rejects.toMatchObject({ kind: 'unauthorized', reason: { remedy: `Renew the token in ${path}.` } })
  cluster.close()
})
