import { takeWarrant } from '@fermata/custody'
import type { Cluster, Clock, Log } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { leaseSeconds } from '../defaults.ts'
import { chaosJournals, type ChaosEntry, type Rollback } from '../run/entry.ts'
import { liftFault, type Leftover } from '../run/lift.ts'
import { noNotes } from '../run/scene.ts'

/** What became of an experiment that its run had left. `living`: somebody else works on it. */
export type Closing = { readonly is: 'living'; readonly by: string } | { readonly is: 'closed'; readonly rollback: Rollback; readonly reasons: readonly Reason[] }

/**
 * Undoes what the journal of an experiment says may be there, looks whether it is gone, and ends the journal.
 * It needs the journal alone, not the experiment, and may be repeated.
 * @throws EnvironmentError where the cluster cannot be asked
 */
export async function closeExperiment(entry: ChaosEntry, place: { readonly cluster: Cluster; readonly namespace: string; readonly holder: string }, ports: { readonly clock: Clock; readonly log: Log; readonly signal: AbortSignal }): Promise<Closing> {
  const { cluster, namespace, holder } = place
  const { clock, signal } = ports
  const taken = await takeWarrant(cluster, clock, { namespace, services: [entry.lease], holder, seconds: leaseSeconds, signal })
  if (taken.kind === 'taken') return { is: 'living', by: taken.by }
  try {
    const opened = await chaosJournals(cluster, namespace).open(entry.id, taken.warrant.fence)
    if (opened === undefined) return { is: 'closed', rollback: 'proven', reasons: [because('FM-CHAOS-UNFINISHED', { says: `Experiment ${entry.id} has no journal any more.`, severity: 'note' })] }
    const notes = noNotes(0)
    const there = await presentOf(cluster, entry)
    const leftover: Leftover = {
      lift: async () => {
        for (const ref of entry.temporary) await cluster.delete(ref)
        return true
      },
      lifted: async () => (await presentOf(cluster, entry)) === 0,
    }
    if (there > 0) await liftFault({ clock, notes, hurry: signal }, leftover, undefined)
    const rollback = there === 0 && entry.temporary.length > 0 ? 'expired' : notes.rollback
    const gone = rollback !== 'unproven'
    const current = opened.page.entry
    await opened.writer.save({ entry: { ...current, ended: gone, phase: gone ? 'ended' : current.phase, rollback, endedAt: new Date(clock.now()).toISOString() } })
    return { is: 'closed', rollback, reasons: [...notes.trouble, ...(gone ? [] : [because('FM-CHAOS-UNDO-UNPROVEN', { says: `Of experiment ${entry.id}, ${entry.temporary.map(({ kind, name }) => `${kind} ${name}`).join(', ')} may still be there.` })])] }
  } finally {
    await taken.warrant.release()
  }
}

async function presentOf(cluster: Cluster, { temporary }: ChaosEntry): Promise<number> {
  const found = await Promise.all(temporary.map((ref) => cluster.get(ref)))
  return found.filter((object) => object !== undefined).length
}
