import { numberAt, textAt } from '@fermata/ports'
import { placeOf, refOf } from '../plan/objects.ts'
import { type Assess, isStale, progressing, ready } from './assessment.ts'
import { firstTrouble, waitingPod } from './pod.ts'

/** A DaemonSet is ready when every node that should run it runs the new version and that is available. It has no deadline of its own. */
export const assessDaemonSet: Assess = (set, scene) => {
  const where = placeOf(refOf(set))
  if (isStale(set, numberAt(set, 'status', 'observedGeneration'))) return progressing('its controller has not seen the change yet', where)
  const pods = scene.owned('Pod', set.metadata.uid ?? '')
  const trouble = firstTrouble(pods, scene)
  if (trouble !== undefined) return trouble
  const wanted = numberAt(set, 'status', 'desiredNumberScheduled') ?? 0
  const updated = numberAt(set, 'status', 'updatedNumberScheduled') ?? 0
  const available = numberAt(set, 'status', 'numberAvailable') ?? 0
  if (textAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete' && updated < wanted) return progressing(`${updated} of ${wanted} nodes run the new version${waitingPod(pods)}`, where)
  return available < wanted ? progressing(`${available} of ${wanted} nodes have it available${waitingPod(pods)}`, where) : ready
}
