import type { KubeObject } from '@fermata/ports'
import { annotationsOf, labelsOf } from '../core.ts'
import type { Core } from '../core.ts'
import type { DaemonSet, Pod, PodTemplate } from '../objects/types.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import { isOwnedBy, objectsIn, ownerKey, remove, tell, updateStatus } from './actions.ts'
import type { Controller } from './controller.ts'
import { currentRevision, forgetRevisions, hashLabel, hashOf } from './history.ts'
import { isAvailable, isReady, resolveShare, untilNextAvailable } from './pods.ts'
import { createPod } from './replica-set.ts'

const collection = 'daemonsets.apps'
const everywhere = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable', 'node.kubernetes.io/disk-pressure', 'node.kubernetes.io/memory-pressure', 'node.kubernetes.io/pid-pressure', 'node.kubernetes.io/unschedulable']

/** Keeps one pod of a DaemonSet on every node, and replaces outdated ones within what may be unavailable. Refuses nothing: surge is carried out as unavailability 1. */
export function daemonSetController(core: Core): Controller {
  return {
    name: 'daemonset-controller',
    keys(change) {
      if (change.collection === collection) return [`${change.object.metadata.namespace ?? ''}/${change.object.metadata.name}`]
      if (change.collection === 'nodes') return objectsIn(core, collection, undefined).map((set) => `${set.metadata.namespace ?? ''}/${set.metadata.name}`)
      return change.collection === 'pods' ? ownerKey(change.object, 'DaemonSet') : []
    },
    sync(key) {
      const set = core.store.get(collection, key) as DaemonSet | undefined
      if (set === undefined) return undefined
      const revision = currentRevision(core, set, set.spec.template, 0)
      if (set.metadata.deletionTimestamp === undefined) arrange(core, set, hashOf(revision))
      report(core, set, hashOf(revision))
      forgetRevisions(core, set, [revision.metadata.name], set.spec.revisionHistoryLimit ?? 10)
      return untilNextAvailable(podsOf(core, set), set.spec.minReadySeconds ?? 0, core.clock.now())
    },
  }
}

const podsOf = (core: Core, set: DaemonSet): readonly Pod[] => objectsIn<Pod>(core, 'pods', set.metadata.namespace).filter((pod) => isOwnedBy(pod, set))

/** The node that a pod is for, also before it is there. */
export function wantedNode(pod: Pod): string | undefined {
  const affinity = isObject(pod.spec['affinity']) ? pod.spec['affinity'] : {}
  const node = isObject(affinity['nodeAffinity']) ? affinity['nodeAffinity'] : {}
  const required = isObject(node['requiredDuringSchedulingIgnoredDuringExecution']) ? node['requiredDuringSchedulingIgnoredDuringExecution'] : {}
  const terms = isArray(required['nodeSelectorTerms']) ? required['nodeSelectorTerms'].filter(isObject) : []
  const fields = terms.flatMap((term) => (isArray(term['matchFields']) ? term['matchFields'].filter(isObject) : []))
  const named = fields.find((field) => field['key'] === 'metadata.name')
  return isArray(named?.['values']) ? String(named['values'][0]) : undefined
}

function fits(node: KubeObject, template: PodTemplate): boolean {
  const wanted = isObject(template.spec['nodeSelector']) ? template.spec['nodeSelector'] : {}
  return Object.entries(wanted).every(([key, value]) => labelsOf(node)[key] === value)
}

function arrange(core: Core, set: DaemonSet, hash: string): void {
  const now = core.clock.now()
  const pods = podsOf(core, set)
  const nodes = core.store.list('nodes').filter((node) => fits(node, set.spec.template))
  const on = (node: KubeObject): readonly Pod[] => pods.filter((pod) => (pod.spec.nodeName ?? wantedNode(pod)) === node.metadata.name)
  for (const node of nodes) {
    if (on(node).length === 0) create(core, set, node.metadata.name, hash)
    for (const pod of on(node)) if ((pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') && pod.metadata.deletionTimestamp === undefined) remove(core, pod, {})
  }
  for (const pod of pods) if (!nodes.some((node) => on(node).includes(pod)) && pod.metadata.deletionTimestamp === undefined) remove(core, pod, {})
  if (set.spec.updateStrategy.type === 'OnDelete') return
  const { maxUnavailable } = set.spec.updateStrategy.rollingUpdate ?? {}
  const most = Math.max(1, resolveShare(maxUnavailable, nodes.length, 'up'))
  const available = (pod: Pod): boolean => pod.metadata.deletionTimestamp === undefined && isAvailable(pod, set.spec.minReadySeconds ?? 0, now)
  const outdated = pods.filter((pod) => labelsOf(pod)[hashLabel] !== hash && pod.metadata.deletionTimestamp === undefined)
  const broken = outdated.filter((pod) => !available(pod))
  const room = most - nodes.filter((node) => !on(node).some(available)).length
  for (const pod of [...broken, ...outdated.filter(available).slice(0, Math.max(0, room))]) {
    remove(core, pod, {})
    tell(core, set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}`, component: 'daemonset-controller' })
  }
}

function create(core: Core, set: DaemonSet, node: string, hash: string): void {
  const { template } = set.spec
  const tolerations = isArray(template.spec['tolerations']) ? template.spec['tolerations'] : []
  const added = everywhere.map((key) => ({ key, operator: 'Exists', effect: key.endsWith('not-ready') || key.endsWith('unreachable') ? 'NoExecute' : 'NoSchedule' }))
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] } } }
  const labels = { ...(template.metadata.labels ?? {}), [hashLabel]: hash, 'pod-template-generation': annotationsOf(set)['deprecated.daemonset.template.generation'] ?? '1' }
  const pod = createPod(core, set, { metadata: { ...template.metadata, labels }, spec: { ...template.spec, affinity: { ...(isObject(template.spec['affinity']) ? template.spec['affinity'] : {}), ...affinity }, tolerations: [...tolerations, ...added] } })
  tell(core, set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}`, component: 'daemonset-controller' })
}

function report(core: Core, set: DaemonSet, hash: string): void {
  const now = core.clock.now()
  const desired = core.store.list('nodes').filter((node) => fits(node, set.spec.template)).length
  const pods = podsOf(core, set).filter((pod) => pod.metadata.deletionTimestamp === undefined)
  const available = pods.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length
  updateStatus(core, set, {
    currentNumberScheduled: pods.length, numberMisscheduled: 0, desiredNumberScheduled: desired, numberReady: pods.filter(isReady).length, observedGeneration: set.metadata.generation ?? 0,
    updatedNumberScheduled: pods.filter((pod) => labelsOf(pod)[hashLabel] === hash).length, numberAvailable: available, numberUnavailable: Math.max(0, desired - available),
  })
}
