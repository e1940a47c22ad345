import type { KubeObject, ObjectKind } from '@fermata/ports'

/** Two Services of one namespace that share the traffic of the first, and the share of the second in percent. */
export interface Split {
  readonly namespace: string
  readonly stable: string
  readonly canary: string
  readonly percent: number
}

/** JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'test' | 'add' | 'replace' | 'remove'
  readonly path: string
  readonly value?: unknown
}

export type Change =
  | { readonly is: 'patch'; readonly operations: readonly PatchOperation[] }
  /** It is so already. */
  | { readonly is: 'nothing' }
  | { readonly is: 'impossible'; readonly says: string; readonly remedy: string }

/** The weights of the stable backend before anybody shifted, one for each rule of the route that has it; null where none was written. */
export type Weights = readonly (number | null)[]

/**
 * What can send a share of requests to a new version. One file a provider.
 * A router works out what to write and reads back what is there; it never writes itself, and it never touches a backend that is not ours.
 */
export interface Router {
  readonly name: string
  /** The kinds that it reads, newest version first. */
  readonly kinds: readonly ObjectKind[]
  /** Whether the object sends traffic to a Service. */
  carries(route: KubeObject, service: Pick<Split, 'namespace' | 'stable'>): boolean
  /** What must be patched for the share. Every rule that has the stable backend gets it. */
  setWeight(route: KubeObject, split: Split): Change
  /** The share of the canary in percent, the largest of all rules; undefined where the stable backend is in no rule. */
  observe(route: KubeObject, split: Split): number | undefined
  /** Whether every rule gives the share that was asked for. */
  verifyWeight(route: KubeObject, split: Split): boolean
  /** The weights that a later `reset` brings back. */
  weights(route: KubeObject, split: Split): Weights
  /** What must be patched so that all traffic goes to stable, as before. */
  reset(route: KubeObject, split: Split, before: Weights | undefined): Change
}
