import { at, numberAt, textAt } from '@fermata/ports'
import { placeOf, refOf } from '../plan/objects.ts'
import { type Assess, type Cause, condition, failed, progressing, ready } from './assessment.ts'
import { podFailed, podTrouble, waitingPod } from './pod.ts'

/** A Job is ready when it has completed. A running one is on its way; one that its manifest suspends has nothing to do. */
export const assessJob: Assess = (job, scene) => {
  const where = placeOf(refOf(job))
  if (condition(job, 'Complete')?.status === 'True' || condition(job, 'SuccessCriteriaMet')?.status === 'True') return ready
  const pods = scene.owned('Pod', job.metadata.uid ?? '')
  const failure = condition(job, 'Failed') ?? condition(job, 'FailureTarget')
  if (failure?.status === 'True') {
    const pod = pods.find((one) => textAt(one, 'status', 'phase') === 'Failed')
    const detail: Cause | undefined = pod === undefined ? undefined : podFailed(pod)
    return failed({ code: 'FM-DEPLOY-JOB-FAILED', says: `Job ${job.metadata.name} has failed: ${failure.message === '' ? failure.reason : failure.message.replace(/\.$/, '')}${detail === undefined ? '' : `; ${detail.says}`}`, where, ...(detail?.log && { log: detail.log }) })
  }
  if (at(job, 'spec', 'suspend') === true) return ready
  for (const pod of pods) {
    const cause = textAt(pod, 'status', 'phase') === 'Failed' ? undefined : podTrouble(pod, scene)
    if (cause !== undefined) return failed(cause)
  }
  return progressing(`${numberAt(job, 'status', 'succeeded') ?? 0} of ${numberAt(job, 'spec', 'completions') ?? 1} pods have completed${waitingPod(pods)}`, where)
}
