import type { Report } from '@fermata/verdict'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy-ports.ts'
import { supersededIn } from './hands/undo-service.ts'
import { type JournalEntry, orderOfEntry } from './journal/entry.ts'
import { touchedIn } from './journal/touched.ts'
import { beginUndo } from './machine/advance.ts'
import { findTarget, type Target } from './prepare.ts'
import type { DeployRequest } from './request.ts'
import { runBack, type WayBack } from './run-back.ts'
import { namedRelease, nothingDone, takeUp } from './take-up.ts'

/** Undoes a release by its journal, in reverse order. What the catalog or the manifests say by now does not matter. */
export async function rollbackRelease(request: DeployRequest, ports: DeployPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const target = await findTarget(request, ports)
  return undoRelease(request, ports, target, await namedRelease(request, target), 'rollback', startedAt)
}

/**
 * Takes a release up and undoes all of it.
 * @param title in whose name: a rollback that a person asked for, or the abort of a release that was left
 */
export async function undoRelease(request: DeployRequest, ports: DeployPorts, target: Target, entry: JournalEntry, title: 'rollback' | 'abort', startedAt: number): Promise<Report> {
  const taken = await takeUp(target, ports, entry)
  if (taken.is === 'refused') return nothingDone(request, ports, startedAt, `Release ${entry.release} was not undone: another run is at work.`, [taken.reason], entry)
  const { opened, warrant } = taken
  try {
    // While we waited for its leases it may have come to its end.
    if (title === 'abort' && opened.journal.entry.ended) return nothingDone(request, ports, startedAt, `Release ${entry.release} has come to its end meanwhile.`, [], opened.journal.entry)
    return await undoAll({ request, ports, target, warrant, opened, title, startedAt, reasons: [] })
  } finally {
    await warrant.release()
  }
}

/** Undoes all that a release has written, or nothing: half an undo would leave services of two releases beside each other. */
export async function undoAll(back: WayBack): Promise<Report> {
  const { request, ports, target, opened, title, startedAt, reasons } = back
  const { entry, formers } = opened.journal
  const touched = touchedIn(entry.services)
  const newer = (await Promise.all(Array.from(touched, (id) => supersededIn(target.cluster, entry.release, id, formers.get(id) ?? [])))).flat()
  if (newer.length > 0) return nothingDone(request, ports, startedAt, `Release ${entry.release} was not undone: ${newer.length} ${newer.length === 1 ? 'object has' : 'objects have'} been written since.`, [...reasons, ...newer], entry)
  const asked = title === 'rollback' ? 'A rollback of' : 'The end of'
  const begun = beginUndo(orderOfEntry(entry), touched, (id) => because('FM-DEPLOY-ROLLBACK-ASKED', { says: touched.has(id) ? `${asked} release ${entry.release} was asked for.` : `Release ${entry.release} has left nothing of ${id} to undo.`, service: id }))
  return runBack(begun, back)
}
