import type { ResourceKind } from '../kinds/kind.ts'
import type { Attributes } from './users.ts'
import { refusedGroups, refusedResources } from '../kinds/built-in.ts'
import type { Kinds } from '../kinds/registry.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** What a request is about. */
export type Route =
  | { readonly at: 'path'; readonly path: string }
  | { readonly at: 'resource'; readonly kind: ResourceKind; readonly verb: Verb; readonly namespace: string | undefined; readonly name: string | undefined; readonly subresource: string }
  | { readonly at: 'refused'; readonly what: string; readonly group: string; readonly resource: string }
  /** `group`: the group is served, the resource is not. `asked`: what it would be about, for the rules of access. */
  | { readonly at: 'nowhere'; readonly group: boolean; readonly asked: Attributes }
  | { readonly at: 'other-method' }

/** Reads an address of the Kubernetes API: `/apis/apps/v1/namespaces/shop/deployments/cart/scale`. */
export function routeOf(kinds: Kinds, method: string, url: URL): Route {
  const parts = url.pathname.split('/').filter((part) => part !== '').map(decodeURIComponent)
  const [root, ...rest] = parts
  const groupVersion = root === 'api' ? ['', rest[0]] : root === 'apis' ? [rest[0], rest[1]] : undefined
  const tail = root === 'api' ? rest.slice(1) : rest.slice(2)
  const [group, version] = groupVersion ?? []
  if (groupVersion === undefined || group === undefined || version === undefined || tail.length === 0) return root === 'openapi' ? { at: 'refused', what: `GET ${url.pathname}`, group: '', resource: '' } : { at: 'path', path: `/${parts.join('/')}` }
  const place = placeOf(tail)
  const asked = { verb: verbOf(method, place.name, url) ?? method.toLowerCase(), group, resource: place.subresource === '' ? place.resource : `${place.resource}/${place.subresource}`, namespace: place.namespace, name: place.name }
  const kind = kinds.at(group, version, place.resource)
  if (kind === undefined) return unserved(kinds, version, asked, url)
  if (kind.namespaced && place.namespace === undefined && place.name !== undefined) return { at: 'nowhere', group: true, asked }
  if (kind.namespaced && place.namespace === undefined && method !== 'GET') return { at: 'other-method' }
  if (!kind.namespaced && place.namespace !== undefined) return { at: 'nowhere', group: true, asked }
  const verb = verbOf(method, place.name, url)
  return verb === undefined ? { at: 'other-method' } : { at: 'resource', kind, verb, namespace: place.namespace, name: place.name, subresource: place.subresource }
}

interface Place { readonly resource: string; readonly namespace: string | undefined; readonly name: string | undefined; readonly subresource: string }

const namespaceSubresources = ['status', 'finalize']

function placeOf(tail: readonly string[]): Place {
  const [first = '', second, third, ...more] = tail
  if (first === 'namespaces' && second !== undefined && third !== undefined && !namespaceSubresources.includes(third)) {
    return { resource: third, namespace: second, name: more[0], subresource: more.slice(1).join('/') }
  }
  return { resource: first, namespace: undefined, name: second, subresource: [third, ...more].filter((part) => part !== undefined).join('/') }
}

function unserved(kinds: Kinds, version: string, asked: Attributes, url: URL): Route {
  const { group } = asked
  const resource = asked.resource.split('/')[0] ?? ''
  const known = refusedGroups.includes(group) || (refusedResources.includes(resource) && kinds.all().some((kind) => kind.group === group && kind.version === version)) || (group === 'autoscaling' && version === 'v1')
  return known ? { at: 'refused', what: `${resource} of ${group === '' ? version : `${group}/${version}`} (${url.pathname})`, group, resource } : { at: 'nowhere', group: kinds.all().some((kind) => kind.group === group && kind.version === version && kind.origin !== 'custom'), asked }
}

function verbOf(method: string, name: string | undefined, url: URL): Verb | undefined {
  const watch = ['true', '1'].includes(url.searchParams.get('watch') ?? '')
  switch (method) {
    case 'GET': return watch ? 'watch' : name === undefined ? 'list' : 'get'
    case 'POST': return 'create'
    case 'PUT': return 'update'
    case 'PATCH': return 'patch'
    case 'DELETE': return name === undefined ? 'deletecollection' : 'delete'
    default: return undefined
  }
}
