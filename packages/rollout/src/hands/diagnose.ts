import type { ServiceId } from '@fermata/catalog'
import { ClusterError, type Clock, type Cluster } from '@fermata/ports'
import { evidence, type Evidence, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { logLines, logPatience } from '../defaults.ts'
import type { Cause, LogPlace } from '../readiness/assessment.ts'

export interface Diagnosis {
  readonly because: Reason
  readonly evidence: readonly Evidence[]
}

/** Makes a reason of a cause, with the last lines of the log that may tell more. A log that cannot be had is said to be missing, and nothing waits for it. */
export async function diagnose(cluster: Cluster, clock: Clock, service: ServiceId, cause: Cause): Promise<Diagnosis> {
  const says = `${cause.says}.`
  if (cause.log === undefined) return { because: because(cause.code, { says, service, where: cause.where }), evidence: [] }
  const { log } = cause
  const id = `log-${service}-${log.pod}-${log.container}`
  const read = await lastLines(cluster, clock, log)
  const asked = `logs ${log.namespace}/${log.pod} -c ${log.container}${log.previous ? ' --previous' : ''} --tail ${logLines}`
  const found = evidence(id, 'kubernetes', asked, clock.now(), read.text, read.warnings)
  const last = read.text.trimEnd().split('\n').at(-1)?.trim() ?? ''
  const words = last === '' ? '' : ` Its last words: ${last.length > 200 ? `${last.slice(0, 200)}…` : last}`
  const tail = read.warnings.length > 0 ? ' Its log could not be read.' : words
  return { because: because(cause.code, { says: `${says}${tail}`, service, where: cause.where, evidence: [id] }), evidence: [found] }
}

interface Read {
  readonly text: string
  readonly warnings: readonly string[]
}

async function lastLines(cluster: Cluster, clock: Clock, place: LogPlace): Promise<Read> {
  const enough = new AbortController()
  const late = clock.sleep(logPatience, enough.signal).then((): Read => ({ text: '', warnings: [`the log did not come within ${logPatience / 1000} s`] }))
  // When the log comes first, the sleep ends by its signal, and nobody waits for it.
  late.catch(() => undefined)
  try {
    return await Promise.race([readLog(cluster, place, place.previous), late])
  } finally {
    enough.abort(new Error('the log has come'))
  }
}

/** The container that ran before may be gone already; then the present one is asked. */
async function readLog(cluster: Cluster, { namespace, pod, container, previous }: LogPlace, before: boolean): Promise<Read> {
  try {
    return { text: await cluster.logs(namespace, pod, { container, previous: before, tailLines: logLines }), warnings: [] }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    if (before && (error.kind === 'invalid' || error.kind === 'not-found')) return readLog(cluster, { namespace, pod, container, previous }, false)
    return { text: '', warnings: [error.reason.message] }
  }
}
