import { podTemplateOf } from '@fermata/manifests'
import { type KubeObject, mapAt, numberAt, textAt } from '@fermata/ports'
import { placeOf, refOf } from '../plan/objects.ts'
import { type Assess, progressing, ready } from './assessment.ts'
import { isReady } from './pod.ts'

/**
 * A Service of the service's own workload is ready when a ready pod answers behind it.
 * One that selects pods of others, or none, is ready as soon as it is there: its pods are not this service's to wait for.
 * An address from outside (`type: LoadBalancer`) is not waited for: many clusters never give one, and traffic inside does not need it.
 */
export const assessService: Assess = (service, scene) => {
  const selector = mapAt(service, 'spec', 'selector')
  if (Object.keys(selector).length === 0 || textAt(service, 'spec', 'type') === 'ExternalName') return ready
  const own = scene.workloads.filter((workload) => workload.kind !== 'Job' && workload.kind !== 'CronJob' && selects(selector, mapAt(podTemplateOf(workload)?.metadata, 'labels')) && (numberAt(workload, 'spec', 'replicas') ?? 1) > 0)
  if (own.length === 0) return ready
  const behind = scene.podsIn(service.metadata.namespace ?? 'default').filter((pod) => selects(selector, labelsOf(pod)))
  return behind.some(isReady) ? ready : progressing(`no ready pod is behind Service ${service.metadata.name}`, placeOf(refOf(service)))
}

function labelsOf(object: KubeObject): Readonly<Record<string, unknown>> {
  return object.metadata.labels ?? {}
}

function selects(selector: Readonly<Record<string, unknown>>, labels: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value)
}
