import { timestamp } from '../../core.ts'
import type { Core } from '../../core.ts'
import type { Condition, Deployment, DeploymentStatus } from '../../objects/types.ts'
import { updateStatus } from '../actions.ts'
import { conditionOf } from '../pods.ts'
import { actual, all, allowance, available, ready, terminating, wanted } from './sets.ts'
import type { Sets } from './sets.ts'

type NewCondition = Pick<Condition, 'type' | 'status'> & { readonly reason: string; readonly message: string }

/** The conditions with one set. Nothing changes when status and reason stay; a changed one moves to the end. */
export function setCondition(core: Core, conditions: readonly Condition[] | undefined, next: NewCondition): readonly Condition[] {
  const known = conditionOf(conditions, next.type)
  if (known?.status === next.status && known.reason === next.reason) return conditions ?? []
  const now = timestamp(core.clock.now())
  const since = known?.status === next.status ? (known.lastTransitionTime ?? now) : now
  return [...(conditions ?? []).filter((condition) => condition.type !== next.type), { ...next, lastUpdateTime: now, lastTransitionTime: since }]
}

export const withoutCondition = (conditions: readonly Condition[], type: string): readonly Condition[] => conditions.filter((condition) => condition.type !== type)

/** Counters of all ReplicaSets, and whether the Deployment is available. */
export function countStatus(core: Core, deployment: Deployment, sets: Sets): DeploymentStatus {
  const every = all(sets)
  const usable = available(every)
  const enough = usable >= deployment.spec.replicas - allowance(deployment).missing
  const condition: NewCondition = enough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: actual(every),
    updatedReplicas: sets.fresh === undefined ? 0 : sets.fresh.status.replicas,
    readyReplicas: ready(every),
    availableReplicas: usable,
    unavailableReplicas: Math.max(0, wanted(every) - usable),
    terminatingReplicas: terminating(every),
    ...(deployment.status.collisionCount === undefined ? {} : { collisionCount: deployment.status.collisionCount }),
    conditions: setCondition(core, deployment.status.conditions, condition),
  }
}

export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const { replicas } = deployment.spec
  return (status.updatedReplicas ?? 0) === replicas && (status.replicas ?? 0) === replicas && (status.availableReplicas ?? 0) === replicas && (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
}

function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0)
  return (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) || old(now) < old(before) || (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) || (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
}

const deadlineOf = (deployment: Deployment): number | undefined => {
  const seconds = deployment.spec.progressDeadlineSeconds
  return seconds === undefined || seconds === 2 ** 31 - 1 ? undefined : seconds
}

/** When the deadline will have passed without progress; undefined when nobody waits for it. Milliseconds. */
function timesOutAt(deployment: Deployment, status: DeploymentStatus): number | undefined {
  const deadline = deadlineOf(deployment)
  const condition = conditionOf(deployment.status.conditions, 'Progressing')
  if (deadline === undefined || condition === undefined || isComplete(deployment, status)) return undefined
  if (condition.reason === 'NewReplicaSetAvailable' || condition.reason === 'ProgressDeadlineExceeded') return undefined
  return Date.parse(condition.lastUpdateTime ?? '') + deadline * 1000
}

/** Conditions of the rollout: complete, progressing or out of time. */
function rolloutConditions(core: Core, deployment: Deployment, sets: Sets, status: DeploymentStatus): readonly Condition[] {
  const conditions = status.conditions ?? []
  if (deadlineOf(deployment) === undefined) return withoutCondition(conditions, 'Progressing')
  const current = conditionOf(deployment.status.conditions, 'Progressing')
  if (status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable') return conditions
  const subject = sets.fresh === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${sets.fresh.metadata.name}"`
  if (isComplete(deployment, status)) return setCondition(core, conditions, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `${subject} has successfully progressed.` })
  if (hasProgressed(deployment.status, status)) {
    const now = timestamp(core.clock.now())
    const since = current?.status === 'True' ? (current.lastTransitionTime ?? now) : now
    return [...withoutCondition(conditions, 'Progressing'), { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.`, lastUpdateTime: now, lastTransitionTime: since }]
  }
  const at = timesOutAt(deployment, status)
  if (at !== undefined && core.clock.now() > at) return setCondition(core, conditions, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: `${subject} has timed out progressing.` })
  return conditions
}

function withFailure(core: Core, conditions: readonly Condition[], sets: Sets): readonly Condition[] {
  const failures = [...(sets.fresh === undefined ? [] : [sets.fresh]), ...sets.old].flatMap((set) => (set.status.conditions ?? []).filter((condition) => condition.type === 'ReplicaFailure'))
  const [failure] = failures
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure')
  return setCondition(core, conditions, { type: 'ReplicaFailure', status: failure.status, reason: failure.reason ?? '', message: failure.message ?? '' })
}

/** Writes the status of a rollout. Gives back after how many milliseconds its deadline must be looked at. */
export function reportRollout(core: Core, deployment: Deployment, sets: Sets): number | undefined {
  const counted = countStatus(core, deployment, sets)
  const conditions = withFailure(core, rolloutConditions(core, deployment, sets, counted), sets)
  const written = updateStatus(core, deployment, { ...counted, conditions })
  const at = timesOutAt(written, written.status)
  return at === undefined ? undefined : Math.max(0, at - core.clock.now()) + 1000
}
