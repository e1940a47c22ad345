import type { SloEntry } from '@fermata/catalog'
import { type Clock, type Cluster, type Metrics, MonitoringError, type ObjectRef } from '@fermata/ports'
import { checkBudget } from '@fermata/slo'
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

const askEveryMs = 5_000

/**
 * Waits until the service is proven well: its workload ready and its alert silent for a while without a break, and no error budget
 * burning. What could not be asked counts as neither; at the end that is `unknown` and no healing.
 * @throws the signal's reason
 */
export async function verify(proof: Proof, { cluster, clock, signal }: { readonly cluster: Cluster; readonly clock: Clock; readonly signal: AbortSignal }): Promise<Proven> {
  const deadline = clock.now() + proof.within
  let wellSince: number | undefined
  let lacks: { readonly unknown: boolean; readonly says: string } = { unknown: false, says: 'it was not looked at' }
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
      const burns = await burning(proof, { clock, signal })
      seen = burns.evidence
      if (burns.lacks === undefined) return { is: 'healed', evidence: seen }
      lacks = burns.lacks
    }
    if (now >= deadline) {
      const seconds = Math.round(proof.within / 1_000)
      return lacks.unknown
        ? { is: 'unknown', reason: because('FM-HEAL-UNPROVEN', { says: `Whether ${proof.service} is well could not be found out within ${seconds} s: ${lacks.says}.`, service: proof.service }), evidence: seen }
        : { is: 'not', reason: because('FM-HEAL-NO-EFFECT', { says: `${proof.service} was not proven well within ${seconds} s: ${lacks.says}.`, service: proof.service }), evidence: seen }
    }
    await clock.sleep(Math.min(askEveryMs, Math.max(1, deadline - now)), signal)
  }
}

/** What the service lacks; undefined when it looks well. */
async function look({ workload, fires }: Proof, cluster: Cluster): Promise<{ readonly unknown: boolean; readonly says: string } | undefined> {
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

/** Whether a budget of the service burns so fast that somebody would be paged. Without objectives the alert alone decides. */
async function burning({ objectives, metrics }: Proof, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<{ readonly lacks: { readonly unknown: boolean; readonly says: string } | undefined; readonly evidence: readonly Evidence[] }> {
  if (metrics === undefined || objectives.length === 0) return { lacks: undefined, evidence: [] }
  try {
    const { states, evidence } = await checkBudget({ objectives, as: 'rollback' }, { metrics, clock, signal })
    const firing = states.flatMap(({ slo, pairs }) => pairs.filter(({ is }) => is === 'firing').map(() => slo.id))
    const blind = states.filter(({ pairs }) => pairs.length > 0 && pairs.every(({ is }) => is === 'unknown')).map(({ slo }) => slo.id)
    if (firing.length > 0) return { lacks: { unknown: false, says: `the error budget of ${[...new Set(firing)].join(', ')} went on burning` }, evidence }
    return { lacks: blind.length === 0 ? undefined : { unknown: true, says: `nothing is known of the error budget of ${blind.join(', ')}` }, evidence }
  } catch (error) {
    if (!(error instanceof MonitoringError)) throw error
    return { lacks: { unknown: true, says: error.reason.message }, evidence: [] }
  }
}
