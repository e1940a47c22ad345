/** Sums and orders over the ReplicaSets of a Deployment, and how many pods its strategy allows. */
import type { Deployment, ReplicaSet } from '../../objects/types.ts'
import { same } from '../../schema/lookup.ts'
import { resolveShare } from '../pods.ts'

export const revisionAnnotation = 'deployment.kubernetes.io/revision'
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maxAnnotation = 'deployment.kubernetes.io/max-replicas'
export const historyAnnotation = 'deployment.kubernetes.io/revision-history'
export const hashLabel = 'pod-template-hash'

export interface Sets {
  /** The one whose template the Deployment wants; absent until it is made. */
  readonly fresh: ReplicaSet | undefined
  readonly old: readonly ReplicaSet[]
}

export const all = ({ fresh, old }: Sets): readonly ReplicaSet[] => (fresh === undefined ? old : [...old, fresh])

const sum = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number => sets.reduce((total, set) => total + count(set), 0)
export const wanted = (sets: readonly ReplicaSet[]): number => sum(sets, (set) => set.spec.replicas)
export const actual = (sets: readonly ReplicaSet[]): number => sum(sets, (set) => set.status.replicas)
export const ready = (sets: readonly ReplicaSet[]): number => sum(sets, (set) => set.status.readyReplicas ?? 0)
export const available = (sets: readonly ReplicaSet[]): number => sum(sets, (set) => set.status.availableReplicas ?? 0)
export const terminating = (sets: readonly ReplicaSet[]): number => sum(sets, (set) => set.status.terminatingReplicas ?? 0)
export const active = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] => sets.filter((set) => set.spec.replicas > 0)

export const isRolling = (deployment: Deployment): boolean => deployment.spec.strategy.type === 'RollingUpdate'

/** How many pods may be there beyond and missing from the wanted number. Never both zero, or nothing could ever move. */
export function allowance(deployment: Deployment): { readonly surge: number; readonly missing: number } {
  const { replicas, strategy: { rollingUpdate } } = deployment.spec
  if (!isRolling(deployment)) return { surge: 0, missing: 0 }
  const surge = resolveShare(rollingUpdate?.maxSurge, replicas, 'up')
  const missing = resolveShare(rollingUpdate?.maxUnavailable, replicas, 'down')
  return { surge, missing: Math.min(replicas, surge === 0 && missing === 0 ? 1 : missing) }
}

export const mostPods = (deployment: Deployment): number => deployment.spec.replicas + allowance(deployment).surge

export const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0)
const born = (set: ReplicaSet): number => Date.parse(String(set.metadata['creationTimestamp'] ?? ''))

export function byAge(sets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return [...sets].sort((a, b) => born(a) - born(b) || revisionOf(a) - revisionOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1))
}

export const byRevision = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] => [...sets].sort((a, b) => revisionOf(a) - revisionOf(b))

/** The templates without the label that tells ReplicaSets apart. */
export function sameTemplate(deployment: Deployment, set: ReplicaSet): boolean {
  const { [hashLabel]: _, ...labels } = set.spec.template.metadata.labels ?? {}
  const template = { ...set.spec.template, metadata: { ...set.spec.template.metadata, labels } }
  return same(template, { ...deployment.spec.template, metadata: { ...deployment.spec.template.metadata, labels: deployment.spec.template.metadata.labels ?? {} } })
}
