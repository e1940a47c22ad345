import { numberAt, textAt } from '@fermata/ports'
import { placeOf, refOf } from '../plan/objects.ts'
import { type Assess, isStale, progressing, ready } from './assessment.ts'
import { firstTrouble, waitingPod } from './pod.ts'

/**
 * A StatefulSet is ready when all replicas are ready and those above the partition are of the new revision.
 * It has no deadline of its own, and one failed pod stops its update (kubernetes issue 67250), so every pod is asked.
 * Under OnDelete nobody updates pods but a person, so only their readiness counts.
 */
export const assessStatefulSet: Assess = (set, scene) => {
  const where = placeOf(refOf(set))
  if (isStale(set, numberAt(set, 'status', 'observedGeneration'))) return progressing('its controller has not seen the change yet', where)
  const pods = scene.owned('Pod', set.metadata.uid ?? '')
  const trouble = firstTrouble(pods, scene)
  if (trouble !== undefined) return trouble
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1
  const count = (field: string): number => numberAt(set, 'status', field) ?? 0
  if (count('readyReplicas') < wanted) return progressing(`${count('readyReplicas')} of ${wanted} replicas are ready${waitingPod(pods)}`, where)
  if (textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return ready
  const toUpdate = Math.max(0, wanted - (numberAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0))
  const updated = textAt(set, 'status', 'currentRevision') === textAt(set, 'status', 'updateRevision') ? wanted : count('updatedReplicas')
  if (updated < toUpdate) return progressing(`${updated} of ${toUpdate} replicas are of the new version${waitingPod(pods)}`, where)
  // Written by API servers since 1.22; older ones leave it at 0.
  const available = numberAt(set, 'status', 'availableReplicas')
  return available !== undefined && available < wanted ? progressing(`${available} of ${wanted} replicas are available`, where) : ready
}
