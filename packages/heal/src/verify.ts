import type { SloEntry } from '@fermata/catalog'
import { type Clock, type Cluster, type Metrics, MonitoringError, type ObjectRef } from '@fermata/ports'
import { servedSince } from '@fermata/slo'
import type { Evidence, Reason } from '@fermata/verdict'
import { because } from './codes.ts'
import { isReady } from './ready.ts'

export interface Proof {
  readonly service: string
  readonly workload: ObjectRef
  /** Whether the alert that began it still fires. */
  readonly fires: () => Promise<boolean>
  /** Objectives of the service, and who can be asked for them. */
  readonly objectives: readonly SloEntry[]
  readonly metrics: Metrics | undefined
  /** Milliseconds. */
  readonly within: number
  readonly healthyFor: number
}

export type Proven = { readonly is: 'healed'; readonly evidence: readonly Evidence[] } | { readonly is: 'not' | 'unknown'; readonly reason: Reason; readonly evidence: readonly Evidence[] }

/** Why a service does not count as well. `unknown`: who could tell was asked, and could not. */
interface Lack {
  readonly unknown: boolean
  readonly says: string
}

/** At least twice within the time that must be without a break, or a break would hide between two looks; neither all the time nor seldom. */
const askEvery = (healthyFor: number): number => Math.min(5_000, Math.max(500, healthyFor / 2))

/**
 * Waits until the service is proven well: its workload ready and its alert silent for a while without a break, and no error budget
 * burning in that while. What could not be asked counts as neither; at the end that is `unknown` and no healing.
 * @throws the signal's reason
 */
export async function verify(proof: Proof, { cluster, clock, signal }: { readonly cluster: Cluster; readonly clock: Clock; readonly signal: AbortSignal }): Promise<Proven> {
  const deadline = clock.now() + proof.within
  let wellSince: number | undefined
  let lacks: Lack = { unknown: false, says: 'it was not looked at' }
  let seen: readonly Evidence[] = []
  for (;;) {
    const now = clock.now()
    const found = await look(proof, cluster)
    if (found !== undefined) {
      wellSince = undefined
      lacks = found
    } else {
      wellSince ??= now
      lacks = { unknown: false, says: 'it was not well for long enough' }
    }
    if (wellSince !== undefined && now - wellSince >= proof.healthyFor) {
      const burns = await burning(proof, wellSince, { clock, signal })
      seen = burns.evidence
      if (burns.lacks === undefined) return { is: 'healed', evidence: seen }
      lacks = burns.lacks
      if (!lacks.unknown) wellSince = undefined
    }
    if (now >= deadline) {
      const seconds = Math.round(proof.within / 1_000)
      return lacks.unknown
        ? { is: 'unknown', reason: because('FM-HEAL-UNPROVEN', { says: `Whether ${proof.service} is well could not be found out within ${seconds} s: ${lacks.says}.`, service: proof.service }), evidence: seen }
        : { is: 'not', reason: because('FM-HEAL-NO-EFFECT', { says: `${proof.service} was not proven well within ${seconds} s: ${lacks.says}.`, service: proof.service }), evidence: seen }
    }
    await clock.sleep(Math.min(askEvery(proof.healthyFor), Math.max(1, deadline - now)), signal)
  }
}

/** What the service lacks; undefined when it looks well. */
async function look({ workload, fires }: Proof, cluster: Cluster): Promise<Lack | undefined> {
  try {
    const live = await cluster.get(workload)
    if (live === undefined) return { unknown: false, says: `${workload.kind} ${workload.name} is gone` }
    if (!isReady(live)) return { unknown: false, says: `${workload.kind} ${workload.name} was not ready` }
    return (await fires()) ? { unknown: false, says: 'the alert went on' } : undefined
  } catch (error) {
    if (!(error instanceof MonitoringError)) throw error
    return { unknown: true, says: error.reason.message }
  }
}

/** Whether a budget of the service has burned since, so fast that somebody would be paged. Without objectives the alert alone decides. */
async function burning({ objectives, metrics }: Proof, since: number, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<{ readonly lacks: Lack | undefined; readonly evidence: readonly Evidence[] }> {
  if (metrics === undefined || objectives.length === 0) return { lacks: undefined, evidence: [] }
  const { served, evidence } = await servedSince(objectives, since, { metrics, clock, signal })
  const burn = served.filter(({ is }) => is === 'burning').map(({ slo }) => slo)
  if (burn.length > 0) return { lacks: { unknown: false, says: `the error budget of ${burn.join(', ')} went on burning` }, evidence }
  const blind = served.find((one) => one.is === 'unknown')
  return { lacks: blind && { unknown: true, says: `how ${blind.slo} was kept is not known: ${blind.says.replace(/\.$/, '')}` }, evidence }
}
