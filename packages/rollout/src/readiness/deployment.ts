import { at, type KubeObject, numberAt } from '@fermata/ports'
import { placeOf, refOf } from '../plan/objects.ts'
import { type Assess, condition, failed, isStale, progressing, ready, type Scene } from './assessment.ts'
import { refusedPods } from './refused-pods.ts'
import { firstTrouble, waitingPod } from './pod.ts'

/**
 * A Deployment is ready when its controller has seen the specification and every replica is of the newest revision and available, with no older one left.
 * Counters as in kubectl rollout status (kubectl/pkg/polymorphichelpers/rollout_status.go); in addition the pods of the newest ReplicaSet are asked for causes.
 */
export const assessDeployment: Assess = (deployment, scene) => {
  const where = placeOf(refOf(deployment))
  if (isStale(deployment, numberAt(deployment, 'status', 'observedGeneration'))) return progressing('its controller has not seen the change yet', where)
  if (at(deployment, 'spec', 'paused') === true) return failed({ code: 'FM-DEPLOY-PAUSED', says: `Deployment ${deployment.metadata.name} is paused`, where })
  const pods = podsOfNewest(deployment, scene)
  const trouble = firstTrouble(pods, scene) ?? refusedPods(deployment)
  if (trouble !== undefined) return trouble
  const progress = condition(deployment, 'Progressing')
  if (progress?.reason === 'ProgressDeadlineExceeded') return failed({ code: 'FM-DEPLOY-DEADLINE-EXCEEDED', says: `Deployment ${deployment.metadata.name} made no progress in time${waitingPod(pods)}`, where })
  const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1
  const count = (field: string): number => numberAt(deployment, 'status', field) ?? 0
  if (count('updatedReplicas') < wanted) return progressing(`${count('updatedReplicas')} of ${wanted} replicas are of the new version${waitingPod(pods)}`, where)
  if (count('availableReplicas') < wanted) return progressing(`${count('availableReplicas')} of ${wanted} replicas are available${waitingPod(pods)}`, where)
  if (count('replicas') > count('updatedReplicas')) return progressing(`${count('replicas') - count('updatedReplicas')} replicas of the former version are still there`, where)
  return ready
}

const revisionAnnotation = 'deployment.kubernetes.io/revision'

/** Pods of older ReplicaSets do not speak for the release: they are on their way out. */
function podsOfNewest(deployment: KubeObject, scene: Scene): readonly KubeObject[] {
  const sets = scene.owned('ReplicaSet', deployment.metadata.uid ?? '')
  const revision = (set: KubeObject): number => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0)
  const newest = sets.reduce<KubeObject | undefined>((best, set) => (best === undefined || revision(set) > revision(best) ? set : best), undefined)
  return newest?.metadata.uid === undefined ? [] : scene.owned('Pod', newest.metadata.uid)
}
