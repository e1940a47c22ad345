import { carryOutSweep, type Finding, planSweep } from '@fermata/custody'
import { buildReport, type Cell, type Reason, type Report } from '@fermata/verdict'
import { because } from '../codes.ts'
import { subjectOf } from '../report/subject.ts'
import type { ChaosRequest } from '../request.ts'
import { chaosJournals, type Rollback } from '../run/entry.ts'
import { type ChaosPorts, findPlace } from '../run/prepare.ts'
import { closeExperiment } from './close-experiment.ts'

/**
 * Ends experiments whose runs were killed, and removes what nobody owns any more. An experiment whose run lives stays.
 * @throws ConfigurationError, EnvironmentError when something cannot be listed: what is not seen is not nothing
 */
export async function sweepNamespace(request: ChaosRequest, ports: ChaosPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const { cluster, namespace } = await findPlace(request, ports)
  // Never the name of a run: that would take the lease of an experiment that lives.
  const sweeper = `chaos-gate sweep ${startedAt} of run ${ports.invocation.runId}/${ports.invocation.runAttempt}`
  const reasons: Reason[] = []
  const rows: (readonly Cell[])[] = []
  const outcomes: Rollback[] = []
  for (const [id, entry] of await chaosJournals(cluster, namespace).list()) {
    if (entry.ended) continue
    const closing = await closeExperiment(entry, { cluster, namespace, holder: sweeper }, ports)
    if (closing.is === 'living') {
      rows.push([`experiment ${id}`, 'stays', `${closing.by} works on it`])
      continue
    }
    outcomes.push(closing.rollback)
    reasons.push(because('FM-CHAOS-UNFINISHED', { says: `Experiment ${id} (${entry.fault}) was left while it was ${entry.phase}.`, severity: 'note' }), ...closing.reasons)
    rows.push([`experiment ${id}`, closing.rollback === 'unproven' ? { text: 'left', state: 'bad' } : 'ended', `undoing ${closing.rollback}`])
  }
  const plan = await planSweep(cluster, ports.clock, { namespace })
  const swept = await carryOutSweep(cluster, plan)
  rows.push(...swept.removed.map((finding): readonly Cell[] => [objectText(finding), 'removed', finding.why]))
  reasons.push(...swept.reasons)
  const rollback: Rollback = outcomes.includes('unproven') ? 'unproven' : outcomes.includes('expired') ? 'expired' : 'proven'
  return buildReport({
    capability: 'chaos-gate',
    summary: rows.length === 0 ? `Nothing was left in namespace ${namespace}.` : `${outcomes.length} experiments ended, ${swept.removed.length} objects removed in namespace ${namespace}.`,
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports.invocation),
    reasons,
    sections: [{ id: 'sweep', title: 'Swept', blocks: [{ kind: 'table', columns: [{ title: 'What' }, { title: 'Does' }, { title: 'Why' }], rows, empty: 'Nothing was left.' }] }],
    outputs: { 'recovery-seconds': '', 'failed-rate': '', effect: 'unproven', rollback, journal: '' },
    onInconclusive: request['on-inconclusive'],
  })
}

function objectText({ ref }: Finding): string {
  return `${ref.kind} ${ref.namespace ?? ''}/${ref.name}`
}
