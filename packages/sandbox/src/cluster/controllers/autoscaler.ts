import type { KubeObject } from '@fermata/ports'
import { timestamp } from '../core.ts'
import type { Core } from '../core.ts'
import { collectionOf } from '../kinds/kind.ts'
import type { Condition } from '../objects/types.ts'
import { isObject } from '../schema/lookup.ts'
import { keyFor, keyOf } from '../store/store.ts'
import { replaceWith } from '../verbs/update.ts'
import { internalWriter } from '../verbs/writer.ts'
import { kindOf, tell, updateStatus } from './actions.ts'
import type { Controller } from './controller.ts'
import { withCondition } from './pods.ts'

const collection = 'horizontalpodautoscalers.autoscaling'
const period = 15_000

interface Autoscaler extends KubeObject {
  readonly spec: { readonly minReplicas?: number; readonly maxReplicas: number; readonly scaleTargetRef: { readonly apiVersion: string; readonly kind: string; readonly name: string }; readonly metrics?: readonly { readonly type: string; readonly resource?: { readonly name: string } }[] }
  readonly status: { readonly conditions?: readonly Condition[]; readonly lastScaleTime?: string; readonly [field: string]: unknown }
}

/** Keeps workloads between the bounds of their autoscalers. There are no metrics in the sandbox, and the status says so, as in a cluster without a metrics server. */
export function autoscalerController(core: Core): Controller {
  return {
    name: 'horizontal-pod-autoscaler',
    patience: 'background',
    keys: (change) => (change.collection === collection && change.type === 'ADDED' ? [keyOf(change.object)] : []),
    sync(key) {
      const autoscaler = core.store.get(collection, key) as Autoscaler | undefined
      if (autoscaler === undefined) return undefined
      look(core, autoscaler)
      return period
    },
  }
}

function targetOf(core: Core, { spec, metadata }: Autoscaler): KubeObject | undefined {
  const kind = core.kinds.named(spec.scaleTargetRef.apiVersion, spec.scaleTargetRef.kind)
  return kind === undefined ? undefined : core.store.get(collectionOf(kind), keyFor(metadata.namespace, spec.scaleTargetRef.name))
}

function look(core: Core, autoscaler: Autoscaler): void {
  const condition = (conditions: readonly Condition[] | undefined, type: string, status: 'True' | 'False', reason: string, message: string): readonly Condition[] => withCondition(core, conditions, { type, status, reason, message })
  const { scaleTargetRef: reference, minReplicas = 1, maxReplicas, metrics = [] } = autoscaler.spec
  const target = targetOf(core, autoscaler)
  if (target === undefined) {
    const kind = core.kinds.named(reference.apiVersion, reference.kind)
    const name = kind === undefined ? reference.kind : collectionOf(kind)
    const message = `the HPA controller was unable to get the target's current scale: ${name} ${JSON.stringify(reference.name)} not found`
    updateStatus(core, autoscaler, { ...autoscaler.status, desiredReplicas: 0, conditions: condition(autoscaler.status.conditions, 'AbleToScale', 'False', 'FailedGetScale', message) })
    tell(core, autoscaler, { type: 'Warning', reason: 'FailedGetScale', message: `${name} ${JSON.stringify(reference.name)} not found`, component: 'horizontal-pod-autoscaler' })
    return
  }
  const current = isObject(target['spec']) && typeof target['spec']['replicas'] === 'number' ? target['spec']['replicas'] : 0
  const able = condition(autoscaler.status.conditions, 'AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
  if (current === 0) { updateStatus(core, autoscaler, { ...autoscaler.status, currentReplicas: current, desiredReplicas: 0, conditions: condition(able, 'ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero') }); return }
  const bounded = Math.min(maxReplicas, Math.max(minReplicas, current))
  if (bounded !== current) { rescale(core, autoscaler, target, current, bounded, able); return }
  const resource = metrics.find((metric) => metric.type === 'Resource')?.resource?.name ?? 'cpu'
  const message = `the HPA was unable to compute the replica count: failed to get ${resource} utilization: unable to get metrics for resource ${resource}: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`
  updateStatus(core, autoscaler, { ...autoscaler.status, currentReplicas: current, desiredReplicas: 0, conditions: condition(able, 'ScalingActive', 'False', 'FailedGetResourceMetric', message) })
}

function rescale(core: Core, autoscaler: Autoscaler, target: KubeObject, from: number, to: number, conditions: readonly Condition[]): void {
  const { resourceVersion: _, ...metadata } = target.metadata
  replaceWith(core, kindOf(core, target), target, { ...target, metadata, spec: { ...(target['spec'] as object), replicas: to } }, internalWriter('kube-controller-manager'), 'scale')
  const why = to > from ? 'Current number of replicas below Spec.MinReplicas' : 'Current number of replicas above Spec.MaxReplicas'
  tell(core, autoscaler, { type: 'Normal', reason: 'SuccessfulRescale', message: `New size: ${to}; reason: ${why}`, component: 'horizontal-pod-autoscaler' })
  updateStatus(core, autoscaler, { ...autoscaler.status, currentReplicas: from, desiredReplicas: to, lastScaleTime: timestamp(core.clock.now()), conditions: withCondition(core, conditions, { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message: `the HPA controller was able to update the target scale to ${to}` }) })
}

