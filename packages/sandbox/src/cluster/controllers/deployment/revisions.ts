/** Finds or makes the ReplicaSet of a Deployment's template, and counts revisions. */
import { ApiError } from '../../api/status.ts'
import { annotationsOf, labelsOf, shortHash, uidOf } from '../../core.ts'
import type { Core } from '../../core.ts'
import type { Condition, Deployment, ReplicaSet } from '../../objects/types.ts'
import { selectorMatches } from '../../verbs/selectors.ts'
import { controllerOf, isOwnedBy, make, objectsIn, ownerReference, tell, update, updateStatus } from '../actions.ts'
import { conditionOf } from '../pods.ts'
import { setCondition } from './status.ts'
import { byAge, desiredAnnotation, hashLabel, historyAnnotation, isRolling, maxAnnotation, mostPods, revisionAnnotation, revisionOf, sameTemplate, wanted } from './sets.ts'
import type { Sets } from './sets.ts'

const notCopied = ['kubectl.kubernetes.io/last-applied-configuration', revisionAnnotation, historyAnnotation, desiredAnnotation, maxAnnotation, 'deprecated.deployment.rollback.to']

/** ReplicaSets of the Deployment. One that its selector matches and nobody controls is adopted; one that it no longer matches is let go. */
export function ownSets(core: Core, deployment: Deployment): readonly ReplicaSet[] {
  const candidates = objectsIn<ReplicaSet>(core, 'replicasets.apps', deployment.metadata.namespace)
  const matches = (set: ReplicaSet): boolean => selectorMatches(deployment.spec.selector, labelsOf(set))
  if (deployment.metadata.deletionTimestamp === undefined) {
    for (const set of candidates) {
      if (isOwnedBy(set, deployment) && !matches(set)) update(core, set, { ...set, metadata: { ...set.metadata, ownerReferences: (set.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uidOf(deployment)) } })
      if (controllerOf(set) === undefined && set.metadata.deletionTimestamp === undefined && matches(set)) update(core, set, { ...set, metadata: { ...set.metadata, ownerReferences: [...(set.metadata.ownerReferences ?? []), ownerReference(deployment)] } })
    }
  }
  return objectsIn<ReplicaSet>(core, 'replicasets.apps', deployment.metadata.namespace).filter((set) => isOwnedBy(set, deployment))
}

/** The Deployment as it stands after its revision was brought up to date, with its ReplicaSets. Undefined when a write must be seen first. */
export function syncRevision(core: Core, deployment: Deployment, sets: readonly ReplicaSet[], create: boolean): { readonly deployment: Deployment; readonly sets: Sets } {
  const fresh = byAge(sets).find((set) => sameTemplate(deployment, set))
  const old = sets.filter((set) => set !== fresh)
  const revision = Math.max(0, ...old.map(revisionOf)) + 1
  if (fresh === undefined && !create) return { deployment, sets: { fresh, old } }
  return fresh === undefined ? created(core, deployment, old, revision) : found(core, deployment, fresh, old, revision)
}

function found(core: Core, deployment: Deployment, fresh: ReplicaSet, old: readonly ReplicaSet[], revision: number): { readonly deployment: Deployment; readonly sets: Sets } {
  const annotated = { ...fresh, metadata: { ...fresh.metadata, annotations: copiedAnnotations(deployment, fresh, revision) }, spec: { ...fresh.spec, ...(deployment.spec.minReadySeconds === undefined ? {} : { minReadySeconds: deployment.spec.minReadySeconds }) } }
  const current = update(core, fresh, annotated)
  const noted = conditionOf(deployment.status.conditions, 'Progressing') === undefined && hasDeadline(deployment)
    ? setCondition(core, deployment.status.conditions, { type: 'Progressing', status: 'True', reason: 'FoundNewReplicaSet', message: `Found new replica set "${fresh.metadata.name}"` }) : deployment.status.conditions
  return { deployment: withRevision(core, deployment, String(revisionOf(current)), noted), sets: { fresh: current, old } }
}

export const hasDeadline = (deployment: Deployment): boolean => deployment.spec.progressDeadlineSeconds !== undefined && deployment.spec.progressDeadlineSeconds !== 2 ** 31 - 1

function copiedAnnotations(deployment: Deployment, set: Pick<ReplicaSet, 'metadata'>, revision: number): Readonly<Record<string, string>> {
  const own = set.metadata.annotations ?? {}
  const copied = Object.fromEntries(Object.entries(annotationsOf(deployment)).filter(([key]) => !notCopied.includes(key)))
  const before = Number(own[revisionAnnotation] ?? 0)
  if (before >= revision) return { ...own, ...copied }
  const history = before === 0 ? {} : { [historyAnnotation]: [own[historyAnnotation], String(before)].filter((part) => part !== undefined && part !== '').join(',') }
  return { ...own, ...copied, [revisionAnnotation]: String(revision), ...history }
}

/** Number of pods that a new ReplicaSet may have at once. */
export function roomFor(deployment: Deployment, sets: readonly ReplicaSet[], current: number): number {
  if (!isRolling(deployment)) return deployment.spec.replicas
  const there = wanted(sets)
  const most = mostPods(deployment)
  return there >= most ? current : current + Math.min(most - there, deployment.spec.replicas - current)
}

function created(core: Core, deployment: Deployment, old: readonly ReplicaSet[], revision: number): { readonly deployment: Deployment; readonly sets: Sets } {
  const hash = shortHash([deployment.spec.template, deployment.status.collisionCount ?? 0])
  const labels = { ...(deployment.spec.template.metadata.labels ?? {}), [hashLabel]: hash }
  const replicas = roomFor(deployment, old, 0)
  const name = `${deployment.metadata.name}-${hash}`
  const annotations = { ...copiedAnnotations(deployment, { metadata: { name } }, revision), [desiredAnnotation]: String(deployment.spec.replicas), [maxAnnotation]: String(mostPods(deployment)) }
  try {
    const fresh = make<ReplicaSet>(core, {
      apiVersion: 'apps/v1', kind: 'ReplicaSet',
      metadata: { name, namespace: deployment.metadata.namespace, labels, annotations, ownerReferences: [ownerReference(deployment)] },
      spec: {
        replicas, ...(deployment.spec.minReadySeconds === undefined ? {} : { minReadySeconds: deployment.spec.minReadySeconds }),
        selector: { ...deployment.spec.selector, matchLabels: { ...(deployment.spec.selector.matchLabels ?? {}), [hashLabel]: hash } },
        template: { ...deployment.spec.template, metadata: { ...deployment.spec.template.metadata, labels } },
      },
    })
    if (replicas > 0) tell(core, deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message: `Scaled up replica set ${name} from 0 to ${replicas}`, component: 'deployment-controller' })
    const conditions = hasDeadline(deployment) ? setCondition(core, deployment.status.conditions, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${name}"` }) : deployment.status.conditions
    return { deployment: withRevision(core, deployment, String(revision), conditions), sets: { fresh, old } }
  } catch (error) {
    if (error instanceof ApiError) refused(core, deployment, name, error)
    throw error
  }
}

/** A name that is taken is tried again with another hash; any other refusal is told. */
function refused(core: Core, deployment: Deployment, name: string, error: ApiError): void {
  if (error.reason === 'AlreadyExists') { updateStatus(core, deployment, { ...deployment.status, collisionCount: (deployment.status.collisionCount ?? 0) + 1 }); return }
  if (error.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true) return
  const message = `Failed to create new replica set "${name}": ${error.message}`
  if (hasDeadline(deployment)) updateStatus(core, deployment, { ...deployment.status, conditions: setCondition(core, deployment.status.conditions, { type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message }) })
  tell(core, deployment, { type: 'Warning', reason: 'ReplicaSetCreateError', message, component: 'deployment-controller' })
}

/** Revision annotation and conditions go through the status endpoint in one write, as the real controller does. */
function withRevision(core: Core, deployment: Deployment, revision: string, conditions: readonly Condition[] | undefined): Deployment {
  const annotated = { ...deployment, metadata: { ...deployment.metadata, annotations: { ...annotationsOf(deployment), [revisionAnnotation]: revision } } }
  return updateStatus(core, deployment, { ...deployment.status, ...(conditions === undefined ? {} : { conditions }) }, 'kube-controller-manager', annotated.metadata)
}

