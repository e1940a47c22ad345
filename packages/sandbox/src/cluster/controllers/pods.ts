/** What controllers ask of pods. */
import { timestamp } from '../core.ts'
import type { Core } from '../core.ts'
import type { Condition, ContainerStatus, IntOrString, Pod } from '../objects/types.ts'

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined => conditions?.find((condition) => condition.type === type)

/** Neither ended nor about to end. */
export const isActive = (pod: Pod): boolean => pod.metadata.deletionTimestamp === undefined && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed'
export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed'
export const isReady = (pod: Pod): boolean => conditionOf(pod.status.conditions, 'Ready')?.status === 'True'

/** When the pod will count as available: ready for `minReadySeconds`. Undefined while it is not ready. Milliseconds. */
export function availableAt(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = conditionOf(pod.status.conditions, 'Ready')
  return ready?.status === 'True' ? Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000 : undefined
}

export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const at = availableAt(pod, minReadySeconds)
  return at !== undefined && (minReadySeconds === 0 || at <= now)
}

/** Milliseconds until the next of these pods becomes available by waiting alone. */
export function untilNextAvailable(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  const waits = pods.map((pod) => availableAt(pod, minReadySeconds)).filter((at) => at !== undefined && at > now).map((at) => (at as number) - now)
  return waits.length === 0 || minReadySeconds === 0 ? undefined : Math.min(...waits)
}

const restarts = (pod: Pod): number => (pod.status.containerStatuses ?? []).reduce((sum: number, status: ContainerStatus) => sum + status.restartCount, 0)

/** The pods that a controller gives up first: unscheduled, not running, not ready, cheap, crowded, recently ready, often restarted, young. */
export function byDispensability(pods: readonly Pod[], related: readonly Pod[]): readonly Pod[] {
  const phase: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }
  const crowd = new Map<string, number>()
  for (const pod of related) if (isActive(pod)) crowd.set(pod.spec.nodeName ?? '', (crowd.get(pod.spec.nodeName ?? '') ?? 0) + 1)
  const cost = (pod: Pod): number => Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  const readyTime = (pod: Pod): number => Date.parse(conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime ?? '') || 0
  const born = (pod: Pod): number => Date.parse(String(pod.metadata['creationTimestamp'] ?? ''))
  const rank = (pod: Pod): readonly number[] => [
    (pod.spec.nodeName ?? '') === '' ? 0 : 1, phase[pod.status.phase ?? ''] ?? 2, isReady(pod) ? 1 : 0, cost(pod), -(crowd.get(pod.spec.nodeName ?? '') ?? 0), isReady(pod) ? -readyTime(pod) : 0, -restarts(pod), -born(pod),
  ]
  return [...pods].sort((a, b) => {
    const left = rank(a)
    const right = rank(b)
    const index = left.findIndex((value, at) => value !== right[at])
    return index === -1 ? 0 : (left[index] ?? 0) - (right[index] ?? 0)
  })
}

/** A number, or a share of `total`. Percentages are rounded up for surges and down for what may be missing. */
export function resolveShare(value: IntOrString | undefined, total: number, rounding: 'up' | 'down'): number {
  if (value === undefined) return 0
  if (typeof value === 'number') return value
  const share = (Number(/^(\d+)%$/.exec(value)?.[1] ?? NaN) * total) / 100
  if (Number.isNaN(share)) throw new RangeError(`neither a number nor a percentage: ${value}`)
  return rounding === 'up' ? Math.ceil(share) : Math.floor(share)
}

/** The conditions with one set; its transition time moves only when its status does. */
export function withCondition(core: Core, conditions: readonly Condition[] | undefined, next: Omit<Condition, 'lastTransitionTime'>): readonly Condition[] {
  const known = conditionOf(conditions, next.type)
  const lastTransitionTime = known?.status === next.status ? known.lastTransitionTime : timestamp(core.clock.now())
  const others = (conditions ?? []).filter((condition) => condition.type !== next.type)
  return [...others, { ...next, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) }]
}
