import type { KubeObject } from '@fermata/ports'
import { ApiError } from '../api/status.ts'
import { labelsOf } from '../core.ts'
import type { Core } from '../core.ts'
import type { Pod, PodTemplate, ReplicaSet } from '../objects/types.ts'
import { selectorMatches } from '../verbs/selectors.ts'
import { isOwnedBy, make, objectsIn, ownerKey, ownerReference, remove, tell, updateStatus } from './actions.ts'
import type { Controller } from './controller.ts'
import { byDispensability, conditionOf, isActive, isAvailable, isReady, isTerminating, untilNextAvailable, withCondition } from './pods.ts'

const collection = 'replicasets.apps'

/** Keeps as many pods of a ReplicaSet as it asks for. */
export function replicaSetController(core: Core): Controller {
  return {
    name: 'replicaset-controller',
    keys(change) {
      if (change.collection === collection) return [`${change.object.metadata.namespace ?? ''}/${change.object.metadata.name}`]
      return change.collection === 'pods' ? ownerKey(change.object, 'ReplicaSet') : []
    },
    sync(key) {
      const set = core.store.get(collection, key) as ReplicaSet | undefined
      if (set === undefined) return undefined
      const owned = objectsIn<Pod>(core, 'pods', set.metadata.namespace).filter((pod) => isOwnedBy(pod, set))
      const active = owned.filter(isActive)
      const failure = set.metadata.deletionTimestamp === undefined ? manage(core, set, active) : undefined
      report(core, set, owned, failure)
      return untilNextAvailable(active, set.spec.minReadySeconds ?? 0, core.clock.now())
    },
  }
}

/** Creates what is missing and removes what is too much. A refused creation comes back. */
function manage(core: Core, set: ReplicaSet, active: readonly Pod[]): ApiError | undefined {
  const missing = set.spec.replicas - active.length
  if (missing < 0) {
    const related = objectsIn<Pod>(core, 'pods', set.metadata.namespace).filter((pod) => selectorMatches(set.spec.selector, labelsOf(pod)))
    for (const pod of byDispensability(active, related).slice(0, -missing)) {
      remove(core, pod, {})
      tell(core, set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}`, component: 'replicaset-controller' })
    }
    return undefined
  }
  try {
    for (let count = 0; count < missing; count++) {
      const pod = createPod(core, set, set.spec.template)
      tell(core, set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}`, component: 'replicaset-controller' })
    }
    return undefined
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    tell(core, set, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}`, component: 'replicaset-controller' })
    return error
  }
}

/** A pod of a template, with a name that is given or made from the owner's. */
export function createPod(core: Core, owner: KubeObject, template: PodTemplate, name?: string, change: (pod: KubeObject) => KubeObject = (pod) => pod): Pod {
  const { labels, annotations, finalizers } = template.metadata
  const pod = {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { ...(name === undefined ? { generateName: `${owner.metadata.name}-` } : { name }), namespace: owner.metadata.namespace, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }), ...(finalizers === undefined ? {} : { finalizers }), ownerReferences: [ownerReference(owner)] },
    spec: template.spec,
  }
  return make<Pod>(core, change(pod as unknown as KubeObject))
}

function report(core: Core, set: ReplicaSet, owned: readonly Pod[], failure: ApiError | undefined): void {
  const now = core.clock.now()
  const active = owned.filter(isActive)
  const minReadySeconds = set.spec.minReadySeconds ?? 0
  const conditions = (set.status.conditions ?? []).filter((condition) => condition.type !== 'ReplicaFailure')
  const known = conditionOf(set.status.conditions, 'ReplicaFailure')
  const failed = failure === undefined ? conditions : known === undefined ? withCondition(core, conditions, { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure.message }) : [...conditions, known]
  const template = set.spec.template.metadata.labels ?? {}
  updateStatus(core, set, {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => Object.entries(template).every(([key, value]) => labelsOf(pod)[key] === value)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, minReadySeconds, now)).length,
    terminatingReplicas: owned.filter(isTerminating).length,
    observedGeneration: set.metadata.generation ?? 0,
    ...(failed.length === 0 ? {} : { conditions: failed }),
  })
  if (failure !== undefined) throw failure
}
