import type { ServiceId } from '@fermata/catalog'
import { type CanaryJudgement, type CanaryLook, type Counts, judgeCanary } from '@fermata/judge'
import { type Instant, type Metrics, type MetricsAnswer, type MetricValue, MonitoringError, type ObjectRef } from '@fermata/ports'
import { evidence, type Evidence, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Judged } from '../machine/state.ts'
import type { View } from './sight.ts'

/** How a service is judged, and how long all its looks together may take. */
export interface Analysis {
  readonly metrics: Metrics
  readonly requests: string
  readonly failures: string
  readonly interval: number
  /** Milliseconds of all judged stages together. */
  readonly planned: number
}

export interface Seen {
  readonly judged: Judged
  /** What the look adds to those before; undefined when it saw nothing. */
  readonly look: CanaryLook | undefined
  readonly evidence: Evidence
}

/**
 * Asks for the counts of both sides since the look before, and judges all looks together.
 * No series, no number, a warning that an answer may be partial, a server that cannot be asked: each is no look, and never a pass.
 * @param before the looks of this service so far
 * @param window milliseconds since the last look
 */
export async function lookAt(id: ServiceId, analysis: Analysis, pods: { readonly canary: readonly string[]; readonly stable: readonly string[] }, before: readonly CanaryLook[], window: number, now: Instant): Promise<Seen> {
  const name = `canary-${id}-${before.length + 1}-${now}`
  const seconds = `${Math.max(1, Math.round(window / 1000))}s`
  const asked: string[] = []
  const count = async (expression: string, names: readonly string[]): Promise<number | undefined> => {
    const query = expression.replaceAll('$pods', names.map(literally).join('|')).replaceAll('$window', seconds)
    asked.push(query)
    return total(await analysis.metrics.query(query, now))
  }
  const side = async (which: string, names: readonly string[]): Promise<Counts | string> => {
    if (names.length === 0) return `${which} has no pods`
    const requests = await count(analysis.requests, names)
    if (requests === undefined) return `there are no metrics of ${which}`
    // Where nothing failed there is often no series of failures; where requests were counted, that is a zero.
    const failures = Math.round((await count(analysis.failures, names)) ?? 0)
    return { total: Math.max(Math.round(requests), failures), failed: failures }
  }
  try {
    const [canary, stable] = [await side('the new version', pods.canary), await side('the old version', pods.stable)]
    const nothing = typeof canary === 'string' ? canary : typeof stable === 'string' ? stable : undefined
    const kept = evidence(name, 'prometheus', asked.join('\n'), now, nothing ?? { canary, stable, window: seconds }, [])
    if (typeof canary === 'string' || typeof stable === 'string') return { judged: unknown(id, `${nothing}.`, name), look: undefined, evidence: kept }
    const elapsed = (before.length + 1) * analysis.interval
    const look = { share: Math.min(1, elapsed / Math.max(1, analysis.planned)), canary, stable }
    return { judged: judgedOf(id, judgeCanary([...before, look]), name), look, evidence: kept }
  } catch (error) {
    if (!(error instanceof MonitoringError)) throw error
    return { judged: unknown(id, error.reason.message, name), look: undefined, evidence: evidence(name, 'prometheus', asked.join('\n'), now, 'no answer', [error.reason.message]) }
  }
}

/** The names of the pods of a Deployment that are there now. */
export function podsOf(view: View, deployment: ObjectRef): readonly string[] {
  const found = view.object(deployment)
  if (typeof found === 'string') return []
  const scene = view.scene(view.now, [deployment])
  return scene.owned('ReplicaSet', found.metadata.uid ?? '').flatMap((set) => scene.owned('Pod', set.metadata.uid ?? '')).map(({ metadata }) => metadata.name).toSorted()
}

function judgedOf(service: ServiceId, judgement: CanaryJudgement, evidenceId: string): Judged {
  const counts = `${judgement.canary.failed} of ${judgement.canary.total} requests failed on the new version, ${judgement.stable.failed} of ${judgement.stable.total} on the old one`
  switch (judgement.verdict) {
    case 'fail':
      return { is: 'worse', because: because('FM-DEPLOY-CANARY-WORSE', { says: `${service}: ${counts} at the same time; from ${judgement.failsFrom} on that is no chance any more (p = ${judgement.pValue.toPrecision(2)}).`, service, evidence: [evidenceId] }) }
    case 'pass':
      return { is: 'no-worse' }
    case 'inconclusive': {
      const sees = judgement.detectable === undefined ? 'nothing could have been seen' : `only a failure rate of ${(100 * judgement.detectable).toFixed(1)} % or more would have been seen`
      return unknown(service, `${counts}: too few, ${sees}.`, evidenceId)
    }
  }
}

function unknown(service: ServiceId, says: string, evidenceId: string): Judged {
  const reason: Reason = because('FM-DEPLOY-CANARY-UNKNOWN', { says, service, evidence: [evidenceId] })
  return { is: 'unknown', because: reason }
}

/** The sum of all points; undefined for no points, for what is no number, and where the server warns that something is missing. */
function total({ value, warnings }: MetricsAnswer<MetricValue>): number | undefined {
  if (warnings.length > 0) return undefined
  const values = value.kind === 'vector' ? value.points.map((point) => point.value) : value.kind === 'scalar' ? [value.sample.value] : []
  const sum = values.reduce((all, one) => all + one, 0)
  return values.length === 0 || !Number.isFinite(sum) || sum < 0 ? undefined : sum
}

/** Pod names hold dots at most, as far as RE2 is concerned; inside of a PromQL string the backslash is doubled. */
function literally(name: string): string {
  return name.replaceAll('.', '[.]')
}
