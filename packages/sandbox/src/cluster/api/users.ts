import type { KubeObject } from '@fermata/ports'
import type { Core } from '../core.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { ApiError, forbidden } from './status.ts'

/** What somebody may do. `*` stands for everything; without `namespaces` everywhere, without `names` every object. */
export interface Rule {
  readonly verbs: readonly string[]
  readonly groups: readonly string[]
  /** `deployments`, `pods/log`. */
  readonly resources: readonly string[]
  readonly namespaces?: readonly string[]
  readonly names?: readonly string[]
}

export interface User {
  readonly name: string
  readonly token: string
  readonly groups?: readonly string[]
  /** What this user may do, besides what roles in the cluster grant. `all` is an administrator. */
  readonly may: 'all' | readonly Rule[]
  /** From this moment on the token is refused. Milliseconds of the cluster's clock. */
  readonly expiresAt?: number
}

export interface Attributes {
  readonly verb: string
  readonly group: string
  /** With its subresource: `pods/log`. */
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string | undefined
}

/** The group of whoever may do everything. */
export const superusers = 'system:masters'
/** The groups of whom the server recognises, and of whom it does not. */
export const recognised = 'system:authenticated'
export const anonymous = 'system:unauthenticated'

const covers = (list: readonly string[], item: string): boolean => list.includes('*') || list.includes(item)

function allows(rule: Rule, asked: Attributes): boolean {
  return covers(rule.verbs, asked.verb) && covers(rule.groups, asked.group) && coversResource(rule.resources, asked.resource)
    && (rule.namespaces === undefined || (asked.namespace !== undefined && covers(rule.namespaces, asked.namespace)))
    && (rule.names === undefined || rule.names.length === 0 || (asked.name !== undefined && rule.names.includes(asked.name)))
}

const coversResource = (list: readonly string[], resource: string): boolean => covers(list, resource) || (resource.includes('/') && list.includes(`*/${resource.split('/')[1] ?? ''}`))

export function mayDo(core: Core, user: User, asked: Attributes): boolean {
  if (user.may === 'all') return true
  return [...user.may, ...grantedByRoles(core, user)].some((rule) => allows(rule, asked))
}

/** Rules of a user, as far as they reach a namespace. */
export function rulesIn(core: Core, user: User, namespace: string): readonly Rule[] {
  if (user.may === 'all') return [{ verbs: ['*'], groups: ['*'], resources: ['*'] }]
  return [...user.may, ...grantedByRoles(core, user)].filter((rule) => rule.namespaces === undefined || covers(rule.namespaces, namespace))
}

function grantedByRoles(core: Core, user: User): readonly Rule[] {
  const everywhere = core.store.list('clusterrolebindings.rbac.authorization.k8s.io').filter((binding) => binds(binding, user)).flatMap((binding) => roleRules(core, binding, undefined))
  const inNamespaces = core.store.list('rolebindings.rbac.authorization.k8s.io').filter((binding) => binds(binding, user)).flatMap((binding) => roleRules(core, binding, binding.metadata.namespace))
  return [...everywhere, ...inNamespaces]
}

const subjectsOf = (binding: KubeObject): readonly JsonObject[] => (isArray(binding['subjects']) ? binding['subjects'].filter(isObject) : [])
const binds = (binding: KubeObject, user: User): boolean => subjectsOf(binding).some((subject) => isSubject(subject, user))

function isSubject(subject: JsonObject, user: User): boolean {
  switch (subject['kind']) {
    case 'User': return subject['name'] === user.name
    case 'Group': return (user.groups ?? []).includes(String(subject['name']))
    case 'ServiceAccount': return user.name === `system:serviceaccount:${String(subject['namespace'])}:${String(subject['name'])}`
    default: return false
  }
}

function roleRules(core: Core, binding: KubeObject, namespace: string | undefined): readonly Rule[] {
  const reference = isObject(binding['roleRef']) ? binding['roleRef'] : {}
  const name = String(reference['name'] ?? '')
  const role = reference['kind'] === 'ClusterRole' ? core.store.get('clusterroles.rbac.authorization.k8s.io', name) : core.store.get('roles.rbac.authorization.k8s.io', `${namespace ?? ''}/${name}`)
  const rules = role !== undefined && isArray(role['rules']) ? role['rules'].filter(isObject) : []
  const texts = (value: unknown): readonly string[] => (isArray(value) ? value.map(String) : [])
  return rules.map((rule) => ({ verbs: texts(rule['verbs']), groups: texts(rule['apiGroups']), resources: texts(rule['resources']), ...(namespace === undefined ? {} : { namespaces: [namespace] }), ...(isArray(rule['resourceNames']) ? { names: texts(rule['resourceNames']) } : {}) }))
}

/** Which binding lets a user do something, in the words of the real server; undefined where it is the stand-in itself that does. */
export function grantOf(core: Core, user: User, asked: Attributes): string | undefined {
  if (user.may === 'all' || user.may.some((rule) => allows(rule, asked))) return undefined
  const bindings = [...core.store.list('clusterrolebindings.rbac.authorization.k8s.io'), ...core.store.list('rolebindings.rbac.authorization.k8s.io')]
  const binding = bindings.find((each) => binds(each, user) && roleRules(core, each, each.metadata.namespace).some((rule) => allows(rule, asked)))
  if (binding === undefined) return undefined
  const { name, namespace } = binding.metadata
  const role = isObject(binding['roleRef']) ? binding['roleRef'] : {}
  return `RBAC: allowed by ${binding.kind} ${JSON.stringify(namespace === undefined ? name : `${name}/${namespace}`)} of ${String(role['kind'])} ${JSON.stringify(role['name'])} to ${subjectText(binding, user)}`
}

function subjectText(binding: KubeObject, user: User): string {
  const subject = subjectsOf(binding).find((each) => isSubject(each, user)) ?? {}
  return subject['kind'] === 'ServiceAccount' ? `ServiceAccount ${JSON.stringify(`${String(subject['name'])}/${String(subject['namespace'])}`)}` : `${String(subject['kind'])} ${JSON.stringify(subject['name'])}`
}

/** 403, in the words of the real server. */
export function denied(user: User, asked: Attributes): ApiError {
  const [resource = '', subresource] = asked.resource.split('/')
  const where = asked.namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(asked.namespace)}`
  const full = subresource === undefined ? resource : `${resource}/${subresource}`
  return forbidden({ group: asked.group, resource }, asked.name ?? '', `User ${JSON.stringify(user.name)} cannot ${asked.verb} resource ${JSON.stringify(full)} in API group ${JSON.stringify(asked.group)} ${where}`)
}

export const deniedPath = (user: User, verb: string, path: string): ApiError => new ApiError(403, 'Forbidden', `forbidden: User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}`, {})

