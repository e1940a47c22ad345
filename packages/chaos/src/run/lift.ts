import type { Fuse } from '@fermata/custody'
import { type Clock, ClusterError } from '@fermata/ports'
import { because } from '../codes.ts'
import { cancelBudget, lookEvery, sweepPatience } from '../defaults.ts'
import type { Rollback } from './entry.ts'
import type { Scene } from './scene.ts'

/** What has to be undone, whoever undoes it. */
export interface Leftover {
  /** False when there was nothing to lift. */
  lift(): Promise<boolean>
  /** Whether the cluster has nothing of it any more. */
  lifted(): Promise<boolean>
}

/**
 * Lifts a fault and looks whether it is gone. Where the cluster refuses us, its own controllers do it: the fuse is put out,
 * and its time is waited for. After a request to stop nobody waits that long; the fuse burns on without us.
 */
export async function liftFault(scene: Pick<Scene, 'clock' | 'notes' | 'hurry'>, leftover: Leftover, fuse: Fuse | undefined): Promise<void> {
  const { clock, notes, hurry } = scene
  let found = true
  const refusal = await refusedBy(async () => {
    found = await leftover.lift()
  })
  const answeredAt = clock.now()
  if (!found) notes.trouble.push(because('FM-CHAOS-GONE-EARLY', { says: 'When the fault was to be lifted, it was not there any more.' }))
  if (refusal !== undefined) {
    const later = fuse === undefined ? '' : ` The cluster removes it at ${new Date(fuse.expiresAt()).toISOString()} at the latest.`
    notes.trouble.push(because('FM-CHAOS-UNDO-REFUSED', { says: `The fault was not lifted by us: ${refusal.reason.message}${later}` }))
    if (fuse !== undefined) await refusedBy(async () => void (await fuse.extinguish()))
  }
  const end = refusal === undefined || fuse === undefined ? clock.now() + sweepPatience : Math.max(clock.now(), fuse.expiresAt()) + sweepPatience
  const outcome = await awaitGone(clock, leftover, () => (hurry.aborted ? Math.min(end, answeredAt + cancelBudget) : end))
  notes.rollback = rollbackOf(outcome.gone, refusal !== undefined || !found)
  if (outcome.gone) notes.liftedAt = outcome.atOnce && refusal === undefined ? answeredAt : clock.now()
  else if (outcome.says !== undefined) notes.trouble.push(because('FM-CHAOS-UNDO-UNPROVEN', { says: `Whether the fault is gone cannot be seen: ${outcome.says}` }))
}

function rollbackOf(gone: boolean, byOthers: boolean): Rollback {
  return !gone ? 'unproven' : byOthers ? 'expired' : 'proven'
}

/** Looks until it is gone or the time is over. What cannot be seen is not gone. */
async function awaitGone(clock: Clock, leftover: Leftover, until: () => number): Promise<{ readonly gone: boolean; readonly atOnce: boolean; readonly says?: string }> {
  for (let looks = 1; ; looks++) {
    let gone = false
    const blind = await refusedBy(async () => {
      gone = await leftover.lifted()
    })
    if (gone) return { gone, atOnce: looks === 1 }
    if (clock.now() >= until()) return { gone, atOnce: false, ...(blind !== undefined && { says: blind.reason.message }) }
    await clock.sleep(lookEvery)
  }
}

/** The refusal of the cluster, or undefined when it did what was asked. */
export async function refusedBy(work: () => Promise<void>): Promise<ClusterError | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof ClusterError) return error
    throw error
  }
}
