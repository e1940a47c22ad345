import { apiVersionOf } from '../kinds/kind.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import type { Kinds } from '../kinds/registry.ts'
import type { JsonObject } from '../schema/lookup.ts'

/** The version of Kubernetes whose behaviour the stand-in follows. */
export const serverVersion: JsonObject = {
  major: '1', minor: '35', emulationMajor: '1', emulationMinor: '35', minCompatibilityMajor: '1', minCompatibilityMinor: '34',
  gitVersion: 'v1.35.4-fermata', gitCommit: '', gitTreeState: '', buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: '', platform: '',
}

/** Documents of discovery and health; undefined for a path that has none. */
export function discoveryDocument(kinds: Kinds, path: string): JsonObject | string | undefined {
  const [root, group, version, ...rest] = path.split('/').filter((part) => part !== '')
  if (rest.length > 0) return undefined
  if (root === 'api' && group === undefined) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }
  if (root === 'api' && version === undefined) return resourceList(kinds, '', group ?? '')
  if (root === 'apis' && group === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupNames(kinds).map((name) => groupOf(kinds, name)) }
  if (root === 'apis' && version === undefined) return groupNames(kinds).includes(group ?? '') ? { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(kinds, group ?? '') } : undefined
  if (root === 'apis') return resourceList(kinds, group ?? '', version ?? '')
  return undefined
}

const groupNames = (kinds: Kinds): readonly string[] => [...new Set(kinds.all().map((kind) => kind.group).filter((group) => group !== ''))]

function groupOf(kinds: Kinds, name: string): JsonObject {
  const versions = [...new Set(kinds.all().filter((kind) => kind.group === name).map(apiVersionOf))].map((groupVersion) => ({ groupVersion, version: groupVersion.split('/')[1] ?? groupVersion }))
  return { name, versions, preferredVersion: versions[0] }
}

function resourceList(kinds: Kinds, group: string, version: string): JsonObject | undefined {
  const own = kinds.all().filter((kind) => kind.group === group && kind.version === version)
  if (own.length === 0) return undefined
  return { kind: 'APIResourceList', ...(group === '' ? {} : { apiVersion: 'v1' }), groupVersion: group === '' ? version : `${group}/${version}`, resources: own.flatMap(resourcesOf).sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1)) }
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** The order is that of the extension server. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

function resourcesOf(kind: ResourceKind): readonly JsonObject[] {
  const verbs = kind.origin === 'custom' ? customVerbs : kind.origin === 'virtual' ? ['create'] : kind.resource === 'namespaces' ? allVerbs.filter((verb) => verb !== 'deletecollection') : allVerbs
  const main = { name: kind.resource, singularName: kind.singular, namespaced: kind.namespaced, kind: kind.kind, verbs, ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}), ...(kind.categories === undefined ? {} : { categories: kind.categories }) }
  const sub = (name: string, fields: JsonObject): JsonObject => ({ name: `${kind.resource}/${name}`, singularName: '', namespaced: kind.namespaced, ...fields })
  const write = ['get', 'patch', 'update']
  return [
    main,
    ...(kind.status ? [sub('status', { kind: kind.kind, verbs: write })] : []),
    ...(kind.scale ? [sub('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: write })] : []),
    ...(kind.type === 'core.v1.Pod' ? [sub('log', { kind: 'Pod', verbs: ['get'] }), sub('eviction', { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] })] : []),
  ]
}
