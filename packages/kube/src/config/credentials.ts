import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ClusterError, type Clock, type Instant } from '@fermata/ports'
import { unreadable } from './locate.ts'
import type { Login } from './login.ts'
import { pluginLogin } from './plugin.ts'
import type { Target } from './target.ts'

export interface Credentials {
  /** For the next request. Throws a ClusterError when a plugin or a token file gives nothing. */
  login(): Promise<Login>
  /** Drops what is remembered, after the server refused it. False when asking again would give the same. */
  forget(): boolean
}

const tokenFileFor = 60_000

/** Credentials go over TLS only, as in client-go: over plain http none is ever sent. */
export function credentialsOf(target: Target, clock: Clock): Credentials {
  if (target.cluster.server.startsWith('http:')) return { login: async () => ({ headers: {} }), forget: () => false }
  const { plugin, tokenFile } = target.user
  if (plugin !== undefined) return pluginCredentials(target)
  if (tokenFile !== undefined) return fileCredentials(target, tokenFile, clock)
  const login = fixedLogin(target, target.user.token)
  return { login: async () => login, forget: () => false }
}

function pluginCredentials(target: Target): Credentials {
  let source = pluginLogin(target)
  const fixed = fixedLogin(target, target.user.token)
  return {
    login: async () => {
      const given = await source()
      return { ...fixed, ...given, headers: { ...fixed.headers, ...given.headers } }
    },
    forget: () => {
      source = pluginLogin(target)
      return true
    },
  }
}

function fileCredentials(target: Target, path: string, clock: Clock): Credentials {
  let known: { readonly login: Login; readonly readAt: Instant } | undefined
  return {
    login: async () => {
      if (known !== undefined && clock.now() - known.readAt < tokenFileFor) return known.login
      const readAt = clock.now()
      let token: string
      try {
        token = (await readFile(path, 'utf8')).trim()
      } catch (error) {
        throw new ClusterError('unauthorized', unreadable(`The token file ${path} of user ${target.user.name}`, error).says, { code: 'FM-KUBE-CONFIG-UNREADABLE', cause: error, remedy: 'Check the path and its permissions.' })
      }
      known = { login: fixedLogin(target, token), readAt }
      return known.login
    },
    forget: () => {
      const hadOne = known !== undefined
      known = undefined
      return hadOne
    },
  }
}

function fixedLogin({ user }: Target, token: string | undefined): Login {
  const { basic, impersonate } = user
  return {
    ...(user.certificate && { certificate: user.certificate }),
    ...(user.key && { key: user.key }),
    headers: {
      ...(basic && { authorization: `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}` }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(impersonate && { 'impersonate-user': impersonate.user }),
      ...(impersonate?.uid !== undefined && { 'impersonate-uid': impersonate.uid }),
      ...(impersonate && impersonate.groups.length > 0 && { 'impersonate-group': impersonate.groups }),
    },
  }
}

/**
 * Why a login may have been refused, and what to do, without repeating any part of it.
 * A bearer token that is a JWT tells when it expires (RFC 7519, 4.1.4), and so does a certificate.
 */
export function explainLogin(target: Target, login: Login, now: Instant): { readonly says: string; readonly remedy: string } {
  const { plugin, tokenFile } = target.user
  const bearer = /^Bearer (.*)$/.exec(String(login.headers['authorization'] ?? ''))?.[1]
  const expiry = bearer !== undefined ? tokenExpiry(bearer) : login.certificate !== undefined ? certificateExpiry(login.certificate) : undefined
  const what = bearer !== undefined ? 'its token' : login.certificate !== undefined ? 'its client certificate' : 'its login'
  const when = expiry === undefined ? '' : expiry <= now ? ` expired at ${new Date(expiry).toISOString()}` : ` is valid until ${new Date(expiry).toISOString()}, so it belongs to another cluster or was revoked`
  const says = Object.keys(login.headers).length === 0 && login.certificate === undefined ? `user ${target.user.name} of context ${target.context} has no credentials` : `user ${target.user.name} of context ${target.context}: ${what}${when === '' ? ' may have expired or belong to another cluster' : when}`
  if (plugin?.kind === 'exec') return { says, remedy: `Sign in again for the program that gives the credentials: ${plugin.command}.` }
  if (plugin?.kind === 'provider') return { says, remedy: `Sign in again with the provider ${plugin.name}, and write the kubeconfig anew.` }
  if (tokenFile !== undefined) return { says, remedy: `Renew the token in ${tokenFile}.` }
  if (bearer !== undefined) return { says, remedy: 'Put a new token into the kubeconfig; for a service account: kubectl create token NAME.' }
  return { says, remedy: 'Renew the user in the kubeconfig, from where the cluster was made.' }
}

function tokenExpiry(token: string): Instant | undefined {
  const payload = token.split('.')[1]
  if (payload === undefined) return undefined
  const seconds = /"exp"\s*:\s*(\d{9,11})\b/.exec(Buffer.from(payload, 'base64url').toString('utf8'))?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

function certificateExpiry(certificate: Buffer | string): Instant | undefined {
  const time = Date.parse(new X509Certificate(certificate).validTo)
  return Number.isNaN(time) ? undefined : time
}
