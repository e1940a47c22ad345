/** Defaults per kind, as the defaults.go files of Kubernetes set them on the way in. */
import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { each, podDefaults, templateDefaults, within } from './pod-defaults.ts'

type Defaulting = (object: JsonObject) => JsonObject

const spec = (change: Defaulting): Defaulting => (object) => within(object, 'spec', change)
const template: Defaulting = (holder) => within(holder, 'template', templateDefaults)

const deployment = spec((given) => template({
  replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, ...given,
  strategy: rolling(given['strategy'], { maxUnavailable: '25%', maxSurge: '25%' }),
}))

/** The generation of the template, in an annotation that only old clients read. */
const daemonSet: Defaulting = (object) => within(daemonSetSpec(object), 'metadata', (metadata) => ({ ...metadata, annotations: { 'deprecated.daemonset.template.generation': '1', ...(isObject(metadata['annotations']) ? metadata['annotations'] : {}) } }))

const daemonSetSpec = spec((given) => template({ revisionHistoryLimit: 10, ...given, updateStrategy: rolling(given['updateStrategy'], { maxUnavailable: 1, maxSurge: 0 }) }))

const statefulSet = spec((given) => each(template({
  replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady', ...given,
  updateStrategy: rolling(given['updateStrategy'], { partition: 0 }),
  persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain', ...(isObject(given['persistentVolumeClaimRetentionPolicy']) ? given['persistentVolumeClaimRetentionPolicy'] : {}) },
}), 'volumeClaimTemplates', (claim) => claimDefaults({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...claim })))

function rolling(strategy: unknown, defaults: JsonObject): JsonObject {
  const given = isObject(strategy) ? strategy : {}
  const type = given['type'] ?? 'RollingUpdate'
  if (type !== 'RollingUpdate') return given
  return { ...given, type, rollingUpdate: { ...defaults, ...(isObject(given['rollingUpdate']) ? given['rollingUpdate'] : {}) } }
}

const jobSpec = spec((given) => template({
  ...(given['completions'] === undefined && given['parallelism'] === undefined ? { completions: 1, parallelism: 1 } : {}),
  parallelism: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, manualSelector: false, podReplacementPolicy: given['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed', ...given,
}))

/** A Job without labels takes those of its template. */
const job: Defaulting = (object) => {
  const filled = jobSpec(object)
  const metadata = isObject(filled['metadata']) ? filled['metadata'] : {}
  const inner = isObject(filled['spec']) && isObject(filled['spec']['template']) && isObject(filled['spec']['template']['metadata']) ? filled['spec']['template']['metadata']['labels'] : undefined
  return metadata['labels'] !== undefined || inner === undefined ? filled : { ...filled, metadata: { ...metadata, labels: inner } }
}

const cronJob = spec((given) => within({ concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1, ...given }, 'jobTemplate', (jobTemplate) => within(jobTemplate, 'spec', template)))

const service = spec((given) => {
  const type = given['type'] ?? 'ClusterIP'
  const ports = each(given, 'ports', (port) => ({ protocol: 'TCP', ...port, targetPort: port['targetPort'] === undefined || port['targetPort'] === 0 || port['targetPort'] === '' ? port['port'] : port['targetPort'] }))
  const external = type === 'NodePort' || type === 'LoadBalancer'
  return {
    sessionAffinity: 'None', type, ...(type === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' }), ...(external ? { externalTrafficPolicy: 'Cluster' } : {}), ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}), ...ports,
    ...(given['sessionAffinity'] === 'ClientIP' ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } }, ...(isObject(given['sessionAffinityConfig']) ? { sessionAffinityConfig: given['sessionAffinityConfig'] } : {}) } : {}),
  }
})

const claimDefaults: Defaulting = (object) => ({ ...within(object, 'spec', (given) => ({ volumeMode: 'Filesystem', ...given })), status: { phase: 'Pending', ...(isObject(object['status']) ? object['status'] : {}) } })

const autoscaler = spec((given) => {
  const metrics = given['metrics']
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }
  const behaviour = isObject(given['behavior']) ? { behavior: scalingRules(given['behavior']) } : {}
  return { minReplicas: 1, ...given, ...behaviour, metrics: isArray(metrics) && metrics.length > 0 ? metrics : [cpu] }
})

/** Policies of an autoscaler that names some. */
function scalingRules(given: JsonObject): JsonObject {
  const policy = (type: string, value: number): JsonObject => ({ type, value, periodSeconds: 15 })
  const rules = (field: string, defaults: JsonObject): JsonObject => ({ ...defaults, ...(isObject(given[field]) ? given[field] : {}) })
  return {
    scaleUp: rules('scaleUp', { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [policy('Pods', 4), policy('Percent', 100)] }),
    scaleDown: rules('scaleDown', { selectPolicy: 'Max', policies: [policy('Percent', 100)] }),
  }
}

const networkPolicy = spec((given) => {
  const protocols = (rule: JsonObject): JsonObject => each(rule, 'ports', (port) => ({ protocol: 'TCP', ...port }))
  const egress = isArray(given['egress']) && given['egress'].length > 0
  return { policyTypes: egress ? ['Ingress', 'Egress'] : ['Ingress'], ...each(each(given, 'ingress', protocols), 'egress', protocols) }
})

/** `stringData` is a way in only; what is stored is `data`. */
const secret: Defaulting = ({ stringData, ...object }) => {
  if (!isObject(stringData)) return { type: 'Opaque', ...object }
  const encoded = Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]))
  return { type: 'Opaque', ...object, data: { ...(isObject(object['data']) ? object['data'] : {}), ...encoded } }
}

const roleBinding: Defaulting = (object) => {
  const group = 'rbac.authorization.k8s.io'
  const filled = within(object, 'roleRef', (reference) => ({ ...reference, apiGroup: reference['apiGroup'] === undefined || reference['apiGroup'] === '' ? group : reference['apiGroup'] }))
  return each(filled, 'subjects', (subject) => (subject['kind'] === 'ServiceAccount' ? subject : { apiGroup: group, ...subject }))
}

const endpoints: Defaulting = (object) => each(object, 'subsets', (subset) => each(subset, 'ports', (port) => ({ protocol: 'TCP', ...port })))
const endpointSlice: Defaulting = (object) => each(object, 'ports', (port) => ({ name: '', protocol: 'TCP', ...port }))

const customResourceDefinition = spec((given) => within(
  { ...given, conversion: { strategy: 'None', ...(isObject(given['conversion']) ? given['conversion'] : {}) } }, 'names',
  (names) => ({ singular: String(names['kind'] ?? '').toLowerCase(), listKind: `${String(names['kind'] ?? '')}List`, ...names }),
))

const namespace: Defaulting = (object) => within(object, 'metadata', (metadata) => ({ ...metadata, labels: { ...(isObject(metadata['labels']) ? metadata['labels'] : {}), ...(metadata['name'] === undefined ? {} : { 'kubernetes.io/metadata.name': metadata['name'] }) } }))

const byType: Readonly<Record<string, Defaulting>> = {
  'core.v1.Namespace': namespace, 'scheduling.v1.PriorityClass': (object) => ({ preemptionPolicy: 'PreemptLowerPriority', ...object }), 'storage.v1.StorageClass': (object) => ({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...object }),
  'core.v1.Pod': podDefaults, 'core.v1.Secret': secret, 'core.v1.Service': service, 'core.v1.PersistentVolumeClaim': claimDefaults, 'core.v1.Endpoints': endpoints,
  'apps.v1.Deployment': deployment, 'apps.v1.ReplicaSet': spec((given) => template({ replicas: 1, ...given })), 'apps.v1.StatefulSet': statefulSet, 'apps.v1.DaemonSet': daemonSet,
  'batch.v1.Job': job, 'batch.v1.CronJob': cronJob, 'autoscaling.v2.HorizontalPodAutoscaler': autoscaler, 'networking.v1.NetworkPolicy': networkPolicy,
  'rbac.v1.RoleBinding': roleBinding, 'rbac.v1.ClusterRoleBinding': roleBinding, 'discovery.v1.EndpointSlice': endpointSlice, 'apiextensions.v1.CustomResourceDefinition': customResourceDefinition,
}

/** The object with everything filled in that the API server fills in before it validates. */
export function withDefaults(type: string, object: JsonObject): JsonObject {
  return byType[type]?.(object) ?? object
}
