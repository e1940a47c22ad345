import { ClusterError, type Eviction, type ObjectRef } from '@fermata/ports'
import type { Asker } from './ask.ts'
import { asRecord } from './config/merge.ts'
import type { Answer } from './wire/transport.ts'

interface Wish {
  readonly gracePeriodSeconds?: number
  readonly uid?: string
  readonly dryRun?: boolean
}

/** Asks for an eviction. A budget that holds the pod is told at once: only what happens to other pods can change that answer. */
export async function evictOn(asker: Asker, namespace: string, pod: string, wish: Wish = {}): Promise<Eviction> {
  const ref: ObjectRef = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod }
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name: pod }, deleteOptions: deleteOptions(wish) }
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/eviction${wish.dryRun === true ? '?dryRun=All' : ''}`
  let repeated = false
  try {
    await asker.text({ verb: 'create', group: '', resource: 'pods/eviction', kind: ref.kind, namespace, name: pod, exchange: { method: 'POST', path, body: JSON.stringify(body) }, repeatable: wish.uid !== undefined, isFinal: isHeld, onRepeat: () => (repeated = true) })
    return { is: 'evicted' }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    if (error.reason.code === 'FM-KUBE-DISRUPTION-BUDGET') return { is: 'held', says: [error.reason.message, ...error.causes.map(({ message }) => message)].join(' ') }
    // An attempt whose answer was lost may have been the one that ended it.
    if (error.reason.code === 'FM-KUBE-NOT-FOUND' || (repeated && error.kind === 'conflict')) return { is: repeated ? 'evicted' : 'gone' }
    throw error
  }
}

function deleteOptions({ gracePeriodSeconds, uid, dryRun }: Wish): object {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(uid !== undefined && { preconditions: { uid } }),
    ...(dryRun === true && { dryRun: ['All'] }),
  }
}

/** 429 also means that the server is busy; then it names no budget, and asking again helps. */
export function isHeld(answer: Answer): boolean {
  if (answer.status !== 429) return false
  try {
    const causes = asRecord(asRecord(JSON.parse(answer.text))?.['details'])?.['causes']
    return Array.isArray(causes) && causes.some((cause: unknown) => asRecord(cause)?.['reason'] === 'DisruptionBudget')
  } catch {
    // No JSON: whoever is busy there is no API server that knows budgets.
    return false
  }
}
