import type { Warrant } from '@fermata/custody'
import { buildReport, ConfigurationError, didYouMean, EnvironmentError, type Reason, type Report } from '@fermata/verdict'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy-ports.ts'
import { holdServices, releaseKept } from './hold.ts'
import type { JournalEntry } from './journal/entry.ts'
import { journalsIn, type Opened } from './journal/store.ts'
import type { Target } from './prepare.ts'
import { subjectOf } from './report/subject.ts'
import type { DeployRequest } from './request.ts'

/** A release that an earlier run began, and the right to go on with it or to undo it. */
export type TakenUp =
  | { readonly is: 'taken-up'; readonly opened: Opened; readonly warrant: Warrant }
  | { readonly is: 'refused'; readonly reason: Reason }

/**
 * Takes the leases of all services that a release changes, then reads its journal: what it says now is no longer changed by another.
 * @throws EnvironmentError when the journal is gone, or leases may not be kept
 */
export async function takeUp(target: Target, ports: DeployPorts, entry: JournalEntry, heldBy?: string): Promise<TakenUp> {
  const held = await holdServices(target, ports, entry.services.filter(({ changes }) => changes).map(({ id }) => id), heldBy)
  if (held.is === 'refused') return held
  ports.keep(releaseKept, entry.release)
  const { warrant } = held
  try {
    const opened = await journalsIn(target.cluster, target.namespace).open(entry.release, warrant.fence)
    if (opened !== undefined) return { is: 'taken-up', opened, warrant }
  } catch (error) {
    await warrant.release()
    throw error
  }
  await warrant.release()
  throw unknownRelease(entry.release, target.namespace, [])
}

/** The release that the input names. @throws ConfigurationError when none is named, EnvironmentError when there is none of this name */
export async function namedRelease(request: DeployRequest, { cluster, namespace }: Target): Promise<JournalEntry> {
  const entries = await journalsIn(cluster, namespace).list()
  const there = entries.map(({ release }) => release)
  if (request.release === undefined) throw new ConfigurationError([{ says: 'Input release is missing: which release is to be undone?', remedy: there.length === 0 ? `There is no journal in namespace ${namespace}.` : `Name one of ${there.slice(0, 10).join(', ')}; the first is the newest.` }])
  const entry = entries.find(({ release }) => release === request.release)
  if (entry === undefined) throw unknownRelease(request.release, namespace, there)
  return entry
}

function unknownRelease(release: string, namespace: string, there: readonly string[]): EnvironmentError {
  const meant = didYouMean(release, there)
  return new EnvironmentError(because('FM-DEPLOY-RELEASE-UNKNOWN', { says: `There is no journal of release ${release} in namespace ${namespace}.`, ...(meant !== undefined && { remedy: `Did you mean ${meant}?` }) }))
}

/** The release that the input names, or the newest that has not ended. Undefined where there is nothing to take up. */
export async function unfinishedRelease(request: DeployRequest, target: Target): Promise<JournalEntry | undefined> {
  if (request.release !== undefined) return namedRelease(request, target)
  return (await journalsIn(target.cluster, target.namespace).list()).find(({ ended }) => !ended)
}

/** A report of a run that has changed nothing, and why. */
export function nothingDone(request: DeployRequest, ports: DeployPorts, startedAt: number, summary: string, reasons: readonly Reason[] = [], entry?: JournalEntry): Report {
  return buildReport({
    capability: 'orchestrated-deploy',
    summary,
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports.invocation, entry?.services.map(({ id }) => id) ?? []),
    reasons,
    outputs: { deployed: '[]', unchanged: '[]', 'rolled-back': '[]', held: '[]', failed: '[]', plan: '', 'plan-hash': entry?.planHash ?? '', release: entry?.release ?? '' },
    onInconclusive: request['on-inconclusive'],
  })
}
