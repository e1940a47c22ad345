/** What a namespace's LimitRanges and ResourceQuotas make of a new object: defaults, or a refusal. */
import { forbidden, notImplemented } from '../api/status.ts'
import type { Core } from '../core.ts'
import { collectionOf } from '../kinds/kind.ts'
import { unsupportedIn } from '../kinds/definition.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { milliValue } from '../schema/quantity.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { qosClass } from './quality-of-service.ts'
import { admitAccount } from './accounts.ts'
import { asQuantity, collectionCounted, isKnownQuota, podUsage, silentContainers, usedIn } from './quota.ts'
import { each, within } from './pod-defaults.ts'
import { refusePodSecurity } from './pod-security.ts'

export function admitCreate(core: Core, kind: ResourceKind, object: JsonObject): JsonObject {
  const namespace = isObject(object['metadata']) ? object['metadata']['namespace'] : undefined
  refusePodSecurity(kind, object)
  if (kind.type === 'core.v1.ResourceQuota') checkQuota(object)
  if (kind.type === 'apiextensions.v1.CustomResourceDefinition') checkDefinition(object)
  if (typeof namespace !== 'string') return object
  const limited = kind.type === 'core.v1.Pod' ? withLimits(core, namespace, admitAccount(core, namespace, nameOf(object), object)) : object
  checkQuotas(core, kind, namespace, limited)
  return limited
}

const specOf = (object: JsonObject): JsonObject => (isObject(object['spec']) ? object['spec'] : {})
const nameOf = (object: JsonObject): string => String((isObject(object['metadata']) ? object['metadata']['name'] : undefined) ?? '')

function checkQuota(quota: JsonObject): void {
  const spec = specOf(quota)
  if (spec['scopes'] !== undefined || spec['scopeSelector'] !== undefined) throw notImplemented('scopes of a ResourceQuota')
  const unknown = Object.keys(isObject(spec['hard']) ? spec['hard'] : {}).filter((resource) => !isKnownQuota(resource))
  if (unknown.length > 0) throw notImplemented(`a ResourceQuota of ${unknown.join(', ')}`)
}

function checkDefinition(definition: JsonObject): void {
  const unsupported = unsupportedIn(definition)
  if (unsupported.length > 0) throw notImplemented(`custom resource definitions with ${unsupported.join(', ')}`)
}

function checkQuotas(core: Core, kind: ResourceKind, namespace: string, object: JsonObject): void {
  for (const quota of core.store.list('resourcequotas').filter((candidate) => candidate.metadata.namespace === namespace)) {
    const spec = specOf(quota as unknown as JsonObject)
    const hard = Object.entries(isObject(spec['hard']) ? spec['hard'] : {}).sort(([a], [b]) => (a < b ? -1 : 1))
    const mine = hard.filter(([resource]) => (kind.type === 'core.v1.Pod' ? collectionCounted(resource) === 'pods' || collectionCounted(resource) === undefined : collectionCounted(resource) === collectionOf(kind)))
    const silent = kind.type === 'core.v1.Pod' ? mine.map(([resource]) => [resource, silentContainers(object, resource)] as const).filter(([, containers]) => containers.length > 0) : []
    if (silent.length > 0) throw forbidden(kind, nameOf(object), `failed quota: ${quota.metadata.name}: must specify ${silent.map(([resource, containers]) => `${resource} for: ${containers.join(',')}`).join('; ')}`)
    const over = mine.map(([resource, limit]) => ({ resource, limit: String(limit), wants: kind.type === 'core.v1.Pod' ? podUsage(object, resource) : 1000n, used: usedIn(core, namespace, resource) })).filter(({ limit, wants, used }) => wants > 0n && used + wants > milliValue(limit))
    if (over.length === 0) continue
    const list = (value: (entry: (typeof over)[number]) => string): string => over.map((entry) => `${entry.resource}=${value(entry)}`).join(',')
    throw forbidden(kind, nameOf(object), `exceeded quota: ${quota.metadata.name}, requested: ${list(({ wants, limit }) => asQuantity(wants, limit))}, used: ${list(({ used, limit }) => asQuantity(used, limit))}, limited: ${list(({ limit }) => limit)}`)
  }
}

function withLimits(core: Core, namespace: string, pod: JsonObject): JsonObject {
  const ranges = core.store.list('limitranges').filter((range) => range.metadata.namespace === namespace)
  const items = ranges.flatMap((range) => { const { limits } = specOf(range as unknown as JsonObject) as { readonly limits?: unknown }; return isArray(limits) ? limits.filter(isObject) : [] }).filter((item) => item['type'] === 'Container')
  if (items.length === 0) return pod
  const notes: string[] = []
  const limited = items.reduce((before, item) => within(before, 'spec', (spec) => each(each(spec, 'containers', (container) => limitContainer(container, item, notes)), 'initContainers', (container) => limitContainer(container, item, notes))), pod)
  const problems = items.flatMap((item) => [...containersOf(limited)].flatMap((container) => outOfRange(container, item)))
  if (problems.length > 0) throw forbidden({ group: '', resource: 'pods' }, nameOf(pod), problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`)
  const annotated = notes.length === 0 ? limited : within(limited, 'metadata', (metadata) => ({ ...metadata, annotations: { ...(isObject(metadata['annotations']) ? metadata['annotations'] : {}), 'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${notes.join('; ')}` } }))
  return { ...annotated, status: { ...(isObject(annotated['status']) ? annotated['status'] : {}), qosClass: qosClass(specOf(annotated)) } }
}

const containersOf = (pod: JsonObject): readonly JsonObject[] => { const { containers } = specOf(pod) as { readonly containers?: unknown }; return isArray(containers) ? containers.filter(isObject) : [] }

function limitContainer(container: JsonObject, item: JsonObject, notes: string[]): JsonObject {
  const resources = isObject(container['resources']) ? container['resources'] : {}
  const fill = (side: 'requests' | 'limits', defaults: unknown, word: string): JsonObject => {
    const given = isObject(resources[side]) ? resources[side] : {}
    const missing = Object.entries(isObject(defaults) ? defaults : {}).filter(([name]) => given[name] === undefined)
    if (missing.length > 0) notes.push(`${missing.map(([name]) => name).sort().join(', ')} ${word} for container ${String(container['name'])}`)
    const merged = { ...Object.fromEntries(missing), ...given }
    return Object.keys(merged).length === 0 ? {} : { [side]: merged }
  }
  return { ...container, resources: { ...resources, ...fill('requests', item['defaultRequest'] ?? item['default'], 'request'), ...fill('limits', item['default'], 'limit') } }
}

function outOfRange(container: JsonObject, item: JsonObject): readonly string[] {
  const resources = isObject(container['resources']) ? container['resources'] : {}
  const limits = isObject(resources['limits']) ? resources['limits'] : {}
  const requests = isObject(resources['requests']) ? resources['requests'] : {}
  const above = Object.entries(isObject(item['max']) ? item['max'] : {}).flatMap(([name, most]) => {
    if (limits[name] === undefined) return [`maximum ${name} usage per Container is ${String(most)}.  No limit is specified`]
    return milliValue(String(limits[name])) > milliValue(String(most)) ? [`maximum ${name} usage per Container is ${String(most)}, but limit is ${String(limits[name])}`] : []
  })
  const below = Object.entries(isObject(item['min']) ? item['min'] : {}).flatMap(([name, least]) => {
    if (requests[name] === undefined) return [`minimum ${name} usage per Container is ${String(least)}.  No request is specified`]
    return milliValue(String(requests[name])) < milliValue(String(least)) ? [`minimum ${name} usage per Container is ${String(least)}, but request is ${String(requests[name])}`] : []
  })
  return [...below, ...above]
}
