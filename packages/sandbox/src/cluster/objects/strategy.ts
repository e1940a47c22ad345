/** What a kind makes of an object between decoding and validation: the `PrepareForCreate` and `PrepareForUpdate` of Kubernetes. */
import { randomUid } from '../core.ts'
import type { Core } from '../core.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { emptySet, pathSet, union } from '../merge/field-set.ts'
import type { FieldSet } from '../merge/field-set.ts'
import { isArray, isObject, same, without } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { within } from './pod-defaults.ts'
import { qosClass } from './quality-of-service.ts'

/** Kinds whose metadata.generation counts changes of the spec. */
const counted = new Set(['apps.v1.Deployment', 'apps.v1.ReplicaSet', 'apps.v1.StatefulSet', 'apps.v1.DaemonSet', 'batch.v1.Job', 'batch.v1.CronJob', 'policy.v1.PodDisruptionBudget', 'networking.v1.Ingress', 'networking.v1.IngressClass', 'networking.v1.NetworkPolicy', 'core.v1.Pod', 'discovery.v1.EndpointSlice', 'scheduling.v1.PriorityClass', 'apiextensions.v1.CustomResourceDefinition'])

export const countsGenerations = (kind: ResourceKind): boolean => kind.origin === 'custom' || counted.has(kind.type)

const annotations = (object: JsonObject): unknown => (isObject(object['metadata']) ? (object['metadata']['annotations'] ?? {}) : {})

/** Whether a change of this object is a change of what is wanted. Annotations of a Deployment count, since its ReplicaSets carry them. */
export function differsInSpec(kind: ResourceKind, before: JsonObject, after: JsonObject): boolean {
  if (kind.origin === 'custom' || kind.type === 'discovery.v1.EndpointSlice' || kind.type === 'scheduling.v1.PriorityClass') return !same(without(before, 'metadata', 'status'), without(after, 'metadata', 'status'))
  return !same(before['spec'], after['spec']) || (kind.type === 'apps.v1.Deployment' && !same(annotations(before), annotations(after)))
}

/** Fields that writers of an endpoint cannot own, because it ignores them. */
export function ignoredFields(kind: ResourceKind, subresource: string): FieldSet {
  if (!kind.status) return emptySet
  if (subresource !== 'status') return pathSet('f:status')
  switch (kind.type) {
    case 'apps.v1.Deployment': return union(pathSet('f:spec'), pathSet('f:metadata', 'f:labels'))
    case 'core.v1.Pod': return union(union(pathSet('f:spec'), pathSet('f:metadata', 'f:deletionTimestamp')), pathSet('f:metadata', 'f:ownerReferences'))
    default: return kind.origin === 'custom' ? union(pathSet('f:spec'), pathSet('f:metadata')) : pathSet('f:spec')
  }
}

/** Kinds that are replaced only on the ground of a version that the writer names. */
export const needsVersion = (kind: ResourceKind): boolean => kind.origin === 'custom' || ['coordination.v1.Lease', 'policy.v1.PodDisruptionBudget', 'apiextensions.v1.CustomResourceDefinition'].includes(kind.type)

/** Kinds that a replacement also creates. */
export const createdByUpdate = (kind: ResourceKind): boolean => createdOnUpdate.has(kind.type)

const createdOnUpdate = new Set(['coordination.v1.Lease', 'core.v1.Event', 'core.v1.LimitRange', 'core.v1.Service', 'core.v1.Endpoints', 'rbac.v1.Role', 'rbac.v1.RoleBinding', 'rbac.v1.ClusterRole', 'rbac.v1.ClusterRoleBinding'])

export function prepareCreate(core: Core, kind: ResourceKind, object: JsonObject): JsonObject {
  const fresh = kind.status && kind.type !== 'core.v1.PersistentVolumeClaim' ? without(object, 'status') : object
  switch (kind.type) {
    case 'core.v1.Pod': return preparePod(fresh)
    case 'core.v1.Service': return within(fresh, 'spec', (spec) => serviceAddresses(core, spec))
    case 'core.v1.Namespace': return { ...prepareNamespace(fresh), status: { phase: 'Active' } }
    case 'batch.v1.Job': return prepareJob(core, fresh)
    case 'apiextensions.v1.CustomResourceDefinition': return { ...fresh, status: { storedVersions: storedVersions(fresh) } }
    case 'core.v1.PersistentVolumeClaim': return within({ ...fresh, status: { phase: 'Pending' } }, 'metadata', (metadata) => ({ ...metadata, finalizers: [...(isArray(metadata['finalizers']) ? metadata['finalizers'] : []), 'kubernetes.io/pvc-protection'] }))
    default: return fresh
  }
}

/** The object as the endpoint lets it through: the main one keeps the old status, the status one everything else. */
export function prepareUpdate(kind: ResourceKind, before: JsonObject, after: JsonObject, subresource: string): JsonObject {
  if (subresource === 'status') {
    const old = isObject(before['metadata']) ? before['metadata'] : {}
    const metadata = kind.origin === 'custom' ? old : isObject(after['metadata']) ? after['metadata'] : {}
    const labels = kind.type === 'apps.v1.Deployment' ? { labels: old['labels'] } : {}
    const owners = kind.type === 'core.v1.Pod' ? { ownerReferences: old['ownerReferences'] } : {}
    return { ...before, metadata: { ...metadata, ...labels, ...owners }, ...('status' in after ? { status: after['status'] } : {}) }
  }
  const kept = kind.status ? { ...without(after, 'status'), ...('status' in before ? { status: before['status'] } : {}) } : after
  if (kind.type === 'core.v1.Service') return within(kept, 'spec', (spec) => keptAddresses(isObject(before['spec']) ? before['spec'] : {}, spec))
  if (kind.type === 'apps.v1.DaemonSet') return countTemplate(before, kept)
  if (kind.type === 'batch.v1.Job') return within(kept, 'spec', (spec) => ({ ...spec, selector: spec['selector'] ?? (isObject(before['spec']) ? before['spec']['selector'] : undefined) }))
  return kept
}

const templateGeneration = 'deprecated.daemonset.template.generation'

/** A DaemonSet counts the changes of its template in an annotation that no client decides. */
function countTemplate(before: JsonObject, after: JsonObject): JsonObject {
  const count = Number((annotations(before) as Readonly<Record<string, string>>)[templateGeneration] ?? 1)
  const template = (object: JsonObject): unknown => (isObject(object['spec']) ? object['spec']['template'] : undefined)
  const next = same(template(before), template(after)) ? count : count + 1
  return within(after, 'metadata', (metadata) => ({ ...metadata, annotations: { ...(isObject(metadata['annotations']) ? metadata['annotations'] : {}), [templateGeneration]: String(next) } }))
}

function storedVersions(definition: JsonObject): readonly unknown[] {
  const versions = isObject(definition['spec']) && isArray(definition['spec']['versions']) ? definition['spec']['versions'].filter(isObject) : []
  return versions.filter((version) => version['storage'] === true).map((version) => version['name'])
}

function preparePod(pod: JsonObject): JsonObject {
  const spec = isObject(pod['spec']) ? pod['spec'] : {}
  const tolerations = isArray(spec['tolerations']) ? spec['tolerations'] : []
  const tolerated = (key: string): boolean => tolerations.filter(isObject).some((toleration) => toleration['key'] === key || (toleration['key'] === undefined && toleration['operator'] === 'Exists'))
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter((key) => !tolerated(key)).map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))
  const account = spec['serviceAccountName'] ?? 'default'
  return {
    ...pod,
    spec: { ...spec, serviceAccountName: account, serviceAccount: account, priority: spec['priority'] ?? 0, preemptionPolicy: spec['preemptionPolicy'] ?? 'PreemptLowerPriority', tolerations: [...tolerations, ...added] },
    status: { phase: 'Pending', qosClass: qosClass(spec) },
  }
}

function prepareNamespace(namespace: JsonObject): JsonObject {
  return { ...namespace, spec: { finalizers: ['kubernetes'] } }
}

/** The next address that no Service has chosen for itself. */
function freeAddress(core: Core): string {
  const taken = new Set(core.store.list('services').map(({ spec }) => (isObject(spec) ? spec['clusterIP'] : undefined)))
  let address = core.addresses.service()
  while (taken.has(address)) address = core.addresses.service()
  return address
}

function serviceAddresses(core: Core, spec: JsonObject): JsonObject {
  if (spec['type'] === 'ExternalName') return spec
  const clusterIP = spec['clusterIP'] ?? freeAddress(core)
  const external = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer'
  const ports = isArray(spec['ports']) ? spec['ports'].filter(isObject).map((port) => (external ? { ...port, nodePort: port['nodePort'] ?? core.addresses.nodePort() } : port)) : undefined
  return { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', ...spec, clusterIP, clusterIPs: [clusterIP], ...(ports === undefined ? {} : { ports }) }
}

/** A client that applies its manifest again does not name the addresses that the server chose. */
function keptAddresses(before: JsonObject, spec: JsonObject): JsonObject {
  if (spec['type'] === 'ExternalName') return spec
  const fields = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'healthCheckNodePort']
  const chosen = Object.fromEntries(fields.filter((field) => spec[field] === undefined && before[field] !== undefined).map((field) => [field, before[field]]))
  const old = isArray(before['ports']) ? before['ports'].filter(isObject) : []
  const external = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer'
  const ports = isArray(spec['ports']) && external ? spec['ports'].filter(isObject).map((port) => {
    const nodePort = port['nodePort'] ?? old.find((candidate) => candidate['port'] === port['port'] && candidate['protocol'] === port['protocol'])?.['nodePort']
    return nodePort === undefined ? port : { ...port, nodePort }
  }) : undefined
  return { ...spec, ...chosen, ...(ports === undefined ? {} : { ports }) }
}

/** Labels by which a Job finds its pods; written into its selector and its template. */
function prepareJob(core: Core, job: JsonObject): JsonObject {
  const metadata = isObject(job['metadata']) ? job['metadata'] : {}
  const spec = isObject(job['spec']) ? job['spec'] : {}
  if (spec['manualSelector'] === true) return job
  const uid = typeof metadata['uid'] === 'string' ? metadata['uid'] : randomUid(core.random)
  const labels = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': metadata['name'], 'controller-uid': uid, 'job-name': metadata['name'] }
  const template = within({ metadata: {}, ...(isObject(spec['template']) ? spec['template'] : {}) }, 'metadata', (given) => ({ ...given, labels: { ...(isObject(given['labels']) ? given['labels'] : {}), ...labels } }))
  const own = same(metadata['labels'], isObject(spec['template']) && isObject(spec['template']['metadata']) ? spec['template']['metadata']['labels'] : undefined) ? { labels: { ...(isObject(metadata['labels']) ? metadata['labels'] : {}), ...labels } } : {}
  return { ...job, metadata: { ...metadata, ...own }, spec: { ...spec, selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }, template } }
}
