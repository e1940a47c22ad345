import type { KubeObject } from '@fermata/ports'
import type { Amount } from '../experiment/model.ts'
import type { Victim } from '../faults/fault.ts'
import { isReady } from './pods.ts'

/**
 * Which pods are hit: of those that are ready, the oldest first, by name where they are of one age.
 * The same pods give the same victims, so what a plan shows is what a run does.
 */
export function chooseVictims(pods: readonly KubeObject[], amount: Amount): readonly Victim[] {
  const ready = pods.filter(isReady).toSorted((a, b) => (ageKey(a) < ageKey(b) ? -1 : 1))
  const wanted = 'count' in amount ? amount.count : Math.max(1, Math.floor(pods.length * amount.share + 1e-9))
  return ready.slice(0, wanted).flatMap(({ metadata: { name, uid } }) => (uid === undefined ? [] : [{ name, uid }]))
}

function ageKey({ metadata }: KubeObject): string {
  return `${metadata.creationTimestamp ?? ''} ${metadata.name}`
}
