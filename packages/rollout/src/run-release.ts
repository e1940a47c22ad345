import type { ServiceId } from '@fermata/catalog'
import { fuseRef, lightFuse, type Warrant } from '@fermata/custody'
import type { Clock, Cluster, Instant, Log } from '@fermata/ports'
import type { Evidence, Reason, State } from '@fermata/verdict'
import { drive, type Outcome } from './driver.ts'
import { clusterHands, watchOtherKinds } from './hands/cluster-hands.ts'
import { openSight } from './hands/sight.ts'
import { type Fuses, fusesOf } from './hands/fuses.ts'
import type { ServiceWork } from './hands/work.ts'
import type { JournalScribe } from './journal/writer.ts'
import type { ReleaseState, ServiceState, StateName } from './machine/state.ts'

/** A stretch of time that a service spent in a state. */
export interface Span {
  readonly service: ServiceId
  readonly state: StateName
  readonly from: Instant
  readonly to: Instant
}

export interface Ran extends Outcome {
  readonly spans: readonly Span[]
  readonly evidence: readonly Evidence[]
  readonly reasons: readonly Reason[]
  /** What was remembered of the objects of a service before they were written. */
  readonly formersOf: JournalScribe['formersOf']
  readonly endedAt: Instant
}

export interface Run {
  readonly cluster: Cluster
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  readonly release: string
  readonly warrant: Warrant
  readonly work: ReadonlyMap<ServiceId, ServiceWork>
  /** Opens the journal. Asked for when the cluster can be seen: a release that cannot be watched leaves no journal. */
  readonly openJournal: () => Promise<JournalScribe>
  /** An earlier run has begun it: what that one made beside services hangs on its fuse, which burns. */
  readonly takesOver: boolean
  readonly force: boolean
  readonly waveOf: (id: ServiceId) => number
}

/**
 * Carries a release forward or back on a cluster.
 * @throws EnvironmentError when the cluster cannot be watched; then nothing was begun
 */
export async function runRelease(begun: ReleaseState, run: Run): Promise<Ran> {
  const refs = [...run.work.values()].flatMap(({ watch }) => watch)
  const namespaces = [...new Set(refs.flatMap(({ namespace }) => namespace ?? []))]
  const over = new AbortController()
  const sight = await openSight(run.cluster, run.clock, namespaces)
  try {
    for (const { watch, write } of run.work.values()) if (write.length === 0) await watchOtherKinds(watch, sight)
    const scribe = await run.openJournal()
    const fuses = fusesOf(async (namespace, seconds) => {
      const fuse = await lightFuse(run.cluster, run.clock, { namespace, release: run.release, seconds })
      run.warrant.add(fuse)
      return fuse
    })
    if (run.takesOver) await takeOverFuses(run, namespaces, fuses)
    const hands = clusterHands({ ...run, scribe, fuses, over: over.signal }, sight)
    const spans: Span[] = []
    const open = new Map<ServiceId, { readonly state: StateName; readonly from: Instant }>()
    const close = (service: ServiceId, to: Instant): void => {
      const last = open.get(service)
      if (last !== undefined) spans.push({ service, ...last, to })
    }
    const causes = new Map<ServiceId, string>()
    const told = (service: ServiceId, state: ServiceState, at: Instant): void => {
      close(service, at)
      open.set(service, { state: state.at, from: at })
      // A cause is told once, not again at every step of the way back.
      const cause = 'because' in state && causes.get(service) !== state.because.message ? state.because.message : undefined
      if (cause !== undefined) causes.set(service, cause)
      run.log.progress({ at, subject: service, wave: run.waveOf(service), phase: state.at, state: stateFor[state.at], ...(cause !== undefined && { says: cause }) })
    }
    const outcome = await drive(begun, { hands, scribe, clock: run.clock, told, signal: run.signal })
    await putOut(fuses, outcome)
    const endedAt = run.clock.now()
    for (const service of open.keys()) close(service, endedAt)
    return { ...outcome, spans, evidence: hands.evidence(), reasons: sight.reasons, formersOf: scribe.formersOf, endedAt }
  } finally {
    // What was begun and not awaited must not go on behind the report.
    over.abort(new Error('the run is over'))
    sight.close()
  }
}

/** Renewed from now on, and put out at the end with the others. */
async function takeOverFuses({ cluster, release }: Run, namespaces: readonly string[], fuses: Fuses): Promise<void> {
  for (const namespace of namespaces) if ((await cluster.get(fuseRef(namespace, release))) !== undefined) await fuses.in(namespace)
}

/**
 * Removes the fuses, and with them what is left of what they own. After a request to stop there is no time to wait until traffic has
 * arrived at the old version, so they burn down. Where a person is needed, or the cluster was lost, they are left
 * to burn down: what stands beside a service may be the only thing that answers, for as long as somebody may still look at it.
 */
async function putOut(fuses: Fuses, { release, trouble }: Outcome): Promise<void> {
  if (release.course.is === 'cancelled') return
  const open = [...release.services.values()].some(({ at }) => at === 'stuck' || at === 'failed')
  if (open || trouble !== undefined) return
  for (const lit of fuses.lit()) await (await lit).extinguish()
}

/** How each state is shown. */
export const stateFor: Readonly<Record<StateName, State>> = {
  waiting: 'unknown',
  applying: 'running',
  settling: 'running',
  holding: 'running',
  soaking: 'running',
  promoted: 'good',
  healthy: 'good',
  failed: 'bad',
  stopping: 'running',
  recalled: 'running',
  restoring: 'running',
  recovering: 'running',
  recovered: 'running',
  removing: 'running',
  undone: 'undone',
  left: 'undone',
  held: 'held',
  stuck: 'bad',
}
