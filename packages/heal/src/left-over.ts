import type { Warrant } from '@fermata/custody'
import { type Cluster, ClusterError, numberAt } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from './codes.ts'
import { type Deed, withEnd } from './ladder/ledger.ts'
import type { WayBack } from './ladder/model.ts'
import { versioned } from './ladder/patch.ts'
import { ledgerOf, type Practice } from './practice.ts'

/**
 * Puts right what killed runs have begun on a service: a new size is taken back, and everything begun counts as tried.
 * Call it under the lease of the service: who has it is the only one who acts, so that whatever is begun is left over.
 * @throws ClusterError
 */
export async function settleLeftOvers(service: string, warrant: Warrant, { journals, cluster, ports }: Pick<Practice, 'journals' | 'cluster' | 'ports'>): Promise<readonly Reason[]> {
  const deeds = (await journals.open(ledgerOf(service)))?.page.entry.deeds ?? []
  const reasons: Reason[] = []
  for (const deed of deeds.filter(({ state }) => state === 'begun')) {
    const back = await takeBack(deed.undo, cluster, warrant)
    const state = back === 'undone' ? 'undone' : 'failed'
    await journals.change(ledgerOf(service), (page) => page && { entry: withEnd(page.entry, deed, state, ports.clock.now()) })
    reasons.push(leftOver(service, deed, back))
  }
  return reasons
}

function leftOver(service: string, { rung, by, says }: Deed, back: Awaited<ReturnType<typeof takeBack>>): Reason {
  if (typeof back === 'object') return back
  return because('FM-HEAL-LEFT-OVER', { says: `${by} began to ${rung} ${service} and did not end.${back === 'undone' ? ` It was taken back: ${says}` : ''}`, service })
}

/** Someone who writes while we read makes us look again; so often, and then it is theirs. */
const attempts = 3

/** Takes a step back while it still stands as it was made: what somebody has changed since is theirs. */
export async function takeBack(way: WayBack | undefined, cluster: Cluster, warrant: Warrant): Promise<'undone' | 'nothing' | Reason> {
  if (way === undefined) return 'nothing'
  for (let attempt = 1; ; attempt++) {
    try {
      const live = await cluster.get(way.object)
      if (live === undefined || numberAt(live, 'spec', way.field) !== way.to) return 'nothing'
      warrant.assure()
      await cluster.patch(way.object, 'merge', versioned(live, { spec: { [way.field]: way.from } }))
      return 'undone'
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error
      if (error.kind === 'conflict' && attempt < attempts) continue
      const { kind, name } = way.object
      return because('FM-HEAL-UNDO-FAILED', { says: `${way.field} of ${kind} ${name} could not be taken back from ${way.to} to ${way.from}: ${error.reason.message}` })
    }
  }
}
