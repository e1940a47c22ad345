import type { KubeObject } from '@fermata/ports'
import { timestamp, uidOf } from '../core.ts'
import type { Core } from '../core.ts'
import type { Job } from '../objects/types.ts'
import { nextRun } from '../objects/schedule.ts'
import { isObject } from '../schema/lookup.ts'
import { isOwnedBy, make, objectsIn, ownerKey, ownerReference, remove, tell, updateStatus } from './actions.ts'
import type { Controller } from './controller.ts'
import { finishOf } from './job.ts'

const collection = 'cronjobs.batch'

interface CronJob extends KubeObject {
  readonly spec: { readonly schedule: string; readonly suspend?: boolean; readonly concurrencyPolicy?: string; readonly successfulJobsHistoryLimit?: number; readonly failedJobsHistoryLimit?: number; readonly jobTemplate: { readonly metadata?: object; readonly spec: object } }
  readonly status: { readonly lastScheduleTime?: string; readonly lastSuccessfulTime?: string }
}

/** Starts Jobs when their schedule says so, in UTC, and keeps a few of the finished ones. */
export function cronJobController(core: Core): Controller {
  return {
    name: 'cronjob-controller',
    patience: 'background',
    keys(change) {
      if (change.collection === collection) return [`${change.object.metadata.namespace ?? ''}/${change.object.metadata.name}`]
      return change.collection === 'jobs.batch' ? ownerKey(change.object, 'CronJob') : []
    },
    sync(key) {
      const cron = core.store.get(collection, key) as CronJob | undefined
      if (cron === undefined || cron.metadata.deletionTimestamp !== undefined) return undefined
      const jobs = objectsIn<Job>(core, 'jobs.batch', cron.metadata.namespace).filter((job) => isOwnedBy(job, cron))
      forgetFinished(core, cron, jobs)
      const due = nextRun(cron.spec.schedule, Date.parse(cron.status.lastScheduleTime ?? String(cron.metadata['creationTimestamp'])))
      const starts = due !== undefined && due <= core.clock.now() && cron.spec.suspend !== true
      if (starts) start(core, cron, jobs, due)
      report(core, cron, starts ? due : undefined)
      const next = nextRun(cron.spec.schedule, core.clock.now())
      return next === undefined || cron.spec.suspend === true ? undefined : next - core.clock.now()
    },
  }
}

function start(core: Core, cron: CronJob, jobs: readonly Job[], due: number): void {
  const running = jobs.filter((job) => finishOf(job) === undefined)
  if (running.length > 0 && cron.spec.concurrencyPolicy === 'Forbid') return
  if (cron.spec.concurrencyPolicy === 'Replace') for (const job of running) remove(core, job)
  const name = `${cron.metadata.name}-${Math.floor(due / 60_000)}`
  const template = isObject(cron.spec.jobTemplate.metadata) ? cron.spec.jobTemplate.metadata : {}
  make(core, { apiVersion: 'batch/v1', kind: 'Job', metadata: { ...template, name, namespace: cron.metadata.namespace, annotations: { ...(isObject(template['annotations']) ? template['annotations'] : {}), 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(due) }, ownerReferences: [ownerReference(cron)] }, spec: cron.spec.jobTemplate.spec })
  tell(core, cron, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}`, component: 'cronjob-controller' })
}

function forgetFinished(core: Core, cron: CronJob, jobs: readonly Job[]): void {
  const ended = (type: string): readonly Job[] => jobs.filter((job) => finishOf(job)?.type === type).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  const limits = [['Complete', cron.spec.successfulJobsHistoryLimit ?? 3], ['Failed', cron.spec.failedJobsHistoryLimit ?? 1]] as const
  for (const [type, limit] of limits) for (const job of ended(type).slice(0, Math.max(0, ended(type).length - limit))) remove(core, job)
}

function report(core: Core, cron: CronJob, started: number | undefined): void {
  const jobs = objectsIn<Job>(core, 'jobs.batch', cron.metadata.namespace).filter((job) => isOwnedBy(job, cron))
  const active = jobs.filter((job) => finishOf(job) === undefined).map((job) => ({ kind: 'Job', apiVersion: 'batch/v1', namespace: job.metadata.namespace, name: job.metadata.name, uid: uidOf(job), resourceVersion: job.metadata.resourceVersion }))
  const success = jobs.map((job) => job.status.completionTime).filter((time) => time !== undefined).sort().at(-1) ?? cron.status.lastSuccessfulTime
  updateStatus(core, cron, { ...(active.length === 0 ? {} : { active }), ...(started === undefined ? (cron.status.lastScheduleTime === undefined ? {} : { lastScheduleTime: cron.status.lastScheduleTime }) : { lastScheduleTime: timestamp(started) }), ...(success === undefined ? {} : { lastSuccessfulTime: success }) })
}
