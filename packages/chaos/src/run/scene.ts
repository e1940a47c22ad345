import type { Warrant } from '@fermata/custody'
import type { Clock, Instant, Log } from '@fermata/ports'
import { ClusterError } from '@fermata/ports'
import { EnvironmentError, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Site, Victim } from '../faults/fault.ts'
import type { Sampler } from '../measure/sampler.ts'
import { isReady } from '../target/pods.ts'
import { selectorText } from '../target/selector.ts'
import type { Effect } from './course.ts'
import type { Rollback } from './entry.ts'
import type { Plan } from './prepare.ts'

/** One experiment while it is carried out: what it works with, and what has happened so far. */
export interface Scene {
  readonly plan: Plan
  readonly site: Site
  readonly clock: Clock
  readonly log: Log
  readonly warrant: Warrant
  /** Aborted when somebody asks to stop, or when the lease is lost. */
  readonly stop: AbortSignal
  /** Aborted when somebody asks to stop: from then on there is little time. */
  readonly hurry: AbortSignal
  readonly steady: Sampler
  /** Samples that must fail while the fault is in effect. */
  readonly through: Sampler
  readonly notes: Notes
}

/** What has happened so far. */
export interface Notes {
  injectedAt: Instant | undefined
  hit: readonly Victim[]
  effect: Effect
  liftedAt: Instant | undefined
  rollback: Rollback
  readyNow: number
  backAt: Instant | undefined
  readonly trouble: Reason[]
}

export function noNotes(readyBefore: number): Notes {
  return { injectedAt: undefined, hit: [], effect: { is: 'unproven' }, liftedAt: undefined, rollback: 'proven', readyNow: readyBefore, backAt: undefined, trouble: [] }
}

/** False when it was ended early: somebody asked to stop, or the lease is lost. */
export async function pause({ clock, stop }: Pick<Scene, 'clock' | 'stop'>, milliseconds: number): Promise<boolean> {
  try {
    await clock.sleep(Math.max(0, milliseconds), stop)
  } catch (error) {
    if (!stop.aborted) throw error
  }
  return !stop.aborted
}

/** Looks at the pods of the target, and notes since when as many are ready as before and none of them is one that was hit. */
export async function lookAtPods({ site, notes, clock }: Scene): Promise<void> {
  if (notes.backAt !== undefined) return
  const { namespace, selector, pods } = site.aim
  const { items } = await site.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector: selectorText(selector) })
  const ready = items.filter((pod) => isReady(pod) && !notes.hit.some(({ uid }) => uid === pod.metadata.uid))
  notes.readyNow = ready.length
  if (ready.length >= pods.filter(isReady).length) notes.backAt = clock.now()
}

/** What the cluster refused or did not answer ends the experiment, not the run: what is in effect must still be lifted, and told. Our own mistakes are thrown on. */
export async function unlessRefused(scene: Scene, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    const { reason } = error
    const injecting = error instanceof ClusterError && scene.notes.injectedAt !== undefined && scene.notes.effect.is === 'unproven' && scene.notes.hit.length === 0
    const code = reason.code === 'FM-CHAOS-DISRUPTION-BUDGET' ? reason.code : error instanceof ClusterError && error.kind === 'forbidden' ? 'FM-CHAOS-FORBIDDEN' : injecting ? 'FM-CHAOS-INJECTION-FAILED' : 'FM-CHAOS-LOST'
    scene.notes.trouble.push(because(code, { says: reason.message, ...(reason.remedy !== undefined && { remedy: reason.remedy }) }))
    if (code === 'FM-CHAOS-FORBIDDEN' || code === 'FM-CHAOS-DISRUPTION-BUDGET') scene.notes.trouble.push(because('FM-CHAOS-INJECTION-FAILED', { says: 'The cluster refused the fault.' }))
  }
}
