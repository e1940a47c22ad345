import { type KubeObject, numberAt } from '@fermata/ports'
import { because } from '../codes.ts'
import type { Patient, Remedy, Step } from './model.ts'
import { reconciledBy, refOf, versioned } from './patch.ts'

/** Half as many again, and at least one more. */
function more(replicas: number): number {
  return Math.max(replicas + 1, Math.ceil(replicas * 1.5))
}

/**
 * More pods: helps against load. Where an autoscaler decides, its least number is raised and not the replicas: those it would
 * set back, and the workload would have two masters.
 */
export const scale: Remedy = {
  rung: 'scale',
  plan({ service, workload, autoscaler }: Patient) {
    const replicas = workload.kind === 'DaemonSet' ? undefined : (numberAt(workload, 'spec', 'replicas') ?? 1)
    if (replicas === undefined || replicas === 0) return because('FM-HEAL-NOT-SCALABLE', { says: `${workload.kind} ${workload.metadata.name} ${replicas === 0 ? 'is scaled to 0 by somebody' : 'runs one pod on each node'}.`, service })
    const changed = autoscaler ?? workload
    const owner = reconciledBy(changed)
    if (owner !== undefined) return because('FM-HEAL-GITOPS', { says: `${owner} would take the new size of ${changed.kind} ${changed.metadata.name} back.`, service })
    if (autoscaler === undefined) return step(workload, 'replicas', replicas, more(replicas))
    const most = numberAt(autoscaler, 'spec', 'maxReplicas') ?? replicas
    if (replicas >= most) return because('FM-HEAL-AT-MOST', { says: `${service} has ${replicas} replicas, and its autoscaler allows no more.`, service })
    return step(autoscaler, 'minReplicas', numberAt(autoscaler, 'spec', 'minReplicas') ?? 1, Math.min(most, more(replicas)))
  },
}

function step(object: KubeObject, field: 'replicas' | 'minReplicas', from: number, to: number): Step {
  return {
    rung: 'scale',
    says: `${field} of ${object.kind} ${object.metadata.name} from ${from} to ${to}.`,
    object: refOf(object),
    patch: { kind: 'merge', body: versioned(object, { spec: { [field]: to } }) },
    undo: { object: refOf(object), field, from, to },
  }
}
