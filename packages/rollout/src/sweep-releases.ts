import { carryOutSweep, type Finding, planSweep } from '@fermata/custody'
import { type Block, buildReport, type Cell, type Reason, type Report } from '@fermata/verdict'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy-ports.ts'
import type { JournalEntry } from './journal/entry.ts'
import { journalsIn } from './journal/store.ts'
import { nameOf } from './plan/objects.ts'
import { findTarget, type Target } from './prepare.ts'
import { subjectOf } from './report/subject.ts'
import type { DeployRequest } from './request.ts'
import { undoRelease } from './rollback-release.ts'

interface Aborted {
  readonly entry: JournalEntry
  readonly does: 'undo' | 'undone' | 'not undone' | 'under way'
  readonly reasons: readonly Reason[]
}

/**
 * For a scheduled workflow: undoes releases whose run is gone, then removes what Fermata left and nobody needs any more.
 * A release whose run lives is left alone. With `dry-run` it says what it would do.
 */
export async function sweepReleases(request: DeployRequest, ports: DeployPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const target = await findTarget(request, ports)
  const dry = request['dry-run']
  const open = (await journalsIn(target.cluster, target.namespace).list()).filter(({ ended }) => !ended)
  const aborted: Aborted[] = []
  // Newest first: what an older release is to bring back may lie below what a newer one wrote.
  for (const entry of open) aborted.push(dry ? { entry, does: 'undo', reasons: [] } : await abort(request, ports, target, entry))
  const plan = await planSweep(target.cluster, ports.clock, { namespace: target.namespace })
  const swept = dry ? { removed: [], reasons: [] } : await carryOutSweep(target.cluster, plan)
  const due = plan.findings.filter(({ does }) => does === 'remove').length
  const count = (does: Aborted['does']): number => aborted.filter((one) => one.does === does).length
  return buildReport({
    capability: 'orchestrated-deploy',
    summary: dry
      ? `A sweep of namespace ${target.namespace} would undo ${count('undo')} of ${open.length} unfinished releases whose run is gone, and remove ${due} objects.`
      : `Namespace ${target.namespace}: ${count('undone')} of ${open.length} unfinished releases undone, ${swept.removed.length} of ${due} objects removed.`,
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports.invocation, [...new Set(open.flatMap(({ services }) => services.map(({ id }) => id)))]),
    reasons: [...aborted.flatMap(({ reasons }) => reasons), ...swept.reasons],
    sections: [
      { id: 'releases', title: 'Unfinished releases', blocks: [releasesTable(aborted)] },
      { id: 'objects', title: 'What Fermata left', blocks: [objectsTable(plan.findings, dry ? 'would be removed' : 'removed', new Set(dry ? plan.findings : swept.removed))] },
    ],
    outputs: { deployed: '[]', unchanged: '[]', 'rolled-back': JSON.stringify(aborted.filter(({ does }) => does === 'undone').flatMap(({ entry }) => entry.services.filter(({ changes }) => changes).map(({ id }) => id))), held: '[]', failed: '[]', plan: '', 'plan-hash': '', release: open[0]?.release ?? '' },
    onInconclusive: request['on-inconclusive'],
  })
}

async function abort(request: DeployRequest, ports: DeployPorts, target: Target, entry: JournalEntry): Promise<Aborted> {
  const report = await undoRelease(request, ports, target, entry, 'abort', ports.clock.now())
  if (report.reasons.some(({ code }) => code === 'FM-DEPLOY-UNDER-WAY')) return { entry, does: 'under way', reasons: report.reasons.map((reason) => ({ ...reason, severity: 'note' })) }
  const well = report.verdict === 'pass' || report.verdict === 'warn'
  const left = because('FM-DEPLOY-UNFINISHED', { says: `Release ${entry.release} was left before it ended at ${entry.updatedAt}; ${well ? 'it was undone' : 'it could not be undone wholly'}.`, remedy: well ? 'Release again.' : 'See what kept it, then sweep again.', severity: well ? 'warning' : 'error' })
  return { entry, does: well ? 'undone' : 'not undone', reasons: [left, ...report.reasons] }
}

function releasesTable(aborted: readonly Aborted[]): Block {
  const rows = aborted.map(({ entry, does }): readonly Cell[] => [entry.release, entry.startedAt, entry.updatedAt, { text: does === 'undo' ? 'would be undone' : does, state: does === 'not undone' ? 'bad' : does === 'under way' ? 'running' : 'undone' }, entry.by.actor ?? ''])
  return { kind: 'table', columns: [{ title: 'Release' }, { title: 'Started' }, { title: 'Last written' }, { title: 'Is' }, { title: 'By' }], rows, empty: 'Every release has come to its end.' }
}

function objectsTable(findings: readonly Finding[], word: string, removed: ReadonlySet<Finding>): Block {
  const rows = findings.map((finding): readonly Cell[] => [nameOf(finding.ref), finding.what, finding.does === 'stay' ? 'stays' : removed.has(finding) ? word : 'not removed', finding.why])
  return { kind: 'table', columns: [{ title: 'Object' }, { title: 'What it is' }, { title: 'Sweep' }, { title: 'Why' }], rows, empty: 'Nothing here carries the label of Fermata.' }
}
