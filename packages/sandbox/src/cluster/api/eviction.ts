import type { Core } from '../core.ts'
import { timestamp } from '../core.ts'
import { updateStatus } from '../controllers/actions.ts'
import { budgetsFor, withAllowance } from '../controllers/disruption.ts'
import { isReady, withCondition } from '../controllers/pods.ts'
import type { Pod, PodDisruptionBudget } from '../objects/types.ts'
import { isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { checkNamespace } from '../verbs/create.ts'
import { deleteObject } from '../verbs/delete.ts'
import { existing } from '../verbs/update.ts'
import type { Writer } from '../verbs/writer.ts'
import { deleteWish } from './query.ts'
import { ApiError, badRequest, tooManyRequests } from './status.ts'

const refusal = "Cannot evict pod as it would violate the pod's disruption budget."
const mostDisrupted = 2000

/** policy/v1 Eviction: deletes a pod unless its disruption budget does not allow it now (429). */
export function evict(core: Core, namespace: string, name: string, body: unknown, writer: Writer): JsonObject {
  const eviction = isObject(body) ? body : {}
  if (eviction['apiVersion'] !== undefined && !['policy/v1', 'policy/v1beta1'].includes(String(eviction['apiVersion']))) throw badRequest(`no kind "Eviction" is registered for version ${JSON.stringify(eviction['apiVersion'])}`)
  const named = isObject(eviction['metadata']) ? eviction['metadata']['name'] : undefined
  if (named !== name) throw badRequest('name in URL does not match name in Eviction object')
  const kind = core.kinds.require('v1', 'Pod')
  checkNamespace(core, kind, namespace, name)
  const pod = existing(core, kind, namespace, name) as Pod
  const wish = deleteWish(new URLSearchParams(), eviction['deleteOptions'])
  const dryRun = writer.dryRun || wish.dryRun
  const free = ['Succeeded', 'Failed', 'Pending'].includes(pod.status.phase ?? '') || pod.metadata.deletionTimestamp !== undefined
  if (!free) spend(core, pod, dryRun)
  if (!dryRun) updateStatus(core, pod, { ...pod.status, conditions: withCondition(core, pod.status.conditions, { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }) })
  deleteObject(core, kind, namespace, name, wish, { ...writer, dryRun })
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}

/** Takes one allowed disruption from the pod's budget, or refuses. */
function spend(core: Core, pod: Pod, dryRun: boolean): void {
  const [budget, other] = budgetsFor(core, pod)
  if (budget === undefined) return
  if (other !== undefined) throw new ApiError(500, '', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')
  const { status } = budget
  if (!isReady(pod)) {
    if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return
    if (status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0) return
  }
  check(budget)
  if (dryRun) return
  const disruptedPods = { ...(status.disruptedPods ?? {}), [pod.metadata.name]: timestamp(core.clock.now()) }
  const { conditions: _, ...counted } = status
  updateStatus(core, budget, withAllowance(core, budget, { ...counted, disruptionsAllowed: status.disruptionsAllowed - 1, disruptedPods }))
}

function check(budget: PodDisruptionBudget): void {
  const { status, metadata } = budget
  const cause = (message: string): readonly { readonly reason: string; readonly message: string }[] => [{ reason: 'DisruptionBudget', message }]
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) throw tooManyRequests(refusal, 10, cause(`The disruption budget ${metadata.name} is still being processed by the server.`))
  if (Object.keys(status.disruptedPods ?? {}).length > mostDisrupted) throw new ApiError(403, 'Forbidden', `poddisruptionbudget.policy ${JSON.stringify(metadata.name)} is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller`)
  if (status.disruptionsAllowed > 0) return
  const tight = status.currentHealthy <= status.desiredHealthy
  throw tooManyRequests(refusal, 0, cause(tight ? `The disruption budget ${metadata.name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently` : `The disruption budget ${metadata.name} does not allow evicting pods currently`))
}
