import type { KubeObject, ObjectRef } from '@fermata/ports'
import type { Stage } from '../machine/stage.ts'
import type { Split } from '../traffic/router.ts'

/** What makes a stage safe if the run is killed in it. */
export type Protection =
  /** Nothing temporary is left by it. */
  | 'nothing'
  /** The cluster removes what it made when the fuse is not renewed. */
  | 'fuse'
  /** The journal remembers what was there; `resume`, `abort` and `sweep` bring it back. */
  | 'journal'

/** Everything that one stage does, in the order of its fields. */
export interface StageWork {
  readonly stage: Stage
  readonly protection: Protection
  /** Temporary objects that are about to carry traffic: the fuse lets go of them first. */
  readonly free: readonly ObjectRef[]
  /** Written, and left; with what they were remembered for the way back. */
  readonly write: readonly KubeObject[]
  /** Written once and kept as a record; not part of any way back. */
  readonly record: readonly KubeObject[]
  /** Written under the fuse. */
  readonly temporary: readonly KubeObject[]
  /** A version that must have a ready pod before traffic is moved to it, and as long as it has traffic. */
  readonly opens: ObjectRef | undefined
  readonly shift: { readonly routes: readonly ObjectRef[]; readonly split: Split; readonly to: 'split' | 'stable' } | undefined
  readonly remove: readonly ObjectRef[]
  /** What must be ready for the stage to be ready. */
  readonly watch: readonly ObjectRef[]
  /** Which pods are compared, where it is judged. */
  readonly compares: { readonly canary: ObjectRef; readonly stable: ObjectRef } | undefined
  /** For people: `10 % to cart-canary by HTTPRoute shop`. */
  readonly says: string
}

/** A stage that only says what differs from one that does nothing. */
export function stageWork(stage: Stage, says: string, work: Partial<Omit<StageWork, 'stage' | 'says'>>): StageWork {
  return { protection: 'nothing', free: [], write: [], record: [], temporary: [], opens: undefined, shift: undefined, remove: [], watch: [], compares: undefined, ...work, stage, says }
}
