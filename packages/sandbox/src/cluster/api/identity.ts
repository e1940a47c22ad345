/** Who asks: the holder of a token, nobody in particular, or somebody as whom another one asks. */
import type { IncomingMessage } from 'node:http'
import type { Core } from '../core.ts'
import { badRequest, notImplemented, unauthorized } from './status.ts'
import { anonymous, denied, mayDo, recognised, superusers } from './users.ts'
import type { Attributes, User } from './users.ts'

/** @throws ApiError 401 for a token that nobody has or that has expired, 403 where somebody may not ask as another one */
export function identify(core: Core, users: readonly User[], request: IncomingMessage): User {
  const asking = holderOf(core, users, request)
  return impersonated(core, users, asking, request) ?? asking
}

function holderOf(core: Core, users: readonly User[], request: IncomingMessage): User {
  const { authorization } = request.headers
  if (authorization === undefined) return { name: 'system:anonymous', token: '', groups: [anonymous], may: [] }
  const token = /^Bearer\s+(.+)$/i.exec(authorization)?.[1]
  const user = users.find((candidate) => candidate.token === token)
  if (user === undefined || (user.expiresAt !== undefined && user.expiresAt <= core.clock.now())) throw unauthorized()
  return { ...user, groups: [...(user.groups ?? []), recognised] }
}

const account = /^system:serviceaccount:([^:]+):([^:]+)$/

/** https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/ */
function impersonated(core: Core, users: readonly User[], asking: User, request: IncomingMessage): User | undefined {
  const header = (name: string): readonly string[] => request.headersDistinct[name] ?? []
  const [name] = header('impersonate-user')
  const groups = header('impersonate-group')
  const [uid] = header('impersonate-uid')
  if (Object.keys(request.headers).some((key) => key.startsWith('impersonate-extra-'))) throw notImplemented('impersonation with extra attributes')
  if (name === undefined) {
    if (groups.length > 0) throw badRequest(`requested [${groups.map((group) => `{Group  ${group}    }`).join(' ')}] without impersonating a user`)
    if (uid !== undefined) throw badRequest(`requested [{UID  ${uid}  authentication.k8s.io/v1  }] without impersonating a user`)
    return undefined
  }
  const [, namespace, accountName] = account.exec(name) ?? []
  need(core, asking, namespace === undefined ? { resource: 'users', name, namespace: undefined, group: '' } : { resource: 'serviceaccounts', name: accountName, namespace, group: '' })
  for (const group of groups) need(core, asking, { resource: 'groups', name: group, namespace: undefined, group: '' })
  if (uid !== undefined) need(core, asking, { resource: 'uids', name: uid, namespace: undefined, group: 'authentication.k8s.io' })
  const own = namespace === undefined || groups.length > 0 ? groups : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
  return { name, token: '', groups: [...own, recognised], may: rightsOf(users, name, groups) }
}

function need(core: Core, asking: User, what: Omit<Attributes, 'verb'>): void {
  const asked = { ...what, verb: 'impersonate' }
  if (!mayDo(core, asking, asked)) throw denied(asking, asked)
}

/** What the stand-in lets a user do by name goes along; what a group gives comes only with the group. */
function rightsOf(users: readonly User[], name: string, groups: readonly string[]): User['may'] {
  if (groups.includes(superusers)) return 'all'
  const known = users.find((candidate) => candidate.name === name)
  return known === undefined || known.groups?.includes(superusers) === true ? [] : known.may
}
