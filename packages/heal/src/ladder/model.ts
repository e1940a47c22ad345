import type { KubeObject, ObjectRef } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'

/** What may be done to a service, from the gentlest. */
export const ladder = ['restart', 'scale', 'rollback'] as const
export type Rung = (typeof ladder)[number]

/** What a remedy may look at. All of it was read from the cluster for this decision. */
export interface Patient {
  readonly service: string
  /** The workload of the service as it is now. */
  readonly workload: KubeObject
  /** The autoscaler that decides how many replicas it has, if any. */
  readonly autoscaler: KubeObject | undefined
  /** Of a Deployment: its ReplicaSets. */
  readonly revisions: readonly KubeObject[]
  /** When the alert began to fire. */
  readonly since: number
  readonly now: number
  /** How long before the alert a rollout may lie to be its cause, in milliseconds. */
  readonly rollbackWindow: number
  /** Templates that were rolled back from or to before: going there again would be a circle. */
  readonly visited: ReadonlySet<string>
}

/** How a new size is taken back, while it still stands as it was made. It lies in the ledger, since another run may have to go it. */
export interface WayBack {
  readonly object: ObjectRef
  readonly field: 'replicas' | 'minReplicas'
  readonly from: number
  readonly to: number
}

/** One change of one object. */
export interface Step {
  readonly rung: Rung
  /** For people: what becomes of what. */
  readonly says: string
  readonly object: ObjectRef
  /** Merge patch for `restart` and `scale`, JSON patch for `rollback`. It carries the version that it was decided on. */
  readonly patch: { readonly kind: 'json' | 'merge'; readonly body: unknown }
  /** What takes it back; undefined where there is nothing to take back. */
  readonly undo: WayBack | undefined
  /** Of a rollback: names of the templates that it leaves and goes to. */
  readonly from?: string
  readonly to?: string
}

/** One file a remedy, all of this shape. A reason says why it can't help here. */
export interface Remedy {
  readonly rung: Rung
  plan(patient: Patient): Step | Reason
}
