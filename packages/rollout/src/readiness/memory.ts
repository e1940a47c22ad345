import { type Instant, type KubeObject, listAt, numberAt, textAt } from '@fermata/ports'
import type { Memory } from './assessment.ts'
import { condition } from './assessment.ts'

export const troubleKinds = ['image', 'config', 'scheduling'] as const
export type TroubleKind = (typeof troubleKinds)[number]

export function troubleKey(pod: KubeObject, container: string, trouble: TroubleKind): string {
  return `${pod.metadata.uid ?? pod.metadata.name}/${container}/${trouble}`
}

export function restartKey(pod: KubeObject, container: string): string {
  return `${pod.metadata.uid ?? pod.metadata.name}/${container}`
}

/** Every container status of a pod; init containers and native sidecars are containers like others. */
export function containerStatuses(pod: KubeObject): readonly unknown[] {
  return [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')]
}

/** What the first look at the pods leaves behind: their restarts until now do not count against the release. */
export function firstLook(pods: readonly KubeObject[], now: Instant): Memory {
  const restarts = new Map(pods.flatMap((pod) => containerStatuses(pod).map((status): [string, number] => [restartKey(pod, textAt(status, 'name') ?? ''), numberAt(status, 'restartCount') ?? 0])))
  return lookAgain({ troubles: new Map(), restarts }, pods, now)
}

/** A trouble that is gone is forgotten; one that is new is dated. */
export function lookAgain(before: Memory, pods: readonly KubeObject[], now: Instant): Memory {
  const troubles = new Map<string, Instant>()
  for (const pod of pods) for (const key of troublesOf(pod)) troubles.set(key, before.troubles.get(key) ?? now)
  return { troubles, restarts: before.restarts }
}

function troublesOf(pod: KubeObject): readonly string[] {
  const scheduling = condition(pod, 'PodScheduled')
  const unscheduled = scheduling?.status === 'False' && scheduling.reason === 'Unschedulable' ? [troubleKey(pod, '', 'scheduling')] : []
  return containerStatuses(pod).reduce<readonly string[]>((keys, status) => {
    const reason = textAt(status, 'state', 'waiting', 'reason')
    const name = textAt(status, 'name') ?? ''
    // The two alternate while the kubelet backs off, so they are one trouble.
    if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff') return [...keys, troubleKey(pod, name, 'image')]
    return reason === 'CreateContainerConfigError' ? [...keys, troubleKey(pod, name, 'config')] : keys
  }, unscheduled)
}

/** Restarts of a container since the release first saw it. */
export function restartsSince(memory: Memory, pod: KubeObject, status: unknown): number {
  return (numberAt(status, 'restartCount') ?? 0) - (memory.restarts.get(restartKey(pod, textAt(status, 'name') ?? '')) ?? 0)
}

export function seenFor(memory: Memory, key: string, now: Instant): number {
  const since = memory.troubles.get(key)
  return since === undefined ? 0 : now - since
}

