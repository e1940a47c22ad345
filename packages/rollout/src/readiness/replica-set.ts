import { numberAt } from '@fermata/ports'
import { placeOf, refOf } from '../plan/objects.ts'
import { type Assess, isStale, progressing, ready } from './assessment.ts'
import { refusedPods } from './refused-pods.ts'
import { firstTrouble, waitingPod } from './pod.ts'

/** A ReplicaSet or ReplicationController that stands alone. */
export const assessReplicaSet: Assess = (set, scene) => {
  const where = placeOf(refOf(set))
  if (isStale(set, numberAt(set, 'status', 'observedGeneration'))) return progressing('its controller has not seen the change yet', where)
  const pods = scene.owned('Pod', set.metadata.uid ?? '')
  const trouble = firstTrouble(pods, scene) ?? refusedPods(set)
  if (trouble !== undefined) return trouble
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1
  const available = numberAt(set, 'status', 'availableReplicas') ?? 0
  return available < wanted ? progressing(`${available} of ${wanted} replicas are available${waitingPod(pods)}`, where) : ready
}
