import { buildReport, type Report } from '@fermata/verdict'
import { because } from '../codes.ts'
import { subjectOf } from '../report/subject.ts'
import type { ChaosRequest } from '../request.ts'
import { chaosJournals } from '../run/entry.ts'
import { type ChaosPorts, findPlace } from '../run/prepare.ts'
import { holderOf, kept as names } from '../run/run-experiment.ts'
import { closeExperiment } from './close-experiment.ts'

/**
 * The post step after a run that was killed or had no more time: lifts what its journal says may be in effect.
 * @throws ConfigurationError, EnvironmentError; what is left then goes with its fuse
 */
export async function cleanUp(request: ChaosRequest, ports: ChaosPorts, kept: (name: string) => string | undefined): Promise<Report> {
  const startedAt = ports.clock.now()
  const id = kept(names.id)
  const namespace = kept(names.namespace)
  const end = (summary: string, reasons: Report['reasons'], rollback: string): Report =>
    buildReport({ capability: 'chaos-gate', summary, startedAt, endedAt: ports.clock.now(), subject: subjectOf(request, ports.invocation), reasons, outputs: { 'recovery-seconds': '', 'failed-rate': '', effect: 'unproven', rollback, journal: '' }, onInconclusive: request['on-inconclusive'] })
  if (id === undefined || namespace === undefined) return end('The run had not begun to write anything. Nothing was left behind.', [], 'proven')
  const { cluster } = await findPlace(request, ports)
  const opened = await chaosJournals(cluster, namespace).open(id)
  if (opened === undefined) return end(`Experiment ${id} had not begun to write anything. Nothing was left behind.`, [], 'proven')
  const { entry } = opened.page
  if (entry.ended) return end(`Experiment ${id} has come to its end. Nothing was left behind.`, [], entry.rollback ?? 'proven')
  const closing = await closeExperiment(entry, { cluster, namespace, holder: holderOf(id, ports.invocation) }, ports)
  const left = because('FM-CHAOS-UNFINISHED', { says: `Experiment ${id} was left while it was ${entry.phase}.` })
  if (closing.is === 'living') return end(`${closing.by} works on it now.`, [left], 'unproven')
  return end(`Experiment ${id} was left while it was ${entry.phase}; undoing ${closing.rollback}.`, [left, ...closing.reasons], closing.rollback)
}
