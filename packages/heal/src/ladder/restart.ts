import { refOf, versioned } from './patch.ts'
import type { Remedy } from './model.ts'

/** What `kubectl rollout restart` writes, and what Deployments, StatefulSets and DaemonSets answer with a rolling restart. */
export const restartedAt = 'kubectl.kubernetes.io/restartedAt'

/** New pods of the same version, by the workload's own rolling update: helps against what has grown, leaked or stuck. */
export const restart: Remedy = {
  rung: 'restart',
  plan({ workload, now }) {
    const { kind, metadata } = workload
    return {
      rung: 'restart',
      says: `Restart the pods of ${kind} ${metadata.name}, a few at a time.`,
      object: refOf(workload),
      patch: { kind: 'merge', body: versioned(workload, { spec: { template: { metadata: { annotations: { [restartedAt]: new Date(now).toISOString() } } } } }) },
      undo: undefined,
    }
  },
}
