import { type KubeObject, numberAt } from '@fermata/ports'

/** Whether a workload runs what it is meant to run, all of it, and nothing else. */
export function isReady(workload: KubeObject): boolean {
  const status = (field: string) => numberAt(workload, 'status', field) ?? 0
  if (status('observedGeneration') < (workload.metadata.generation ?? 0)) return false
  if (workload.kind === 'DaemonSet') return status('numberAvailable') >= status('desiredNumberScheduled') && status('updatedNumberScheduled') >= status('desiredNumberScheduled')
  const wanted = numberAt(workload, 'spec', 'replicas') ?? 1
  if (workload.kind === 'StatefulSet') return status('readyReplicas') >= wanted && status('updatedReplicas') >= wanted
  return status('updatedReplicas') >= wanted && status('availableReplicas') >= wanted && status('replicas') === status('updatedReplicas')
}
