import type { ObjectKind } from '@fermata/ports'
import { groupOf, isWorkload } from '../plan/apply-order.ts'
import type { Assess } from './assessment.ts'
import { assessByConditions } from './generic.ts'
import { assessDaemonSet } from './daemon-set.ts'
import { assessDeployment } from './deployment.ts'
import { assessJob } from './job.ts'
import { assessPod } from './pod.ts'
import { assessReplicaSet } from './replica-set.ts'
import { assessService } from './service.ts'
import { assessStatefulSet } from './stateful-set.ts'
import { assessVolumeClaim } from './volume-claim.ts'

const known: Readonly<Record<string, Assess>> = {
  'apps/Deployment': assessDeployment,
  'apps/StatefulSet': assessStatefulSet,
  'apps/DaemonSet': assessDaemonSet,
  'apps/ReplicaSet': assessReplicaSet,
  '/ReplicationController': assessReplicaSet,
  'batch/Job': assessJob,
  '/Pod': assessPod,
  '/PersistentVolumeClaim': assessVolumeClaim,
  '/Service': assessService,
}

/** Groups of Kubernetes itself: a kind of these that is not above is as good as written. */
const builtIn: ReadonlySet<string> = new Set(['', 'apps', 'batch', 'autoscaling', 'policy', 'extensions'])

/** How an object of this kind is judged, or undefined where it is ready as soon as it is written: configuration, permissions, policies. */
export function assessorOf(kind: ObjectKind): Assess | undefined {
  const group = groupOf(kind.apiVersion)
  const found = known[`${group}/${kind.kind}`]
  if (found !== undefined) return found
  if (builtIn.has(group) || group.endsWith('.k8s.io')) return group === 'apiregistration.k8s.io' ? assessByConditions : undefined
  return assessByConditions
}

/** May make a ConfigMap or Secret that a workload waits for. */
export function mayMakeConfiguration(kind: ObjectKind): boolean {
  return assessorOf(kind) === assessByConditions && !isWorkload(kind)
}
