import { buildGraph, type Graph, type ServiceId } from '@fermata/catalog'
import type { ServiceWork } from './hands/work.ts'
import { headOfEntry } from './journal/entry.ts'
import { journalScribe } from './journal/writer.ts'
import type { ReleaseState } from './machine/state.ts'
import type { WayBack } from './run-back.ts'
import { type Ran, runRelease } from './run-release.ts'

/** Runs a release that was taken up, onwards or back, in the journal that it has. `force`: fields that somebody else has come to own are taken. */
export async function runTaken(begun: ReleaseState, { ports, target, warrant, opened }: Pick<WayBack, 'ports' | 'target' | 'warrant' | 'opened'>, work: ReadonlyMap<ServiceId, ServiceWork>, force: boolean): Promise<{ readonly graph: Graph; readonly ran: Ran }> {
  const { entry, formers } = opened.journal
  const graph = buildGraph(entry.services)
  const waves = graph.waves()
  const ran = await runRelease(begun, {
    cluster: target.cluster,
    clock: ports.clock,
    log: ports.log,
    signal: ports.signal,
    release: entry.release,
    warrant,
    work,
    takesOver: true,
    openJournal: async () => {
      const scribe = journalScribe(headOfEntry(entry), begun, formers, opened.writer, ports.clock)
      // The journal is ours from here on: whoever began the release can no longer go on with it.
      // Also where nothing is left to be moved, it says from now on how the services stand.
      await scribe.note(begun)
      return scribe
    },
    force,
    waveOf: (id) => waves.findIndex((wave) => wave.includes(id)) + 1,
  })
  return { graph, ran }
}
