import type { Core } from '../../core.ts'
import type { Deployment, Pod, ReplicaSet } from '../../objects/types.ts'
import { isOwnedBy, objectsIn, ownerKey, updateStatus } from '../actions.ts'
import type { Controller } from '../controller.ts'
import { conditionOf } from '../pods.ts'
import { hasDeadline, ownSets, roomFor, syncRevision } from './revisions.ts'
import { forgetOldest, scaleAll, scaleSet, wasScaled } from './scaling.ts'
import { actual, active, all, allowance, available, byAge, isRolling, wanted } from './sets.ts'
import type { Sets } from './sets.ts'
import { countStatus, isComplete, reportRollout, setCondition } from './status.ts'

const collection = 'deployments.apps'

/** Rolls a Deployment from the ReplicaSets it has to the one it wants, within its surge and unavailability. */
export function deploymentController(core: Core): Controller {
  return {
    name: 'deployment-controller',
    keys(change) {
      if (change.collection === collection) return [`${change.object.metadata.namespace ?? ''}/${change.object.metadata.name}`]
      if (change.collection === 'replicasets.apps') return ownerKey(change.object, 'Deployment')
      return change.collection === 'pods' && change.type === 'DELETED' ? recreating(core, change.object.metadata.namespace) : []
    },
    sync(key) {
      const deployment = core.store.get(collection, key) as Deployment | undefined
      return deployment === undefined ? undefined : sync(core, deployment)
    },
  }
}

/** Deployments that wait for their last old pod to be gone. */
function recreating(core: Core, namespace: string | undefined): readonly string[] {
  return objectsIn<Deployment>(core, collection, namespace).filter((deployment) => !isRolling(deployment)).map((deployment) => `${namespace ?? ''}/${deployment.metadata.name}`)
}

function sync(core: Core, given: Deployment): number | undefined {
  const own = ownSets(core, given)
  if (given.metadata.deletionTimestamp !== undefined) { reportCounts(core, given, syncRevision(core, given, own, false).sets); return undefined }
  const deployment = notePause(core, given)
  const { deployment: current, sets } = syncRevision(core, deployment, own, false)
  if (current.spec.paused === true || wasScaled(current, sets)) {
    scaleAll(core, current, sets)
    if (current.spec.paused === true) forgetOldest(core, current, sets.old)
    reportCounts(core, current, fresh(core, sets))
    return undefined
  }
  return isRolling(current) ? roll(core, current) : recreate(core, current)
}

/** The same ReplicaSets as they stand now. */
function fresh(core: Core, sets: Sets): Sets {
  const read = (set: ReplicaSet): ReplicaSet => (core.store.get('replicasets.apps', `${set.metadata.namespace ?? ''}/${set.metadata.name}`) as ReplicaSet | undefined) ?? set
  return { fresh: sets.fresh === undefined ? undefined : read(sets.fresh), old: sets.old.map(read) }
}

function reportCounts(core: Core, deployment: Deployment, sets: Sets): void {
  updateStatus(core, deployment, countStatus(core, deployment, sets))
}

/** A pause is no lack of progress, so its time does not count against the deadline. */
function notePause(core: Core, deployment: Deployment): Deployment {
  const condition = conditionOf(deployment.status.conditions, 'Progressing')
  if (!hasDeadline(deployment) || condition?.reason === 'ProgressDeadlineExceeded') return deployment
  const noted = condition?.reason === 'DeploymentPaused'
  const note = (reason: string, message: string): Deployment => updateStatus(core, deployment, { ...deployment.status, conditions: setCondition(core, deployment.status.conditions, { type: 'Progressing', status: 'Unknown', reason, message }) })
  if (deployment.spec.paused === true && !noted) return note('DeploymentPaused', 'Deployment is paused')
  return deployment.spec.paused !== true && noted ? note('DeploymentResumed', 'Deployment is resumed') : deployment
}

function roll(core: Core, given: Deployment): number | undefined {
  const { deployment, sets } = syncRevision(core, given, ownSets(core, given), true)
  if (sets.fresh === undefined) return undefined
  if (growNew(core, deployment, sets, sets.fresh)) return reportRollout(core, deployment, fresh(core, sets))
  if (shrinkOld(core, deployment, sets, sets.fresh)) return reportRollout(core, deployment, fresh(core, sets))
  if (isComplete(deployment, deployment.status)) forgetOldest(core, deployment, sets.old)
  return reportRollout(core, deployment, sets)
}

function growNew(core: Core, deployment: Deployment, sets: Sets, set: ReplicaSet): boolean {
  const { replicas } = deployment.spec
  if (set.spec.replicas === replicas) return false
  const size = set.spec.replicas > replicas ? replicas : roomFor(deployment, all(sets), set.spec.replicas)
  return size !== set.spec.replicas && scaleSet(core, deployment, set, size)
}

function shrinkOld(core: Core, deployment: Deployment, sets: Sets, set: ReplicaSet): boolean {
  const old = byAge(active(sets.old))
  if (wanted(old) === 0) return false
  const least = deployment.spec.replicas - allowance(deployment).missing
  const unready = set.spec.replicas - (set.status.availableReplicas ?? 0)
  const most = wanted(all(sets)) - least - unready
  if (most <= 0) return false
  const { sizes, removed } = withoutUnhealthy(old, most)
  const spare = Math.max(0, available(all(sets)) - least)
  let left = spare
  const final = old.map((candidate, index) => {
    const size = sizes[index] ?? 0
    const down = Math.min(size, left)
    left -= down
    return [candidate, size - down] as const
  })
  for (const [candidate, size] of final) if (size !== candidate.spec.replicas) scaleSet(core, deployment, candidate, size)
  return removed + (spare - left) > 0
}

/** Sizes after the replicas that are not available are given up first. */
function withoutUnhealthy(old: readonly ReplicaSet[], most: number): { readonly sizes: readonly number[]; readonly removed: number } {
  let removed = 0
  const sizes = old.map((set) => {
    const down = Math.min(most - removed, set.spec.replicas - (set.status.availableReplicas ?? 0))
    if (down <= 0) return set.spec.replicas
    removed += down
    return set.spec.replicas - down
  })
  return { sizes, removed }
}

function recreate(core: Core, given: Deployment): number | undefined {
  const before = syncRevision(core, given, ownSets(core, given), false)
  let scaled = false
  for (const set of active(before.sets.old)) scaled = scaleSet(core, before.deployment, set, 0) || scaled
  if (scaled || oldPodsRun(core, before.sets)) return reportRollout(core, before.deployment, fresh(core, before.sets))
  const { deployment, sets } = syncRevision(core, before.deployment, ownSets(core, before.deployment), true)
  if (sets.fresh === undefined) return undefined
  if (sets.fresh.spec.replicas !== deployment.spec.replicas) scaleSet(core, deployment, sets.fresh, deployment.spec.replicas)
  if (isComplete(deployment, deployment.status)) forgetOldest(core, deployment, sets.old)
  return reportRollout(core, deployment, fresh(core, sets))
}

function oldPodsRun(core: Core, { old }: Sets): boolean {
  if (actual(old) > 0) return true
  const [any] = old
  if (any === undefined) return false
  return objectsIn<Pod>(core, 'pods', any.metadata.namespace).some((pod) => old.some((set) => isOwnedBy(pod, set)) && pod.status.phase !== 'Failed' && pod.status.phase !== 'Succeeded')
}
