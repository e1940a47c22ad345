import type { Core } from '../../core.ts'
import type { Deployment, ReplicaSet } from '../../objects/types.ts'
import { remove, tell, update } from '../actions.ts'
import { active, all, byAge, byRevision, desiredAnnotation, isRolling, maxAnnotation, mostPods, wanted } from './sets.ts'
import type { Sets } from './sets.ts'

/** Gives a ReplicaSet a size, and notes in it what the Deployment wanted then. */
export function scaleSet(core: Core, deployment: Deployment, set: ReplicaSet, replicas: number): boolean {
  const annotations = { ...(set.metadata.annotations ?? {}), [desiredAnnotation]: String(deployment.spec.replicas), [maxAnnotation]: String(mostPods(deployment)) }
  update(core, set, { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } })
  if (set.spec.replicas === replicas) return false
  tell(core, deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message: `Scaled ${set.spec.replicas < replicas ? 'up' : 'down'} replica set ${set.metadata.name} from ${set.spec.replicas} to ${replicas}`, component: 'deployment-controller' })
  return true
}

/** Whether the Deployment was scaled since its ReplicaSets were sized. */
export function wasScaled(deployment: Deployment, sets: Sets): boolean {
  return active(all(sets)).some((set) => {
    const desired = set.metadata.annotations?.[desiredAnnotation]
    return desired !== undefined && Number(desired) !== deployment.spec.replicas
  })
}

/** Brings the ReplicaSets to the size of the Deployment; in the middle of a rollout, each in proportion. */
export function scaleAll(core: Core, deployment: Deployment, sets: Sets): void {
  const only = activeOrLatest(sets)
  if (only !== undefined) { if (only.spec.replicas !== deployment.spec.replicas) scaleSet(core, deployment, only, deployment.spec.replicas); return }
  if (isSaturated(deployment, sets.fresh)) { for (const set of active(sets.old)) scaleSet(core, deployment, set, 0); return }
  if (isRolling(deployment)) scaleInProportion(core, deployment, active(all(sets)))
}

function activeOrLatest(sets: Sets): ReplicaSet | undefined {
  const running = active(all(sets))
  if (running.length > 1) return undefined
  return running[0] ?? sets.fresh ?? byAge(sets.old).at(-1)
}

function isSaturated(deployment: Deployment, fresh: ReplicaSet | undefined): boolean {
  if (fresh === undefined) return false
  const { replicas } = deployment.spec
  return fresh.spec.replicas === replicas && Number(fresh.metadata.annotations?.[desiredAnnotation]) === replicas && fresh.status.availableReplicas === replicas
}

function scaleInProportion(core: Core, deployment: Deployment, sets: readonly ReplicaSet[]): void {
  const allowed = deployment.spec.replicas > 0 ? mostPods(deployment) : 0
  const toAdd = allowed - wanted(sets)
  const older = byAge(sets)
  const ordered = [...(toAdd > 0 ? [...older].reverse() : older)].sort((a, b) => b.spec.replicas - a.spec.replicas)
  let added = 0
  const sizes = ordered.map((set) => {
    const proportion = toAdd === 0 ? 0 : share(deployment, set, toAdd, added)
    added += proportion
    return set.spec.replicas + proportion
  })
  ordered.forEach((set, index) => { scaleSet(core, deployment, set, Math.max(0, (sizes[index] ?? 0) + (index === 0 ? toAdd - added : 0))) })
}

function share(deployment: Deployment, set: ReplicaSet, toAdd: number, added: number): number {
  const before = Number(set.metadata.annotations?.[maxAnnotation] ?? deployment.status.replicas ?? 0)
  const fraction = deployment.spec.replicas === 0 ? -set.spec.replicas : Math.round((set.spec.replicas * mostPods(deployment)) / before) - set.spec.replicas
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added)
}

/** Removes the oldest empty ReplicaSets beyond the history that the Deployment keeps. */
export function forgetOldest(core: Core, deployment: Deployment, old: readonly ReplicaSet[]): void {
  const limit = deployment.spec.revisionHistoryLimit
  if (limit === undefined || limit === 2 ** 31 - 1) return
  const alive = byRevision(old.filter((set) => set.metadata.deletionTimestamp === undefined))
  for (const set of alive.slice(0, Math.max(0, alive.length - limit))) {
    if (set.status.replicas === 0 && set.spec.replicas === 0 && (set.metadata.generation ?? 0) <= (set.status.observedGeneration ?? 0)) remove(core, set)
  }
}

