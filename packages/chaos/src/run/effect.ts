import { badSamplesOfEffect, effectPatience, lookEvery } from '../defaults.ts'
import type { Blow } from '../faults/fault.ts'
import type { Sample } from '../measure/sample.ts'
import { underWaySince } from '../measure/recovery.ts'
import { pause, type Scene } from './scene.ts'

/**
 * Waits until the fault is seen, and notes since when it is in effect: the first bad sample, or the first sight of it in the cluster, whichever was earlier.
 * What nobody sees in its time has no effect.
 */
export async function awaitEffect(scene: Scene, injectedAt: number, shown: (() => Promise<boolean>) | undefined): Promise<void> {
  const until = injectedAt + effectPatience
  for (;;) {
    const seen = shown !== undefined && (await shown())
    const now = scene.clock.now()
    const bad = badSince(scene.through.samples(), injectedAt)
    const first = Math.max(injectedAt, bad[0]?.at ?? now)
    if (seen) return note(scene, Math.min(first, now), 'cluster')
    if (bad.length >= badSamplesOfEffect) return note(scene, first, 'probes')
    if (now >= until || !(await pause(scene, Math.min(lookEvery, scene.plan.experiment.pace.everyMs)))) return
  }
}

function note({ notes }: Scene, at: number, by: 'cluster' | 'probes'): void {
  notes.effect = { is: 'proven', at, by }
}

function badSince(samples: readonly Sample[], since: number): readonly Sample[] {
  return underWaySince(samples, since).filter(({ good }) => !good)
}

/** What the cluster shows of pods that were hit. Where none was, there is nothing to show. */
export function showsOf(blow: Blow, { site, notes }: Scene): () => Promise<boolean> {
  return async () => notes.hit.length > 0 && (await blow.shows(site, notes.hit))
}
