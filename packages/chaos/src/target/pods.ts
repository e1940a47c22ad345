import { type KubeObject, listAt, textAt } from '@fermata/ports'

/** Takes traffic: its Ready condition holds and nobody is ending it. */
export function isReady(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && listAt(pod, 'status', 'conditions').some((condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True')
}

/** Neither ended nor being ended. */
export function isAlive(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '')
}
