import type { KubeObject } from '@fermata/ports'
import { labelsOf } from '../core.ts'
import type { Core } from '../core.ts'
import { collectionOf } from '../kinds/kind.ts'
import type { Pod, PodDisruptionBudget } from '../objects/types.ts'
import { isObject } from '../schema/lookup.ts'
import { keyFor, keyOf } from '../store/store.ts'
import { selectorMatches } from '../verbs/selectors.ts'
import { controllerOf, objectsIn, tell, updateStatus } from './actions.ts'
import type { Controller } from './controller.ts'
import { isReady, resolveShare, withCondition } from './pods.ts'

const collection = 'poddisruptionbudgets.policy'
/** How long an allowed eviction counts before its pod is gone. */
const evictionHolds = 120_000

/** Counts for every PodDisruptionBudget how many of its pods may be taken now. */
export function disruptionController(core: Core): Controller {
  return {
    name: 'controllermanager',
    keys(change) {
      if (change.collection === collection) return [keyOf(change.object)]
      if (change.collection === 'pods') return budgetsFor(core, change.object).map(keyOf)
      const scales = ['deployments.apps', 'replicasets.apps', 'statefulsets.apps'].includes(change.collection)
      return scales ? objectsIn(core, collection, change.object.metadata.namespace).map(keyOf) : []
    },
    sync(key) {
      const budget = core.store.get(collection, key) as PodDisruptionBudget | undefined
      if (budget === undefined) return undefined
      return count(core, budget)
    },
  }
}

export function budgetsFor(core: Core, pod: KubeObject): readonly PodDisruptionBudget[] {
  return objectsIn<PodDisruptionBudget>(core, collection, pod.metadata.namespace).filter((budget) => selectorMatches(budget.spec.selector, labelsOf(pod)))
}

function count(core: Core, budget: PodDisruptionBudget): number | undefined {
  const now = core.clock.now()
  const pods = objectsIn<Pod>(core, 'pods', budget.metadata.namespace).filter((pod) => selectorMatches(budget.spec.selector, labelsOf(pod)))
  if (pods.length === 0) tell(core, budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found', component: 'controllermanager' })
  const { expected, desired } = wanted(core, budget, pods)
  const holds = Object.entries(budget.status.disruptedPods ?? {}).filter(([name, since]) => Date.parse(since) + evictionHolds > now && pods.some((pod) => pod.metadata.name === name && pod.metadata.deletionTimestamp === undefined))
  const held = new Set(holds.map(([name]) => name))
  const healthy = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && !held.has(pod.metadata.name) && isReady(pod)).length
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired)
  updateStatus(core, budget, withAllowance(core, budget, {
    currentHealthy: healthy, desiredHealthy: desired, expectedPods: expected, disruptionsAllowed: allowed, observedGeneration: budget.metadata.generation ?? 0, ...(held.size === 0 ? {} : { disruptedPods: Object.fromEntries(holds) }),
  }))
  const next = holds.map(([, since]) => Date.parse(since) + evictionHolds - now)
  return next.length === 0 ? undefined : Math.min(...next) + 1
}

/** The status with the condition that follows from its count. */
export function withAllowance(core: Core, budget: PodDisruptionBudget, status: Omit<PodDisruptionBudget['status'], 'conditions'>): PodDisruptionBudget['status'] {
  const enough = status.disruptionsAllowed > 0
  const known = budget.status.conditions ?? []
  const conditions = withCondition(core, known, { type: 'DisruptionAllowed', status: enough ? 'True' : 'False', reason: enough ? 'SufficientPods' : 'InsufficientPods', message: '', observedGeneration: status.observedGeneration ?? 0 })
  return { ...status, conditions }
}

function wanted(core: Core, budget: PodDisruptionBudget, pods: readonly Pod[]): { readonly expected: number; readonly desired: number } {
  const { minAvailable, maxUnavailable } = budget.spec
  if (maxUnavailable !== undefined) {
    const expected = scaleOf(core, pods)
    return { expected, desired: Math.max(0, expected - resolveShare(maxUnavailable, expected, 'up')) }
  }
  if (typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable }
  const expected = scaleOf(core, pods)
  return { expected, desired: resolveShare(minAvailable, expected, 'up') }
}

/** Replicas that the controllers of these pods want together. */
function scaleOf(core: Core, pods: readonly Pod[]): number {
  const controllers = new Map<string, number>()
  for (const pod of pods) {
    const workload = topController(core, pod)
    if (workload !== undefined) controllers.set(workload.uid, workload.scale)
  }
  return [...controllers.values()].reduce((sum, scale) => sum + scale, 0)
}

function topController(core: Core, object: KubeObject): { readonly uid: string; readonly scale: number } | undefined {
  const reference = controllerOf(object)
  if (reference === undefined) return undefined
  const kind = core.kinds.named(reference.apiVersion, reference.kind)
  const owner = kind === undefined ? undefined : core.store.get(collectionOf(kind), keyFor(object.metadata.namespace, reference.name))
  if (owner === undefined || owner.metadata.uid !== reference.uid) return undefined
  const above = reference.kind === 'ReplicaSet' ? topController(core, owner) : undefined
  const replicas = isObject(owner['spec']) ? owner['spec']['replicas'] : undefined
  return above ?? (typeof replicas === 'number' ? { uid: reference.uid, scale: replicas } : undefined)
}
