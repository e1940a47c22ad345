import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createAuthority } from '@fermata/sandbox'
import { connectTo, kubeconfigFor } from '../testing/stub.ts'
import { explainLogin } from './credentials.ts'
import type { Target } from './target.ts'

const authority = createAuthority('authority')
const stranger = createAuthority('stranger')
const foreign = stranger.issueClient('x')
const client = authority.issueClient('deployer', ['release', 'shop'])
const base64 = (text: string) => Buffer.from(text).toString('base64')
let server: https.Server
let url: string
let folder: string
const seen: { readonly user: unknown; readonly groups: unknown; readonly impersonated: readonly string[] }[] = []

/** A server that lets nobody in without a certificate of its authority, as etcd and some API servers do. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fermata-credentials-'))
  const own = authority.issueServer(['127.0.0.1'])
  server = https.createServer({ cert: own.certificate, key: own.key, ca: authority.certificate, requestCert: true }, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate()
    seen.push({ user: subject.CN, groups: subject.O, impersonated: request.rawHeaders.filter((_, index, all) => all[index - 1]?.toLowerCase() === 'impersonate-group') })
    response.end(JSON.stringify({ gitVersion: 'v1.35.4' }))
  })
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise<void>((settle) => server.close(() => settle()))
  await rm(folder, { recursive: true, force: true })
})

const cluster = { 'certificate-authority-data': base64(authority.certificate) }

test('a client certificate is shown, and its groups with it', async () => {
  const kube = await connectTo({ kubeconfig: kubeconfigFor(url, { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key), as: 'bot', 'as-groups': ['a', 'b'] }, cluster) })
  expect(seen.at(-1)).toEqual({ user: 'deployer', groups: expect.arrayContaining(['release', 'shop']), impersonated: ['a', 'b'] })
  kube.close()
})

test('a program may give a certificate instead of a token', async () => {
  const program = join(folder, 'login')
  await writeFile(program, `#!${process.execPath}\nconsole.log(${JSON.stringify(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { clientCertificateData: client.certificate, clientKeyData: client.key } }))})\n`)
  await chmod(program, 0o755)
  const kube = await connectTo({ kubeconfig: kubeconfigFor(url, { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: program } }, cluster) })
  expect(seen.at(-1)).toMatchObject({ user: 'deployer' })
  kube.close()
})

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['no certificate', {}],
  ['a certificate of another authority', { 'client-certificate-data': base64(foreign.certificate), 'client-key-data': base64(foreign.key) }],
])('a server that wants a certificate and gets %s is told as a handshake that failed', async (_, user) => {
  const error = await connectTo({ kubeconfig: kubeconfigFor(url, user, cluster) }).then(() => { throw new Error('was let in') }, (refused: unknown) => refused as Error)
  expect(error).toMatchObject({ name: 'ClusterError' })
  expect(error.message).toMatch(/TLS handshake failed.*Check the client certificate of the user|closed the connection/)
})

test.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>, RegExp]>([
  ['a key of another certificate', { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(foreign.key) }, cluster, /client-key that does not belong to its client-certificate/],
  ['a key that is none', { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.certificate) }, cluster, /client-key that cannot be read/],
  ['a certificate that is none', { 'client-certificate-data': base64(client.key), 'client-key-data': base64(client.key) }, cluster, /client-certificate that is no X.509 certificate/],
  ['an authority that is none', {}, { 'certificate-authority-data': base64(client.key) }, /certificate-authority that is no X.509 certificate/],
])('%s is refused before anything is sent', async (_, user, clusterFields, says) => {
  await expect(connectTo({ kubeconfig: kubeconfigFor(url, user, clusterFields) })).rejects.toMatchObject({ name: 'ConfigurationError', problems: [{ code: 'FM-KUBE-CONFIG-INVALID', says: expect.stringMatching(says) as unknown }] })
})

const target: Target = { origin: 'x', context: 'prod', namespace: 'shop', cluster: { name: 'c', server: 'https://k', skipTlsVerify: false }, user: { name: 'ada' } }
const now = Date.parse('2026-06-01T00:00:00Z')
const jwt = (payload: unknown) => `h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`

test.each<[string, Parameters<typeof explainLogin>[1], RegExp]>([
  ['nothing', { headers: {} }, /user ada of context prod has no credentials/],
  ['a token that has expired', { headers: { authorization: `Bearer ${jwt({ exp: now / 1000 - 60 })}` } }, /its token expired at 2026-05-31T23:59:00.000Z/],
  ['a token that has not', { headers: { authorization: `Bearer ${jwt({ exp: now / 1000 + 60 })}` } }, /its token is valid until .* belongs to another cluster or was revoked/],
  ['a token that tells nothing', { headers: { authorization: 'Bearer opaque' } }, /its token may have expired or belong to another cluster/],
  ['a certificate', { headers: {}, certificate: client.certificate }, /its client certificate is valid until/],
  ['a password', { headers: { authorization: 'Basic x' } }, /its login may have expired/],
])('of %s it is told what may be wrong with it', (_, login, says) => {
  const { says: said, remedy } = explainLogin(target, login, now)
  expect(said).toMatch(says)
  expect(remedy).toBeTruthy()
})
