import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join, resolve } from 'node:path'
import { ConfigurationError, didYouMean } from '@fermata/verdict'
import { type Found, isMissing, unreadable } from './locate.ts'
import { asRecord, type Entry, type MergedConfig, mergeConfigs } from './merge.ts'
import type { Plugin, Target, TargetCluster, TargetUser } from './target.ts'

export interface Choice {
  readonly context?: string | undefined
  readonly namespace?: string | undefined
}

/**
 * What one context means: its server, its user, and the files that both name, read.
 * @throws ConfigurationError
 */
export async function resolveTarget(found: Found, choice: Choice): Promise<Target> {
  if (found.kind === 'in-cluster') return podTarget(found, choice)
  const config = mergeConfigs(found.texts)
  const context = chooseContext(config, choice.context)
  const cluster = referenced(context, 'cluster', config.clusters)
  const user = referenced(context, 'user', config.users)
  return {
    origin: config.origin,
    context: context.name,
    namespace: choice.namespace ?? textOf(context, 'namespace') ?? 'default',
    cluster: await readCluster(cluster),
    user: await readUser(user),
  }
}

/** Of the pod that we run in. Its token is renewed by the kubelet, so the file is what counts. */
async function podTarget(found: Found & { readonly kind: 'in-cluster' }, choice: Choice): Promise<Target> {
  if (choice.context !== undefined) {
    throw new ConfigurationError([{ code: 'FM-KUBE-CONTEXT-UNKNOWN', says: `There is no context ${choice.context}: no kubeconfig was found, only the service account of this pod.`, remedy: 'Leave the context out, or give a kubeconfig.' }])
  }
  const tokenFile = join(found.folder, 'token')
  return {
    origin: 'the service account of this pod',
    context: 'in-cluster',
    namespace: choice.namespace ?? (await contentOf(join(found.folder, 'namespace'))).toString('utf8').trim(),
    cluster: { name: 'in-cluster', server: `https://${isIPv6(found.host) ? `[${found.host}]` : found.host}:${found.port}`, ca: await contentOf(join(found.folder, 'ca.crt')), skipTlsVerify: false },
    user: { name: 'service account', tokenFile },
  }
}

function chooseContext(config: MergedConfig, wanted: string | undefined): Entry {
  const names = [...config.contexts.keys()].toSorted()
  if (names.length === 0) throw new ConfigurationError([{ code: 'FM-KUBE-CONFIG-EMPTY', says: `The kubeconfig has no contexts: ${config.origin}.`, remedy: 'Check that the secret or the step that writes it is there for this job.' }])
  const name = wanted ?? config.currentContext
  const there = `It has ${names.join(', ')}.`
  if (name === undefined) throw new ConfigurationError([{ code: 'FM-KUBE-CONTEXT-UNKNOWN', says: `The kubeconfig sets no current-context, and no context was asked for: ${config.origin}.`, remedy: `Set the input context. ${there}` }])
  const context = config.contexts.get(name)
  if (context !== undefined) return context
  const meant = didYouMean(name, names)
  throw new ConfigurationError([{ code: 'FM-KUBE-CONTEXT-UNKNOWN', says: `The kubeconfig has no context ${name}${wanted === undefined ? ', which its current-context names' : ''}: ${config.origin}.`, remedy: `${meant === undefined ? '' : `Did you mean ${meant}? `}${there}` }])
}

function referenced(context: Entry, role: 'cluster' | 'user', entries: ReadonlyMap<string, Entry>): Entry {
  const name = textOf(context, role)
  const incomplete = (says: string, remedy: string) => new ConfigurationError([{ code: 'FM-KUBE-CONTEXT-INCOMPLETE', says: `Context ${context.name} of the kubeconfig ${says}: ${context.from.origin}.`, remedy }])
  if (name === undefined) {
    // A server without users, such as kubectl proxy, needs none.
    if (role === 'user') return { name: 'anonymous', from: context.from, fields: {} }
    throw incomplete('names no cluster', 'Add the name of one of its clusters.')
  }
  const entry = entries.get(name)
  if (entry !== undefined) return entry
  const names = [...entries.keys()].toSorted()
  throw incomplete(`names the ${role} ${name}, which is not there`, names.length === 0 ? `Add it under ${role}s.` : `It has the ${role}s ${names.join(', ')}.`)
}

async function readCluster(entry: Entry): Promise<TargetCluster> {
  const server = textOf(entry, 'server')?.replace(/\/+$/, '')
  const url = server === undefined ? null : URL.parse(server)
  if (server === undefined || url === null || !['https:', 'http:'].includes(url.protocol)) throw invalid(entry, 'cluster', server === undefined ? 'has no server' : 'has a server that is no https address')
  const ca = await dataOrFile(entry, 'cluster', 'certificate-authority')
  if (ca && !isCertificate(ca)) throw invalid(entry, 'cluster', 'has a certificate-authority that is no X.509 certificate')
  const tlsServerName = textOf(entry, 'tls-server-name')
  const proxyUrl = textOf(entry, 'proxy-url')
  if (proxyUrl !== undefined && !/^https?:\/\//.test(proxyUrl)) throw invalid(entry, 'cluster', 'has a proxy-url that is no http or https address, and other proxies are not supported')
  return { name: entry.name, server, skipTlsVerify: entry.fields['insecure-skip-tls-verify'] === true, ...(ca && { ca }), ...(tlsServerName !== undefined && { tlsServerName }), ...(proxyUrl !== undefined && { proxyUrl }) }
}

async function readUser(entry: Entry): Promise<TargetUser> {
  const certificate = await dataOrFile(entry, 'user', 'client-certificate')
  const key = await dataOrFile(entry, 'user', 'client-key')
  if ((certificate === undefined) !== (key === undefined)) throw invalid(entry, 'user', certificate === undefined ? 'has a client-key without a client-certificate' : 'has a client-certificate without a client-key')
  if (certificate && key) checkPair(entry, certificate, key)
  const token = textOf(entry, 'token')
  const tokenFile = textOf(entry, 'tokenFile')
  const username = textOf(entry, 'username')
  const impersonate = textOf(entry, 'as')
  const groups = entry.fields['as-groups']
  const uid = textOf(entry, 'as-uid')
  const plugin = pluginOf(entry)
  return {
    name: entry.name,
    ...(certificate && key && { certificate, key }),
    ...(token !== undefined && { token }),
    ...(tokenFile !== undefined && { tokenFile: resolve(entry.from.folder, tokenFile) }),
    ...(username !== undefined && { basic: { username, password: textOf(entry, 'password') ?? '' } }),
    ...(impersonate !== undefined && { impersonate: { user: impersonate, groups: Array.isArray(groups) ? groups.map(String) : [], ...(uid !== undefined && { uid }) } }),
    ...(plugin && { plugin }),
  }
}

function isCertificate(pem: Buffer): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    // What OpenSSL says of it names bytes, not what a reader could correct.
    return false
  }
}

/** OpenSSL would refuse a wrong pair too, but in the middle of the first request and without a name. */
function checkPair(entry: Entry, certificate: Buffer, key: Buffer): void {
  if (!isCertificate(certificate)) throw invalid(entry, 'user', 'has a client-certificate that is no X.509 certificate')
  let privateKey: KeyObject
  try {
    privateKey = createPrivateKey(key)
  } catch {
    throw invalid(entry, 'user', 'has a client-key that cannot be read as a private key')
  }
  if (!new X509Certificate(certificate).checkPrivateKey(privateKey)) throw invalid(entry, 'user', 'has a client-key that does not belong to its client-certificate')
}

function pluginOf(entry: Entry): Plugin | undefined {
  const exec = asRecord(entry.fields['exec'])
  if (exec !== undefined) {
    const { command, installHint } = exec
    if (typeof command !== 'string' || command === '') throw invalid(entry, 'user', 'has exec without a command')
    // As in client-go: with a slash it is a path beside the kubeconfig, without one a program on the PATH.
    const program = /[/\\]/.test(command) ? resolve(entry.from.folder, command) : command
    return { kind: 'exec', command: program, raw: exec, ...(typeof installHint === 'string' && { installHint: installHint.trim() }) }
  }
  const provider = asRecord(entry.fields['auth-provider'])
  if (provider === undefined) return undefined
  if (typeof provider['name'] !== 'string') throw invalid(entry, 'user', 'has an auth-provider without a name')
  return { kind: 'provider', name: provider['name'], raw: provider }
}

/** `<field>-data` in base64 wins over the file that `<field>` names, as in client-go. */
async function dataOrFile(entry: Entry, list: 'cluster' | 'user', field: string): Promise<Buffer | undefined> {
  const data = textOf(entry, `${field}-data`)
  if (data !== undefined) {
    const decoded = Buffer.from(data, 'base64')
    if (!decoded.includes('-----BEGIN ')) throw invalid(entry, list, `has a ${field}-data that is no PEM in base64`)
    return decoded
  }
  const file = textOf(entry, field)
  return file === undefined ? undefined : contentOf(resolve(entry.from.folder, file), `${field} of ${list} ${entry.name}`)
}

async function contentOf(path: string, role?: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const name = role === undefined ? path : `${path}, the ${role},`
    throw new ConfigurationError([{ ...unreadable(name, error), ...(isMissing(error) && role !== undefined && { remedy: 'Correct the path, or put the content into the kubeconfig with: kubectl config view --flatten.' }) }], { cause: error })
  }
}

function textOf(entry: Entry, field: string): string | undefined {
  const value = entry.fields[field]
  if (value === undefined || value === null || value === '') return undefined
  // A password or a token of digits only is a number for YAML.
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw invalid(entry, 'entry', `has a ${field} that is no text`)
}

function invalid(entry: Entry, what: string, says: string): ConfigurationError {
  return new ConfigurationError([{ code: 'FM-KUBE-CONFIG-INVALID', says: `The ${what} ${entry.name} of the kubeconfig ${says}: ${entry.from.origin}.`, remedy: 'Correct the entry, or write the kubeconfig anew.' }])
}
