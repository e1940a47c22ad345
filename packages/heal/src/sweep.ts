import { takeWarrant, takenBecause } from '@fermata/custody'
import type { Reason, Report } from '@fermata/verdict'
import type { Monitoring } from './alert/live.ts'
import { monitoringOf } from './alert/monitoring.ts'
import { because } from './codes.ts'
import type { HealPorts } from './heal-ports.ts'
import { closeIncidents } from './incident/close.ts'
import type { Ledger } from './ladder/ledger.ts'
import { settleLeftOvers } from './left-over.ts'
import { findPlace, type Place, readSite } from './place.ts'
import { holderKept, holderOf, leaseSeconds } from './practice.ts'
import { reportOf } from './report.ts'
import type { HealRequest } from './request.ts'

/**
 * Puts right what killed runs have begun, and closes incidents of alerts that are over, where somebody can be asked. A run that lives
 * holds the lease of its service, and is left alone.
 * @throws ConfigurationError; EnvironmentError where cluster or monitoring cannot be asked
 */
export async function sweep(request: HealRequest, ports: HealPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const place = await findPlace(request, ports, await readSite(request, ports))
  const monitored = await monitoringOf(request, ports)
  const reasons: Reason[] = []
  for (const [, ledger] of await place.journals.list()) {
    ports.signal.throwIfAborted()
    if (!ledger.ended) reasons.push(...(await settle(ledger.service, holderOf(ports), place, ports)))
    if (monitored !== undefined) reasons.push(...(await closeOver(ledger, monitored.monitoring, place, ports)))
  }
  return told(request, ports, startedAt, reasons)
}

/**
 * The post step after a run that was killed: what it had begun is taken back, as after a request to stop.
 * @throws ConfigurationError, EnvironmentError; what is left then stands in the ledger, for a sweep or the next run
 */
export async function cleanUp(request: HealRequest, ports: HealPorts, kept: (name: string) => string | undefined): Promise<Report> {
  const startedAt = ports.clock.now()
  const holder = kept(holderKept)
  if (holder === undefined) return told(request, ports, startedAt, [])
  const place = await findPlace(request, ports, await readSite(request, ports))
  const own = (await place.journals.list()).filter(([, { deeds }]) => deeds.some(({ state, by }) => state === 'begun' && by === holder))
  const reasons: Reason[] = []
  for (const [, { service }] of own) reasons.push(...(await settle(service, holder, place, ports)))
  return told(request, ports, startedAt, reasons)
}

async function settle(service: string, holder: string, { cluster, journals, namespace }: Place, ports: HealPorts): Promise<readonly Reason[]> {
  const taken = await takeWarrant(cluster, ports.clock, { namespace, services: [service], holder, seconds: leaseSeconds, signal: ports.signal })
  if (taken.kind === 'taken') return [because('FM-HEAL-BUSY', { says: takenBecause(taken).message, service })]
  try {
    return await settleLeftOvers(service, taken.warrant, { cluster, journals, ports })
  } finally {
    await taken.warrant.release()
  }
}

/** Incidents whose alert is silent, and on which nobody acts. */
async function closeOver({ service, deeds, incidents, ended }: Ledger, monitoring: Monitoring, { journals }: Place, { forge, log, invocation }: HealPorts): Promise<readonly Reason[]> {
  const reasons: Reason[] = []
  for (const [key, number] of ended ? Object.entries(incidents) : []) {
    const deed = deeds.findLast((one) => one.key === key)
    if (deed === undefined) continue
    const { alerts, warnings, evidence } = await monitoring.firing(deed.alert, { label: deed.label ?? 'service', service })
    if (alerts.length > 0 || warnings.length > 0) continue
    const troubles = await closeIncidents(service, [{ key, number, alert: deed.alert }], { journals, forge, log, runUrl: invocation.runUrl })
    reasons.push(because('FM-HEAL-RESOLVED', { says: `${deed.alert} of ${service} has ended; #${number} closed.`, service, evidence: [evidence.id] }), ...troubles)
  }
  return reasons
}

function told(request: HealRequest, ports: HealPorts, startedAt: number, reasons: readonly Reason[]): Report {
  return reportOf(request, ports, startedAt, [], reasons.length > 0 ? reasons : [because('FM-HEAL-NOTHING-LEFT', { says: 'No run has left anything half done.' })])
}
