import { inCluster, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Aim } from '../faults/fault.ts'
import type { BlastRadius } from './blast-radius.ts'
import { isReady } from './pods.ts'

/** What an experiment may do at most, from the inputs. */
export interface Limits {
  readonly radius: BlastRadius
  readonly minRemaining: number
  readonly protectedNamespaces: readonly string[]
}

/** Everything about the number and the place of the victims that forbids the experiment. No victim at all is no permission either. */
export function guard(aim: Aim, limits: Limits): readonly Reason[] {
  return [...protectedPlace(aim, limits), ...tooMany(aim, limits), ...tooFewLeft(aim, limits)]
}

function protectedPlace({ namespace }: Aim, { protectedNamespaces }: Limits): readonly Reason[] {
  if (!protectedNamespaces.includes(namespace)) return []
  return [because('FM-CHAOS-PROTECTED', { says: `Namespace ${namespace} is protected.`, where: inCluster('Namespace', undefined, namespace) })]
}

function tooMany({ victims, pods }: Aim, { radius }: Limits): readonly Reason[] {
  const allowed = Math.min(radius.count, Math.floor(pods.length * radius.share))
  if (victims.length <= allowed) return []
  const limit = [...(Number.isFinite(radius.count) ? [`${radius.count}`] : []), ...(radius.share < 1 ? [`${radius.share * 100} %`] : [])].join(' and ')
  return [because('FM-CHAOS-BLAST-RADIUS', { says: `${victims.length} of ${pods.length} pods would be hit, and at most ${allowed} may be (${limit}).` })]
}

function tooFewLeft({ victims, pods }: Aim, { minRemaining }: Limits): readonly Reason[] {
  const left = pods.filter((pod) => isReady(pod) && !victims.some(({ uid }) => uid === pod.metadata.uid)).length
  if (left >= minRemaining) return []
  return [because('FM-CHAOS-MIN-REMAINING', { says: `${left} ready ${left === 1 ? 'pod' : 'pods'} would be left untouched, and at least ${minRemaining} must be.` })]
}
