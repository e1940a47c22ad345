import type { KubeObject } from '@fermata/ports'
import { labelsOf } from '../core.ts'
import type { Core } from '../core.ts'
import type { Pod, PodTemplate, StatefulSet } from '../objects/types.ts'
import { isArray } from '../schema/lookup.ts'
import { isOwnedBy, make, objectsIn, ownerKey, remove, tell, updateStatus } from './actions.ts'
import type { Controller } from './controller.ts'
import { currentRevision, forgetRevisions, hashLabel, revisionsOf, templateIn } from './history.ts'
import type { Revision } from './history.ts'
import { isAvailable, isReady, resolveShare, untilNextAvailable } from './pods.ts'
import { createPod } from './replica-set.ts'

const collection = 'statefulsets.apps'

/** Keeps the pods of a StatefulSet: numbered, one after the other, newest revision from the highest number down to the partition. */
export function statefulSetController(core: Core): Controller {
  return {
    name: 'statefulset-controller',
    keys(change) {
      if (change.collection === collection) return [`${change.object.metadata.namespace ?? ''}/${change.object.metadata.name}`]
      return change.collection === 'pods' ? ownerKey(change.object, 'StatefulSet') : []
    },
    sync(key) {
      const set = core.store.get(collection, key) as StatefulSet | undefined
      if (set === undefined) return undefined
      const revisions = revisionPair(core, set)
      if (set.metadata.deletionTimestamp === undefined) arrange(core, set, revisions)
      report(core, set, revisions)
      return untilNextAvailable(podsOf(core, set), set.spec.minReadySeconds ?? 0, core.clock.now())
    },
  }
}

interface Revisions { readonly current: Revision; readonly next: Revision }

const podsOf = (core: Core, set: StatefulSet): readonly Pod[] => objectsIn<Pod>(core, 'pods', set.metadata.namespace).filter((pod) => isOwnedBy(pod, set))

function revisionPair(core: Core, set: StatefulSet): Revisions {
  const next = currentRevision(core, set, set.spec.template, set.status.collisionCount ?? 0)
  const current = revisionsOf(core, set).find((revision) => revision.metadata.name === set.status.currentRevision) ?? next
  return { current, next }
}

const ordinalOf = (set: StatefulSet, pod: Pod): number => Number(pod.metadata.name.slice(set.metadata.name.length + 1))
const revisionName = (pod: Pod): string => labelsOf(pod)[hashLabel] ?? ''

function arrange(core: Core, set: StatefulSet, revisions: Revisions): void {
  const now = core.clock.now()
  const first = set.spec.ordinals?.start ?? 0
  const pods = podsOf(core, set)
  const inRange = (pod: Pod): boolean => ordinalOf(set, pod) >= first && ordinalOf(set, pod) < first + set.spec.replicas
  const ordered = set.spec.podManagementPolicy !== 'Parallel'
  const usable = (pod: Pod): boolean => pod.metadata.deletionTimestamp === undefined && pod.status.phase === 'Running' && isAvailable(pod, set.spec.minReadySeconds ?? 0, now)
  for (let ordinal = first; ordinal < first + set.spec.replicas; ordinal++) {
    const pod = pods.find((candidate) => ordinalOf(set, candidate) === ordinal)
    if (pod === undefined) { create(core, set, revisions, ordinal); if (ordered) return; continue }
    const ended = pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded'
    if (ended && pod.metadata.deletionTimestamp === undefined) { drop(core, set, pod, 'RecreatingTerminatedPod'); if (ordered) return; continue }
    if (ordered && !usable(pod)) return
  }
  const condemned = pods.filter((pod) => !inRange(pod)).sort((a, b) => ordinalOf(set, b) - ordinalOf(set, a))
  for (const pod of condemned) {
    if (pod.metadata.deletionTimestamp === undefined) drop(core, set, pod, undefined)
    if (ordered) return
  }
  if (set.spec.updateStrategy.type !== 'OnDelete') roll(core, set, revisions, pods.filter(inRange), usable)
}

/** Replaces outdated pods, the highest number first, as many at a time as may be unavailable. */
function roll(core: Core, set: StatefulSet, { next }: Revisions, pods: readonly Pod[], usable: (pod: Pod) => boolean): void {
  const rolling = set.spec.updateStrategy.rollingUpdate as { readonly partition?: number; readonly maxUnavailable?: number | string } | undefined
  const least = (set.spec.ordinals?.start ?? 0) + (rolling?.partition ?? 0)
  const most = rolling?.maxUnavailable === undefined ? 1 : Math.max(1, resolveShare(rolling.maxUnavailable, set.spec.replicas, 'up'))
  const room = most - pods.filter((pod) => !usable(pod)).length
  const outdated = pods.filter((pod) => ordinalOf(set, pod) >= least && revisionName(pod) !== next.metadata.name && pod.metadata.deletionTimestamp === undefined)
  for (const pod of [...outdated].sort((a, b) => ordinalOf(set, b) - ordinalOf(set, a)).slice(0, Math.max(0, room))) drop(core, set, pod, undefined)
}

function drop(core: Core, set: StatefulSet, pod: Pod, because: string | undefined): void {
  remove(core, pod, {})
  if (because !== undefined) tell(core, set, { type: 'Normal', reason: because, message: `StatefulSet ${set.metadata.namespace ?? ''}/${set.metadata.name} is recreating terminated Pod ${pod.metadata.name}`, component: 'statefulset-controller' })
  tell(core, set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`, component: 'statefulset-controller' })
}

function create(core: Core, set: StatefulSet, { current, next }: Revisions, ordinal: number): void {
  const partition = (set.spec.ordinals?.start ?? 0) + (set.spec.updateStrategy.rollingUpdate?.partition ?? 0)
  const revision = set.spec.updateStrategy.type === 'RollingUpdate' && ordinal < partition ? current : next
  const name = `${set.metadata.name}-${ordinal}`
  const claims = (set.spec.volumeClaimTemplates ?? []).map((claim) => claimFor(core, set, claim, name))
  const template: PodTemplate = templateIn(revision)
  const labels = { ...(template.metadata.labels ?? {}), [hashLabel]: revision.metadata.name, 'apps.kubernetes.io/pod-index': String(ordinal), 'statefulset.kubernetes.io/pod-name': name }
  const volumes = isArray(template.spec['volumes']) ? template.spec['volumes'] : []
  const spec = { ...template.spec, hostname: name, ...(set.spec.serviceName === undefined || set.spec.serviceName === '' ? {} : { subdomain: set.spec.serviceName }), ...(claims.length + volumes.length === 0 ? {} : { volumes: [...claims, ...volumes] }) }
  createPod(core, set, { metadata: { ...template.metadata, labels }, spec }, name, (pod) => ({ ...pod, metadata: { ...pod.metadata, generateName: `${set.metadata.name}-` } }))
  tell(core, set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Create Pod ${name} in StatefulSet ${set.metadata.name} successful`, component: 'statefulset-controller' })
}

/** The claim of a pod by its template; it outlives the pod. */
function claimFor(core: Core, set: StatefulSet, claim: KubeObject, pod: string): object {
  const name = `${claim.metadata.name}-${pod}`
  if (core.store.get('persistentvolumeclaims', `${set.metadata.namespace ?? ''}/${name}`) === undefined) {
    make(core, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: set.metadata.namespace, labels: { ...(set.spec.selector.matchLabels ?? {}), ...labelsOf(claim) } }, spec: claim['spec'] })
    tell(core, set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`, component: 'statefulset-controller' })
  }
  return { name: claim.metadata.name, persistentVolumeClaim: { claimName: name } }
}

function report(core: Core, set: StatefulSet, { current, next }: Revisions): void {
  const now = core.clock.now()
  const pods = podsOf(core, set)
  const alive = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined)
  const ready = pods.filter(isReady)
  const updated = alive.filter((pod) => revisionName(pod) === next.metadata.name).length
  const complete = set.spec.updateStrategy.type === 'RollingUpdate' && updated === pods.length && ready.length === pods.length && set.spec.replicas === pods.length
  const from = complete ? next : current
  updateStatus(core, set, {
    observedGeneration: set.metadata.generation ?? 0, replicas: pods.length, readyReplicas: ready.length,
    currentReplicas: complete ? updated : alive.filter((pod) => revisionName(pod) === current.metadata.name).length, updatedReplicas: updated,
    currentRevision: from.metadata.name, updateRevision: next.metadata.name, collisionCount: set.status.collisionCount ?? 0,
    availableReplicas: pods.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length,
  })
  forgetRevisions(core, set, [from.metadata.name, next.metadata.name, ...pods.map(revisionName)], set.spec.revisionHistoryLimit ?? 10)
}
