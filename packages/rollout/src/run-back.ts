import type { ServiceId } from '@fermata/catalog'
import type { Warrant } from '@fermata/custody'
import type { Instant } from '@fermata/ports'
import type { Reason, Report } from '@fermata/verdict'
import type { DeployPorts } from './deploy-ports.ts'
import type { ServiceWork } from './hands/work.ts'
import type { Opened } from './journal/store.ts'
import type { ReleaseState } from './machine/state.ts'
import type { Target } from './prepare.ts'
import { reportRelease } from './report/release-report.ts'
import type { Told } from './report/told.ts'
import type { DeployRequest } from './request.ts'
import { runTaken } from './run-taken.ts'

export interface WayBack {
  readonly request: DeployRequest
  readonly ports: DeployPorts
  readonly target: Target
  readonly warrant: Warrant
  readonly opened: Opened
  readonly title: Exclude<Told['title'], 'release' | 'resume'>
  readonly startedAt: Instant
  /** What is to be said besides what becomes of the services. */
  readonly reasons: readonly Reason[]
}

/** Carries services back to what the journal of their release remembers. What the catalog or the manifests say by now does not matter. */
export async function runBack(begun: ReleaseState, { request, ports, target, warrant, opened, title, startedAt, reasons }: WayBack): Promise<Report> {
  const { entry, formers } = opened.journal
  const work = new Map(entry.services.map(({ id }): [ServiceId, ServiceWork] => [id, { id, write: [], stages: [], analysis: undefined, watch: (formers.get(id) ?? []).map(({ ref }) => ref), absent: [] }]))
  const { graph, ran } = await runTaken(begun, { ports, target, warrant, opened }, work, true)
  return reportRelease({ request, ports, startedAt, title, release: entry.release, planHash: entry.planHash, planFile: undefined, prepared: undefined, graph, ran, reasons })
}
