import type { KubeObject, ObjectKind } from '@fermata/ports'

/**
 * In which order the objects of a service are written: what others live in or refer to comes first, what sends traffic or takes pods away comes last.
 *
 * A kind that is not listed stands before the workloads: a custom resource mostly configures (ExternalSecret, Certificate, a database claim),
 * and a workload that starts without its configuration fails for good, while a resource that was written early only waits.
 * Groups that are known to point at workloads stand after them.
 */
const stages: readonly (readonly string[])[] = [
  ['Namespace'],
  ['CustomResourceDefinition'],
  ['PriorityClass', 'RuntimeClass', 'StorageClass', 'IngressClass', 'GatewayClass'],
  ['ServiceAccount', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
  ['ResourceQuota', 'LimitRange', 'NetworkPolicy'],
  ['ConfigMap', 'Secret'],
  ['PersistentVolume', 'PersistentVolumeClaim'],
  ['Service', 'Endpoints', 'EndpointSlice'],
  ['*'],
  ['DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Deployment', 'Job', 'CronJob', 'Pod', 'Rollout'],
  ['HorizontalPodAutoscaler', 'VerticalPodAutoscaler', 'ScaledObject', 'PodDisruptionBudget'],
  ['Ingress', 'Gateway', 'HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute', 'UDPRoute'],
  ['APIService', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
]

/** Custom resources of these groups scale, watch or route to workloads that must be there. */
const groupsAfterWorkloads: readonly string[] = ['networking.istio.io', 'split.smi-spec.io', 'traefik.io', 'projectcontour.io', 'monitoring.coreos.com', 'keda.sh', 'autoscaling.k8s.io', 'flagger.app', 'policy']

const stageOfKind = new Map(stages.flatMap((kinds, stage) => kinds.map((kind): [string, number] => [kind, stage])))
const otherKinds = stageOfKind.get('*') as number
const routes = stageOfKind.get('Ingress') as number

/** Smaller is earlier. Objects of one stage do not refer to each other in a way that an order would serve. */
export function stageOf({ apiVersion, kind }: ObjectKind): number {
  const known = stageOfKind.get(kind)
  if (known !== undefined && isFamiliar(apiVersion, kind)) return known
  return groupsAfterWorkloads.includes(groupOf(apiVersion)) ? routes : otherKinds
}

/** A kind of somebody's own group may be called Service too (Knative's is); it is not the one that is meant above. */
function isFamiliar(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion)
  if (kind === 'Rollout') return group === 'argoproj.io'
  if (kind === 'ScaledObject') return group === 'keda.sh'
  return group === '' || !group.includes('.') || group.endsWith('.k8s.io') || group === 'gateway.networking.k8s.io'
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : ''
}

/** The objects in the order in which they are written; objects of one stage stay as they stood. */
export function inApplyOrder<T extends { readonly object: KubeObject }>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((a, b) => stageOf(a.object) - stageOf(b.object))
}

const workloadKinds: ReadonlySet<string> = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'apps/ReplicaSet', '/ReplicationController', 'batch/Job', 'batch/CronJob', '/Pod', 'argoproj.io/Rollout'])

/** Runs pods. */
export function isWorkload({ apiVersion, kind }: ObjectKind): boolean {
  return workloadKinds.has(`${groupOf(apiVersion)}/${kind}`)
}
