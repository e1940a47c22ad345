import type { RequestOptions } from 'node:https'
import { ClusterError } from '@fermata/ports'
import type { Login } from './login.ts'
import { codeOf, messageOf } from '../wire/fault.ts'
import { withoutSecrets } from './secrets.ts'
import type { Plugin, Target } from './target.ts'

/** How long a program may take to give credentials. A person who signs in by browser does not sit in front of a runner. */
const pluginTimeout = 60_000

/**
 * Credentials from a program (`exec`) or a provider (oidc, gcp, azure), by way of the Kubernetes client, which remembers them until they expire.
 * The client is loaded here and only here: it costs ten times the start of everything else in this package.
 */
export function pluginLogin(target: Target): () => Promise<Login> {
  const plugin = target.user.plugin as Plugin
  let apply: Promise<(options: RequestOptions) => Promise<void>> | undefined
  return async () => {
    apply ??= loadClient(target, plugin)
    const options: RequestOptions = { headers: {} }
    try {
      await within(pluginTimeout, (await apply)(options))
    } catch (error) {
      throw pluginError(target, plugin, error)
    }
    const headers = Object.fromEntries(Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]))
    if (headers['authorization'] === undefined && options.cert === undefined) throw pluginError(target, plugin, new Error('it gave neither a token nor a certificate'))
    return { headers, ...(options.cert !== undefined && { certificate: options.cert as Buffer | string }), ...(options.key !== undefined && { key: options.key as Buffer | string }) }
  }
}

async function loadClient(target: Target, plugin: Plugin): Promise<(options: RequestOptions) => Promise<void>> {
  const { KubeConfig } = await import('./kube-config.ts')
  const config = new KubeConfig()
  const { context, cluster, user } = target
  config.loadFromOptions({
    clusters: [{ name: cluster.name, server: cluster.server, skipTLSVerify: cluster.skipTlsVerify }],
    users: [plugin.kind === 'exec' ? { name: user.name, exec: withExecInfo(target, plugin) } : { name: user.name, authProvider: plugin.raw }],
    contexts: [{ name: context, cluster: cluster.name, user: user.name }],
    currentContext: context,
  })
  return (options) => config.applyToHTTPSOptions(options)
}

/**
 * KUBERNETES_EXEC_INFO tells a program which version to answer in, and where asked for, for which cluster.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats
 */
function withExecInfo({ cluster }: Target, plugin: Plugin & { readonly kind: 'exec' }): Readonly<Record<string, unknown>> {
  const info = {
    apiVersion: plugin.raw['apiVersion'] ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(plugin.raw['provideClusterInfo'] === true && {
        cluster: { server: cluster.server, 'insecure-skip-tls-verify': cluster.skipTlsVerify, ...(cluster.ca && { 'certificate-authority-data': cluster.ca.toString('base64') }), ...(cluster.tlsServerName !== undefined && { 'tls-server-name': cluster.tlsServerName }) },
      }),
    },
  }
  const env = Array.isArray(plugin.raw['env']) ? plugin.raw['env'] : []
  return { ...plugin.raw, command: plugin.command, env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] }
}

function pluginError(target: Target, plugin: Plugin, error: unknown): ClusterError {
  const who = `user ${target.user.name} of context ${target.context}`
  if (plugin.kind === 'provider') {
    return new ClusterError('unauthorized', `The provider ${plugin.name} gave no credentials for ${who}: ${wordsOf(error)}.`, { code: 'FM-KUBE-PLUGIN-FAILED', remedy: 'Sign in again and write the kubeconfig anew.', cause: error })
  }
  const { command, installHint } = plugin
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'EACCES') {
    return new ClusterError('unauthorized', `${command}, which gives the credentials of ${who}, ${code === 'ENOENT' ? 'is not installed' : 'may not be run'}.`, {
      code: 'FM-KUBE-PLUGIN-MISSING',
      remedy: installHint ?? 'Install it in a step before this one, and see that it is on the PATH.',
      cause: error,
    })
  }
  return new ClusterError('unauthorized', `${command} gave no credentials for ${who}: ${wordsOf(error)}.`, { code: 'FM-KUBE-PLUGIN-FAILED', remedy: 'Run it by hand with the arguments that the kubeconfig gives it, and sign in again.', cause: error })
}

/** The client hands on what a program wrote to stderr, but also pieces of output that is no JSON: a token may be in there. */
function wordsOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'its output is no JSON'
  if (error instanceof TypeError) return 'its output is no ExecCredential with a status'
  const lines = messageOf(error).split('\n').map((line) => line.trim()).filter((line) => line !== '')
  return withoutSecrets(lines.slice(-3).join(' / ')).replace(/\.$/, '') || 'it failed without a word'
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
