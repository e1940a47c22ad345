import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createAuthority } from '@fermata/sandbox'
import { ConfigurationError } from '@fermata/verdict'
import * as fc from 'fast-check'
import { kubeconfigFor } from '../testing/stub.ts'
import { findKubeconfig, type Surroundings } from './locate.ts'
import { type Choice, resolveTarget } from './resolve.ts'
import type { Target } from './target.ts'

let folder: string
let around: Surroundings
const pem = createAuthority('authority').certificate
const base64 = (text: string) => Buffer.from(text).toString('base64')
const secret = 'eyJhbGciOiJSUzI1NiJ9.c2VjcmV0c2VjcmV0.c2lnbmF0dXJl'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fermata-kubeconfig-'))
  around = { env: {}, home: join(folder, 'home'), cwd: folder, serviceAccount: join(folder, 'account') }
  await mkdir(join(folder, 'home', '.kube'), { recursive: true })
  await mkdir(join(folder, 'account'))
  await mkdir(join(folder, 'certificates'))
  await writeFile(join(folder, 'account', 'token'), 'pod token')
  await writeFile(join(folder, 'account', 'ca.crt'), pem)
  await writeFile(join(folder, 'account', 'namespace'), 'basket\n')
  await writeFile(join(folder, 'certificates', 'ca.pem'), pem)
  await writeFile(join(folder, 'empty'), '')
  await writeFile(join(folder, 'plain'), kubeconfigFor('https://plain.example:6443'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function target(given: string | undefined, choice: Choice = {}, more: Partial<Surroundings> = {}): Promise<Target> {
  return resolveTarget(await findKubeconfig(given, { ...around, ...more }), choice)
}

async function refusal(given: string | undefined, choice: Choice = {}, more: Partial<Surroundings> = {}): Promise<string> {
  try {
    await target(given, choice, more)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    for (const problem of error.problems) expect(problem.code).toMatch(/^FM-KUBE-/)
    return `${error.problems.map((problem) => problem.code).join(' ')} ${error.message}`
  }
  throw new Error('nothing was refused')
}

const yaml = (text: string) => `apiVersion: v1\nkind: Config\n${text}`
const two = yaml(`
current-context: kind-staging
contexts:
  - {name: kind-staging, context: {cluster: a, user: u, namespace: shop}}
  - {name: production, context: {cluster: b, user: u}}
clusters:
  - {name: a, cluster: {server: "https://a.example:6443/"}}
  - {name: b, cluster: {server: "https://b.example/k8s/clusters/c-1"}}
users:
  - {name: u, user: {token: ${secret}}}
`)

describe('where it is found', () => {
  test.each<[string, () => [string | undefined, Partial<Surroundings>?], string]>([
    ['a path', () => [join(folder, 'plain')], 'https://plain.example:6443'],
    ['a path relative to the working directory', () => ['plain'], 'https://plain.example:6443'],
    ['a path below the home folder', () => ['~/../plain'], 'https://plain.example:6443'],
    ['content', () => [two], 'https://a.example:6443'],
    ['content in JSON', () => [kubeconfigFor('https://json.example')], 'https://json.example'],
    ['content in base64, as secrets keep it', () => [base64(two)], 'https://a.example:6443'],
    ['content in base64 with line breaks', () => [base64(two).replace(/.{76}/g, '$&\n')], 'https://a.example:6443'],
    ['KUBECONFIG', () => [undefined, { env: { KUBECONFIG: join(folder, 'plain') } }], 'https://plain.example:6443'],
    ['KUBECONFIG, of which a file is missing', () => [undefined, { env: { KUBECONFIG: ['/nowhere', join(folder, 'plain')].join(delimiter) } }], 'https://plain.example:6443'],
    ['the account of the pod', () => [undefined, { env: { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' } }], 'https://10.0.0.1:443'],
    ['the account of the pod, by IPv6', () => [undefined, { env: { KUBERNETES_SERVICE_HOST: 'fd00::1' } }], 'https://[fd00::1]:443'],
  ])('%s', async (_, given, server) => {
    const [text, more] = given()
    expect((await target(text, {}, more)).cluster.server).toBe(server)
  })

  test('the home folder, when nothing else is said', async () => {
    const home = join(folder, 'other-home')
    await mkdir(join(home, '.kube'), { recursive: true })
    await writeFile(join(home, '.kube', 'config'), two)
    expect((await target('', {}, { home })).context).toBe('kind-staging')
  })

  test.each<[string, string | undefined, Partial<Surroundings>, RegExp]>([
    ['nowhere', undefined, {}, /CONFIG-MISSING .*KUBECONFIG is not set/],
    ['a path that is not there', 'nowhere/config', {}, /CONFIG-MISSING There is no kubeconfig at .*nowhere\/config/],
    ['a KUBECONFIG that is not there', undefined, { env: { KUBECONFIG: '/nowhere' } }, /CONFIG-MISSING KUBECONFIG names \/nowhere/],
    ['a folder', '.', {}, /CONFIG-UNREADABLE .* it is a folder/],
    ['an empty file', 'empty', {}, /CONFIG-EMPTY .*is empty: .*empty/],
    ['a comment', yaml('').replace(/\n/g, '\n#'), {}, /CONFIG-EMPTY/],
    ['a list', '- apiVersion: v1\n- kind: Config', {}, /CONFIG-UNREADABLE .*no mapping/],
  ])('%s is refused', async (_, given, more, expected) => {
    expect(await refusal(given, {}, more)).toMatch(expected)
  })

  test('a file that may not be read', async () => {
    const path = join(folder, 'closed')
    await writeFile(path, two)
    await chmod(path, 0)
    if (process.getuid?.() === 0) return // root reads everything
    expect(await refusal(path)).toMatch(/CONFIG-UNREADABLE .*permission denied/)
  })
})

test('a token that was given instead of a kubeconfig is not repeated', async () => {
  expect(await refusal(secret)).toMatch(/CONFIG-MISSING There is no kubeconfig at .*…,/)
})

describe('which context', () => {
  test('the current one, with its namespace', async () => {
    expect(await target(two)).toMatchObject({ context: 'kind-staging', namespace: 'shop', user: { name: 'u', token: secret } })
  })
  test('the one that is asked for, in the default namespace', async () => {
    expect(await target(two, { context: 'production' })).toMatchObject({ namespace: 'default', cluster: { server: 'https://b.example/k8s/clusters/c-1' } })
  })
  test('the namespace that is asked for', async () => {
    expect((await target(two, { namespace: 'other' })).namespace).toBe('other')
  })
  test('of several files the first one that says a thing is believed', async () => {
    const first = join(folder, 'first')
    const second = join(folder, 'second')
    await writeFile(first, two.replace('current-context: kind-staging\n', ''))
    await writeFile(second, yaml('current-context: production\nclusters: [{name: b, cluster: {server: "https://other.example"}}]'))
    const found = await target(undefined, {}, { env: { KUBECONFIG: [first, second].join(delimiter) } })
    expect(found).toMatchObject({ context: 'production', cluster: { server: 'https://b.example/k8s/clusters/c-1' } })
  })

  test.each<[string, string, Choice, RegExp]>([
    ['a wrong name', two, { context: 'kind-stagin' }, /CONTEXT-UNKNOWN .*no context kind-stagin: .*Did you mean kind-staging\? It has kind-staging, production\./],
    ['a current-context that is not there', two.replace('current-context: kind-staging', 'current-context: gone'), {}, /CONTEXT-UNKNOWN .*gone, which its current-context names/],
    ['no choice', two.replace('current-context: kind-staging\n', ''), {}, /CONTEXT-UNKNOWN .*Set the input context. It has kind-staging, production/],
    ['no contexts', yaml('contexts: []'), {}, /CONFIG-EMPTY .*no contexts/],
    ['a cluster that is not there', two.replace('cluster: a,', 'cluster: c,'), {}, /CONTEXT-INCOMPLETE .*names the cluster c, which is not there.*It has the clusters a, b\./],
    ['a user that is not there', two.replace('user: u, namespace', 'user: v, namespace'), {}, /CONTEXT-INCOMPLETE .*names the user v/],
    ['no cluster', two.replace('cluster: a, ', ''), {}, /CONTEXT-INCOMPLETE .*names no cluster/],
    ['a server that is no address', two.replace('"https://a.example:6443/"', 'a.example'), {}, /CONFIG-INVALID .*no https address/],
    ['entries that are no list', yaml('contexts: {a: b}'), {}, /CONFIG-INVALID .*contexts of the kubeconfig is no list/],
    ['an entry without a name', yaml('users: [{user: {}}]\ncontexts: []'), {}, /CONFIG-INVALID .*users\[0\] .*no name/],
    ['a SOCKS proxy', two.replace('"https://a.example:6443/"', '"https://a.example", proxy-url: "socks5://x:1"'), {}, /CONFIG-INVALID .*proxy-url/],
  ])('%s is refused', async (_, given, choice, expected) => {
    expect((await refusal(given, choice)).replaceAll('\n', ' ')).toMatch(expected)
  })
})

describe('credentials', () => {
  const withUser = (user: Readonly<Record<string, unknown>>, cluster: Readonly<Record<string, unknown>> = {}) => kubeconfigFor('https://a.example', user, cluster)

  test('data wins over a file', async () => {
    const found = await target(withUser({}, { 'certificate-authority-data': base64(pem), 'certificate-authority': '/nowhere' }))
    expect(found.cluster.ca?.toString()).toBe(pem)
  })
  test('files are relative to the kubeconfig', async () => {
    const path = join(folder, 'certificates', 'config')
    await writeFile(path, withUser({ tokenFile: 'token' }, { 'certificate-authority': 'ca.pem' }))
    expect(await target(path)).toMatchObject({ cluster: { ca: Buffer.from(pem) }, user: { tokenFile: join(folder, 'certificates', 'token') } })
  })
  test('a program with a slash is relative to the kubeconfig, another is on the PATH', async () => {
    const path = join(folder, 'certificates', 'exec')
    const program = async (command: string) => {
      await writeFile(path, withUser({ exec: { command } }))
      return (await target(path)).user.plugin
    }
    expect(await program('bin/login')).toMatchObject({ kind: 'exec', command: join(folder, 'certificates', 'bin', 'login') })
    expect(await program('aws')).toMatchObject({ kind: 'exec', command: 'aws' })
  })
  test('who is impersonated', async () => {
    expect((await target(withUser({ token: 't', as: 'deployer', 'as-groups': ['a', 'b'] }))).user.impersonate).toEqual({ user: 'deployer', groups: ['a', 'b'] })
  })
  test('of a pod, the token is the file', async () => {
    const found = await target(undefined, {}, { env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } })
    expect(found).toMatchObject({ namespace: 'basket', user: { tokenFile: join(folder, 'account', 'token') } })
  })

  test.each<[string, string, RegExp]>([
    ['a certificate without a key', withUser({ 'client-certificate-data': base64(pem) }), /without a client-key/],
    ['data that is no PEM', withUser({}, { 'certificate-authority-data': base64('hello') }), /certificate-authority-data that is no PEM/],
    ['a file that is not there', withUser({}, { 'certificate-authority': '/nowhere/ca.pem' }), /\/nowhere\/ca.pem, the certificate-authority of cluster stub, cannot be read: there is no such file/],
    ['a program without a name', withUser({ exec: {} }), /exec without a command/],
  ])('%s is refused', async (_, given, expected) => {
    expect(await refusal(given)).toMatch(expected)
  })
})

test('no refusal ever repeats a credential', async () => {
  const damage = fc.record({ at: fc.nat({ max: two.length }), cut: fc.nat({ max: 12 }), put: fc.string({ maxLength: 3 }) })
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, cut, put }) => {
      const text = two.slice(0, at) + put + two.slice(at + cut)
      const said = await target(text).then(() => '', (error: unknown) => String(error))
      expect(said).not.toContain(secret.slice(0, 16))
    }),
    { numRuns: 300 },
  )
})
