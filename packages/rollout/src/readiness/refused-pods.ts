import type { KubeObject } from '@fermata/ports'
import { placeOf, refOf } from '../plan/objects.ts'
import { type Assessment, condition, failed } from './assessment.ts'

/** Somebody has decided against the pods; a controller that tries again gets the same answer. Other failures to create may pass. */
const decidedAgainst = /quota|forbidden|admission|denied|violates|is invalid/i

/** ReplicaFailure/FailedCreate of a Deployment or ReplicaSet, where it is final. */
export function refusedPods(workload: KubeObject): Assessment | undefined {
  const failure = condition(workload, 'ReplicaFailure')
  if (failure?.status !== 'True' || !decidedAgainst.test(failure.message)) return undefined
  return failed({ code: 'FM-DEPLOY-PODS-REFUSED', says: `the cluster refuses the pods of ${workload.kind} ${workload.metadata.name}: ${failure.message.replace(/\.$/, '')}`, where: placeOf(refOf(workload)) })
}
