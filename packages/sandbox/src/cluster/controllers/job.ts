import { timestamp } from '../core.ts'
import type { Core } from '../core.ts'
import type { Condition, Job, Pod } from '../objects/types.ts'
import { isArray } from '../schema/lookup.ts'
import { isOwnedBy, objectsIn, ownerKey, remove, tell, update, updateStatus } from './actions.ts'
import type { Controller } from './controller.ts'
import { conditionOf, isActive, isReady, isTerminating } from './pods.ts'
import { createPod } from './replica-set.ts'

const collection = 'jobs.batch'
/** Holds a pod until its end has been counted. */
const tracking = 'batch.kubernetes.io/job-tracking'

/** Runs the pods of a Job to their end, within its limits of retries and time. */
export function jobController(core: Core): Controller {
  return {
    name: 'job-controller',
    keys(change) {
      if (change.collection === collection) return [`${change.object.metadata.namespace ?? ''}/${change.object.metadata.name}`]
      return change.collection === 'pods' ? ownerKey(change.object, 'Job') : []
    },
    sync(key) {
      const job = core.store.get(collection, key) as Job | undefined
      if (job === undefined) return undefined
      return isFinished(job) || job.metadata.deletionTimestamp !== undefined ? release(core, job) : run(core, job)
    },
  }
}

/** The condition that ended a Job. */
export const finishOf = (job: Job): Condition | undefined => (job.status.conditions ?? []).find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')
const isFinished = (job: Job): boolean => finishOf(job) !== undefined

const podsOf = (core: Core, job: Job): readonly Pod[] => objectsIn<Pod>(core, 'pods', job.metadata.namespace).filter((pod) => isOwnedBy(pod, job))
const isTracked = (pod: Pod): boolean => isArray(pod.metadata['finalizers']) && pod.metadata['finalizers'].includes(tracking)

function untrack(core: Core, pod: Pod): void {
  const finalizers = isArray(pod.metadata['finalizers']) ? pod.metadata['finalizers'].filter((finalizer) => finalizer !== tracking) : []
  update(core, pod, { ...pod, metadata: { ...pod.metadata, finalizers } })
}

function release(core: Core, job: Job): undefined {
  for (const pod of podsOf(core, job).filter(isTracked)) untrack(core, pod)
  return undefined
}

type End = { readonly type: 'Failed' | 'Complete'; readonly reason: string; readonly message: string }

/** What a Job has said that it will end as. */
function announcedEnd(job: Job): End | undefined {
  const announced = (job.status.conditions ?? []).find(({ type, status }) => (type === 'FailureTarget' || type === 'SuccessCriteriaMet') && status === 'True')
  return announced === undefined ? undefined : { type: announced.type === 'FailureTarget' ? 'Failed' : 'Complete', reason: announced.reason ?? '', message: announced.message ?? '' }
}

function endOf(core: Core, job: Job, failed: number, succeeded: number, active: number, pods: readonly Pod[]): End | undefined {
  const { completions, backoffLimit = 6, activeDeadlineSeconds, template } = job.spec
  const restarts = pods.filter((pod) => isActive(pod)).reduce((sum, pod) => sum + (pod.status.containerStatuses ?? []).reduce((inner, status) => inner + status.restartCount, 0), 0)
  if (failed > backoffLimit || (template.spec.restartPolicy === 'OnFailure' && backoffLimit > 0 && restarts >= backoffLimit)) return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
  const started = job.status.startTime === undefined ? undefined : Date.parse(job.status.startTime)
  if (activeDeadlineSeconds !== undefined && started !== undefined && job.spec.suspend !== true && core.clock.now() - started >= activeDeadlineSeconds * 1000) return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
  const complete = completions === undefined ? succeeded > 0 && active === 0 : succeeded >= completions && active === 0
  return complete ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } : undefined
}

function run(core: Core, job: Job): number | undefined {
  const now = core.clock.now()
  const suspended = job.spec.suspend === true
  const started: Job = job.status.startTime === undefined && !suspended ? { ...job, status: { ...job.status, startTime: timestamp(now) } } : job
  const pods = podsOf(core, job)
  const ended = (phase: string): readonly Pod[] => pods.filter((pod) => isTracked(pod) && (pod.status.phase === phase || (phase === 'Failed' && pod.metadata.deletionTimestamp !== undefined && pod.metadata['deletionGracePeriodSeconds'] === 0 && pod.status.phase !== 'Succeeded')))
  const failures = ended('Failed')
  const succeeded = (job.status.succeeded ?? 0) + ended('Succeeded').length
  const failed = (job.status.failed ?? 0) + failures.length
  const active = pods.filter(isActive)
  const end = announcedEnd(started) ?? endOf(core, started, failed, succeeded, active.length, pods)
  const retryIn = end === undefined ? arrange(core, started, active, succeeded, failed, pods) : stop(core, active)
  const over = end !== undefined && !podsOf(core, job).some((pod) => isActive(pod) || isTerminating(pod))
  const conditions = end === undefined ? suspension(core, started) : finished(core, started, end, over)
  report(core, job, { ...started.status, succeeded, failed, conditions }, over ? end : undefined, now)
  for (const pod of [...ended('Succeeded'), ...failures]) { const current = core.store.get('pods', `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`) as Pod | undefined; if (current !== undefined && isTracked(current)) untrack(core, current) }
  if (end !== undefined) return undefined
  const deadline = started.spec.activeDeadlineSeconds === undefined || started.status.startTime === undefined || suspended ? undefined : Date.parse(started.status.startTime) + started.spec.activeDeadlineSeconds * 1000 - now
  const waits = [deadline, retryIn].filter((wait) => wait !== undefined)
  return waits.length === 0 ? undefined : Math.max(1, Math.min(...waits))
}

function stop(core: Core, active: readonly Pod[]): undefined {
  for (const pod of active) remove(core, pod, {})
  return undefined
}

/** Brings the number of running pods to what is wanted. After a failure the next pod waits 10 s, then 20 s, up to ten minutes. */
function arrange(core: Core, job: Job, active: readonly Pod[], succeeded: number, failed: number, pods: readonly Pod[]): number | undefined {
  const { parallelism = 1, completions, suspend } = job.spec
  const wanted = suspend === true ? 0 : completions === undefined ? (succeeded > 0 ? active.length : parallelism) : Math.max(0, Math.min(parallelism, completions - succeeded))
  if (active.length > wanted) {
    for (const pod of active.slice(wanted)) { if (isTracked(pod)) untrack(core, pod); remove(core, pod, {}); tell(core, job, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}`, component: 'job-controller' }) }
    return undefined
  }
  const lastFailure = Math.max(0, ...pods.filter((pod) => pod.status.phase === 'Failed').map((pod) => Date.parse(conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime ?? '') || core.clock.now()))
  const wait = failed === 0 ? 0 : lastFailure + Math.min(600_000, 10_000 * 2 ** (failed - 1)) - core.clock.now()
  if (active.length < wanted && wait > 0) return wait
  for (let count = active.length; count < wanted; count++) {
    const { template } = job.spec
    const pod = createPod(core, job, { ...template, metadata: { ...template.metadata, finalizers: [tracking] } })
    tell(core, job, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}`, component: 'job-controller' })
  }
  return undefined
}

function condition(core: Core, type: string, end: { readonly reason: string; readonly message: string }, status: 'True' | 'False' = 'True'): Condition {
  const now = timestamp(core.clock.now())
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason: end.reason, message: end.message } as Condition
}

/** A Job first says what it will end as; that it has ended, once its last pod is gone. */
function finished(core: Core, job: Job, end: End, over: boolean): readonly Condition[] {
  const announced = end.type === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet'
  const known = job.status.conditions ?? []
  return [...known, ...(known.some(({ type }) => type === announced) ? [] : [condition(core, announced, end)]), ...(over ? [condition(core, end.type, end)] : [])]
}

function suspension(core: Core, job: Job): readonly Condition[] {
  const conditions = job.status.conditions ?? []
  const known = conditionOf(conditions, 'Suspended')
  const suspended = job.spec.suspend === true
  if ((known?.status === 'True') === suspended || (known === undefined && !suspended)) return conditions
  const next = suspended ? condition(core, 'Suspended', { reason: 'JobSuspended', message: 'Job suspended' }) : condition(core, 'Suspended', { reason: 'JobResumed', message: 'Job resumed' }, 'False')
  tell(core, job, { type: 'Normal', reason: suspended ? 'Suspended' : 'Resumed', message: suspended ? 'Job suspended' : 'Job resumed', component: 'job-controller' })
  return [...conditions.filter((candidate) => candidate !== known), next]
}

function report(core: Core, job: Job, status: Job['status'], end: End | undefined, now: number): void {
  const pods = podsOf(core, job)
  const active = pods.filter(isActive)
  updateStatus(core, job, {
    ...status, active: active.length, ready: active.filter(isReady).length, terminating: pods.filter(isTerminating).length, uncountedTerminatedPods: {},
    ...(end?.type === 'Complete' ? { completionTime: timestamp(now) } : {}),
  })
  if (end?.type === 'Complete') tell(core, job, { type: 'Normal', reason: 'Completed', message: 'Job completed', component: 'job-controller' })
  if (end?.type === 'Failed') tell(core, job, { type: 'Warning', reason: end.reason, message: end.message, component: 'job-controller' })
}

/** Removes a finished Job when its time to live is over. */
export function timeToLiveController(core: Core): Controller {
  return {
    name: 'ttl-after-finished-controller',
    keys: (change) => (change.collection === collection && change.type !== 'DELETED' ? [`${change.object.metadata.namespace ?? ''}/${change.object.metadata.name}`] : []),
    sync(key) {
      const job = core.store.get(collection, key) as Job | undefined
      const end = job === undefined ? undefined : finishOf(job)
      if (job?.spec.ttlSecondsAfterFinished === undefined || end === undefined || job.metadata.deletionTimestamp !== undefined) return undefined
      const left = Date.parse(end.lastTransitionTime ?? '') + job.spec.ttlSecondsAfterFinished * 1000 - core.clock.now()
      if (left > 0) return left
      remove(core, job, { propagationPolicy: 'Foreground' })
      return undefined
    },
  }
}
