import type { ResourceKind } from './kind.ts'

interface Row {
  readonly kind: string
  readonly resource: string
  readonly short?: readonly string[]
  readonly cluster?: true
  readonly status?: true
  readonly scale?: true
  readonly all?: true
  readonly virtual?: true
}

const served: readonly { readonly group: string; readonly version: string; readonly package: string; readonly kinds: readonly Row[] }[] = [
  { group: '', version: 'v1', package: 'core.v1', kinds: [
    { kind: 'ConfigMap', resource: 'configmaps', short: ['cm'] },
    { kind: 'Endpoints', resource: 'endpoints', short: ['ep'] },
    { kind: 'Event', resource: 'events', short: ['ev'] },
    { kind: 'LimitRange', resource: 'limitranges', short: ['limits'] },
    { kind: 'Namespace', resource: 'namespaces', short: ['ns'], cluster: true, status: true },
    { kind: 'Node', resource: 'nodes', short: ['no'], cluster: true, status: true },
    { kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims', short: ['pvc'], status: true },
    { kind: 'Pod', resource: 'pods', short: ['po'], status: true, all: true },
    { kind: 'ResourceQuota', resource: 'resourcequotas', short: ['quota'], status: true },
    { kind: 'Secret', resource: 'secrets' },
    { kind: 'Service', resource: 'services', short: ['svc'], status: true, all: true },
    { kind: 'ServiceAccount', resource: 'serviceaccounts', short: ['sa'] },
  ] },
  { group: 'apps', version: 'v1', package: 'apps.v1', kinds: [
    { kind: 'ControllerRevision', resource: 'controllerrevisions' },
    { kind: 'DaemonSet', resource: 'daemonsets', short: ['ds'], status: true, all: true },
    { kind: 'Deployment', resource: 'deployments', short: ['deploy'], status: true, scale: true, all: true },
    { kind: 'ReplicaSet', resource: 'replicasets', short: ['rs'], status: true, scale: true, all: true },
    { kind: 'StatefulSet', resource: 'statefulsets', short: ['sts'], status: true, scale: true, all: true },
  ] },
  { group: 'batch', version: 'v1', package: 'batch.v1', kinds: [
    { kind: 'CronJob', resource: 'cronjobs', short: ['cj'], status: true, all: true },
    { kind: 'Job', resource: 'jobs', status: true, all: true },
  ] },
  { group: 'autoscaling', version: 'v2', package: 'autoscaling.v2', kinds: [{ kind: 'HorizontalPodAutoscaler', resource: 'horizontalpodautoscalers', short: ['hpa'], status: true, all: true }] },
  { group: 'policy', version: 'v1', package: 'policy.v1', kinds: [{ kind: 'PodDisruptionBudget', resource: 'poddisruptionbudgets', short: ['pdb'], status: true }] },
  { group: 'networking.k8s.io', version: 'v1', package: 'networking.v1', kinds: [
    { kind: 'Ingress', resource: 'ingresses', short: ['ing'], status: true },
    { kind: 'IngressClass', resource: 'ingressclasses', cluster: true },
    { kind: 'NetworkPolicy', resource: 'networkpolicies', short: ['netpol'] },
  ] },
  { group: 'rbac.authorization.k8s.io', version: 'v1', package: 'rbac.v1', kinds: [
    { kind: 'ClusterRole', resource: 'clusterroles', cluster: true },
    { kind: 'ClusterRoleBinding', resource: 'clusterrolebindings', cluster: true },
    { kind: 'Role', resource: 'roles' },
    { kind: 'RoleBinding', resource: 'rolebindings' },
  ] },
  { group: 'coordination.k8s.io', version: 'v1', package: 'coordination.v1', kinds: [{ kind: 'Lease', resource: 'leases' }] },
  { group: 'discovery.k8s.io', version: 'v1', package: 'discovery.v1', kinds: [{ kind: 'EndpointSlice', resource: 'endpointslices' }] },
  { group: 'scheduling.k8s.io', version: 'v1', package: 'scheduling.v1', kinds: [{ kind: 'PriorityClass', resource: 'priorityclasses', short: ['pc'], cluster: true }] },
  { group: 'storage.k8s.io', version: 'v1', package: 'storage.v1', kinds: [{ kind: 'StorageClass', resource: 'storageclasses', short: ['sc'], cluster: true }] },
  { group: 'authorization.k8s.io', version: 'v1', package: 'authorization.v1', kinds: [
    { kind: 'SelfSubjectAccessReview', resource: 'selfsubjectaccessreviews', cluster: true, virtual: true },
    { kind: 'SelfSubjectRulesReview', resource: 'selfsubjectrulesreviews', cluster: true, virtual: true },
  ] },
  { group: 'apiextensions.k8s.io', version: 'v1', package: 'apiextensions.v1', kinds: [{ kind: 'CustomResourceDefinition', resource: 'customresourcedefinitions', short: ['crd', 'crds'], cluster: true, status: true }] },
]

/** Kinds of Kubernetes 1.35 that the stand-in serves. */
export const builtInKinds: readonly ResourceKind[] = served.flatMap(({ group, version, package: from, kinds }) => kinds.map((row) => ({
  group, version, kind: row.kind, resource: row.resource, singular: row.kind.toLowerCase(), shortNames: row.short ?? [], namespaced: row.cluster !== true,
  type: `${from}.${row.kind}`, status: row.status === true, scale: row.scale === true, origin: row.virtual === true ? 'virtual' : 'built-in',
  ...(row.all === true ? { categories: ['all'] } : {}),
})))

/** What a real 1.35 serves besides, and the stand-in refuses: groups, and resources of served groups. */
export const refusedGroups: readonly string[] = ['apiregistration.k8s.io', 'events.k8s.io', 'authentication.k8s.io', 'certificates.k8s.io', 'admissionregistration.k8s.io', 'node.k8s.io', 'resource.k8s.io', 'flowcontrol.apiserver.k8s.io']
export const refusedResources: readonly string[] = ['bindings', 'componentstatuses', 'persistentvolumes', 'podtemplates', 'replicationcontrollers', 'localsubjectaccessreviews', 'subjectaccessreviews', 'ipaddresses', 'servicecidrs', 'csidrivers', 'csinodes', 'csistoragecapacities', 'volumeattachments', 'volumeattributesclasses']
