import type { ServiceId } from '@fermata/catalog'
import type { Instant } from '@fermata/ports'
import type { Report } from '@fermata/verdict'
import { backFrom, settleBack } from './clean-up.ts'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy-ports.ts'
import { type JournalEntry, type JournalService, orderOfEntry } from './journal/entry.ts'
import type { Stage } from './machine/stage.ts'
import type { ReleaseState, ServiceState } from './machine/state.ts'
import { intentOfPrepared, makePlan, type Prepared } from './make-plan.ts'
import { findTarget } from './prepare.ts'
import { reportRelease } from './report/release-report.ts'
import type { DeployRequest } from './request.ts'
import { undoAll } from './rollback-release.ts'
import type { WayBack } from './run-back.ts'
import { runTaken } from './run-taken.ts'
import { nothingDone, takeUp, unfinishedRelease } from './take-up.ts'
import { workOfPlan } from './work-of-plan.ts'

/**
 * Goes on with a release that was left before it ended, from its journal, to the state to which it would have come.
 * Where the manifests no longer say what they said then, it is undone instead: half of each would be nobody's wish.
 */
export async function resumeRelease(request: DeployRequest, ports: DeployPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const target = await findTarget(request, ports)
  const entry = await unfinishedRelease(request, target)
  if (entry === undefined) return nothingDone(request, ports, startedAt, `No release in namespace ${target.namespace} was left before it ended.`)
  if (entry.ended) return ended(request, ports, startedAt, entry)
  const taken = await takeUp(target, ports, entry)
  if (taken.is === 'refused') return nothingDone(request, ports, startedAt, `Release ${entry.release} was not resumed: another run is at work.`, [taken.reason], entry)
  const { opened, warrant } = taken
  try {
    // While we waited for its leases it may have come to its end.
    if (opened.journal.entry.ended) return ended(request, ports, startedAt, opened.journal.entry)
    return await resumeTaken({ request, ports, target, warrant, opened, startedAt, reasons: [] })
  } finally {
    await warrant.release()
  }
}

function ended(request: DeployRequest, ports: DeployPorts, startedAt: Instant, entry: JournalEntry): Report {
  return nothingDone(request, ports, startedAt, `Release ${entry.release} has come to its end, so there is nothing to resume.`, [], entry)
}

/** As `resumeRelease`, of a release whose leases are held. */
export async function resumeTaken(taken: Omit<WayBack, 'title'>): Promise<Report> {
  const { request, ports, target, opened, startedAt } = taken
  const { entry } = opened.journal
  // Somebody had asked it to stop, and it was killed on its way back: that way is gone to its end.
  if (entry.course === 'cancelled') return settleBack({ ...taken, title: 'clean-up' })
  const prepared = await makePlan({ ...request, ...entry.request, 'prometheus-url': request['prometheus-url'] ?? entry.request['prometheus-url'] }, ports, target)
  if (intentOfPrepared(prepared) !== entry.intent) {
    const changed = because('FM-DEPLOY-INTENT-CHANGED', { says: `The manifests or the catalog no longer say what release ${entry.release} was to bring, so it was not gone on with but undone.` })
    return undoAll({ ...taken, title: 'abort', reasons: [changed] })
  }
  const reasons = prepared.reasons.filter(({ code }) => code !== 'FM-DEPLOY-UNFINISHED')
  const refusals = reasons.filter(({ severity }) => severity === 'error' || severity === 'inconclusive')
  if (refusals.length > 0) return nothingDone(request, ports, startedAt, `Release ${entry.release} was not resumed: what it needs is not there. \`fermata abort\` undoes it.`, reasons, entry)
  return goOn({ ...taken, reasons }, prepared)
}

async function goOn({ request, ports, target, warrant, opened, startedAt, reasons }: Omit<WayBack, 'title'>, prepared: Prepared): Promise<Report> {
  const { entry } = opened.journal
  const planned = workOfPlan(prepared)
  const begun = resumedState(entry, (id) => planned.get(id)?.stages.map(({ stage }) => stage))
  // A service that the release did not change then is not changed by it now, whatever has become of it.
  const work = new Map(entry.services.map(({ id, changes }) => [id, { id, write: changes ? (planned.get(id)?.write ?? []) : [], stages: planned.get(id)?.stages ?? [], analysis: planned.get(id)?.analysis, watch: planned.get(id)?.watch ?? [], absent: planned.get(id)?.absent ?? [] }]))
  const { graph, ran } = await runTaken(begun, { ports, target, warrant, opened }, work, entry.request['field-conflicts'] === 'force')
  return reportRelease({ request, ports, startedAt, title: 'resume', release: entry.release, planHash: entry.planHash, planFile: undefined, prepared, graph, ran, reasons })
}

/** A release where its journal left it. What was being written is written again, since nobody knows how far it came; every step can be repeated. */
export function resumedState(entry: JournalEntry, stages?: (id: ServiceId) => readonly Stage[] | undefined): ReleaseState {
  const order = orderOfEntry(entry, stages)
  const services = new Map(entry.services.map((service): [ServiceId, ServiceState] => [service.id, onwardsFrom(service)]))
  const failed = entry.services.find(({ state }) => state === 'failed')
  const course: ReleaseState['course'] = entry.course === 'halted' ? { is: 'halted', because: because('FM-DEPLOY-HALTED', { says: failed?.because?.message ?? 'A service failed before the release was resumed.', ...(failed !== undefined && { service: failed.id }) }) } : { is: 'forward' }
  return { order, course, services }
}

function onwardsFrom(service: JournalService): ServiceState {
  switch (service.state) {
    case 'waiting':
    case 'applying':
    case 'settling':
    case 'holding':
    case 'soaking':
      return { at: 'waiting' }
    default:
      return backFrom(service)
  }
}
