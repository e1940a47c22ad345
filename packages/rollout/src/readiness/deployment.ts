import { at, type KubeObject, mapAt, numberAt } from '@fermata/ports'
import { canonical } from '../plan/canonical.ts'
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

/** The label by which a ReplicaSet tells its pods from those of others; its Deployment's template has none. */
const hashLabel = 'pod-template-hash'

/**
 * Pods of older ReplicaSets do not speak for the release: they are on their way out.
 * The newest set is the one with the Deployment's own template, as for its controller (FindNewReplicaSet in
 * kubernetes/pkg/controller/deployment/util), and not the one with the highest revision: sets come by a watch of their own,
 * so what is seen may be the sets as they stood before, and the failed version would speak for the one that was written back.
 */
function podsOfNewest(deployment: KubeObject, scene: Scene): readonly KubeObject[] {
  const wanted = templateOf(deployment)
  const [newest] = scene.owned('ReplicaSet', deployment.metadata.uid ?? '').filter((set) => templateOf(set) === wanted).toSorted(byAge)
  return newest?.metadata.uid === undefined ? [] : scene.owned('Pod', newest.metadata.uid)
}

function byAge(a: KubeObject, b: KubeObject): number {
  const [older, younger] = [a, b].map(({ metadata }) => `${metadata.creationTimestamp ?? ''} ${metadata.name}`) as [string, string]
  return older < younger ? -1 : 1
}

/** Looks are many, and what they see is the same object until it changes. */
const templates = new WeakMap<KubeObject, string>()

function templateOf(object: KubeObject): string {
  const known = templates.get(object)
  if (known !== undefined) return known
  const template = mapAt(object, 'spec', 'template')
  const { [hashLabel]: _, ...labels } = mapAt(template, 'metadata', 'labels')
  const text = canonical({ ...template, metadata: { ...mapAt(template, 'metadata'), labels } })
  templates.set(object, text)
  return text
}
