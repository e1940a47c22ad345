import { buildReport, ConfigurationError, didYouMean, EnvironmentError, type Reason, type Report } from '@fermata/verdict'
import { because } from './codes.ts'
import { releaseKept } from './clean-up.ts'
import type { DeployPorts } from './deploy.ts'
import { supersededIn } from './hands/undo-service.ts'
import { type JournalEntry, orderOfEntry } from './journal/entry.ts'
import { journalsIn } from './journal/store.ts'
import { touchedIn } from './journal/touched.ts'
import { beginUndo } from './machine/advance.ts'
import { findTarget, type Target } from './prepare.ts'
import { subjectOf } from './report/subject.ts'
import type { DeployRequest } from './request.ts'
import { runBack } from './run-back.ts'

/** Undoes a release by its journal, in reverse order. What the catalog or the manifests say by now does not matter. */
export async function rollbackRelease(request: DeployRequest, ports: DeployPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const target = await findTarget(request, ports)
  const opened = await openJournal(request, target)
  const { entry, formers } = opened.journal
  const order = orderOfEntry(entry)
  const touched = touchedIn(entry.services)
  const newer = (await Promise.all(Array.from(touched, (id) => supersededIn(target.cluster, entry.release, id, formers.get(id) ?? [])))).flat()
  if (newer.length > 0) return refusal(request, ports, entry, newer, startedAt)
  const begun = beginUndo(order, touched, (id) => because('FM-DEPLOY-ROLLBACK-ASKED', { says: touched.has(id) ? `A rollback of release ${entry.release} was asked for.` : `Release ${entry.release} has left nothing of ${id} to undo.`, service: id }))
  ports.keep(releaseKept, entry.release)
  return runBack(begun, { request, ports, target, opened, title: 'rollback', startedAt, reasons: [] })
}

/** Half an undo would leave services of two releases beside each other, so nothing is begun. */
function refusal(request: DeployRequest, ports: DeployPorts, entry: JournalEntry, reasons: readonly Reason[], startedAt: number): Report {
  return buildReport({
    capability: 'orchestrated-deploy',
    summary: `Release ${entry.release} was not undone: ${reasons.length} ${reasons.length === 1 ? 'object has' : 'objects have'} been written since.`,
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports.invocation, entry.services.map(({ id }) => id)),
    reasons,
    outputs: { deployed: '[]', unchanged: '[]', 'rolled-back': '[]', held: '[]', failed: '[]', plan: '', 'plan-hash': entry.planHash, release: entry.release },
    onInconclusive: request['on-inconclusive'],
  })
}

async function openJournal(request: DeployRequest, { cluster, namespace }: Target): Promise<NonNullable<Awaited<ReturnType<ReturnType<typeof journalsIn>['open']>>>> {
  const journals = journalsIn(cluster, namespace)
  const wanted = request.release
  const open = wanted === undefined ? undefined : await journals.open(wanted)
  if (open !== undefined) return open
  const there = (await journals.list()).map(({ release }) => release)
  if (wanted === undefined) throw new ConfigurationError([{ says: 'Input release is missing: which release is to be undone?', remedy: there.length === 0 ? `There is no journal in namespace ${namespace}.` : `Name one of ${there.slice(0, 10).join(', ')}; the first is the newest.` }])
  const meant = didYouMean(wanted, there)
  throw new EnvironmentError(because('FM-DEPLOY-RELEASE-UNKNOWN', { says: `There is no journal of release ${wanted} in namespace ${namespace}.`, ...(meant !== undefined && { remedy: `Did you mean ${meant}?` }) }))
}
