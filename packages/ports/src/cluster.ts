import { EnvironmentError, type ReasonCode } from '@fermata/verdict'
import type { Instant } from './time.ts'

/** Names a kind: `{ apiVersion: 'apps/v1', kind: 'Deployment' }`. */
export interface ObjectKind {
  readonly apiVersion: string
  readonly kind: string
}

/** Names one object. `namespace` is absent for cluster-wide kinds. */
export interface ObjectRef extends ObjectKind {
  readonly namespace?: string
  readonly name: string
}

/** A Kubernetes object as JSON. Fields other than these are read through accessors of the domain that knows them. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly generation?: number
    readonly creationTimestamp?: string
    readonly deletionTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string; readonly controller?: boolean }[]
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

export interface KubeList {
  readonly items: readonly KubeObject[]
  readonly resourceVersion: string
}

export type PatchKind = 'json' | 'merge' | 'strategic'

export interface ApplyOptions {
  readonly fieldManager?: string
  /** Take fields over from other managers. */
  readonly force?: boolean
  /** Ask the server what would come of it, and change nothing. */
  readonly dryRun?: boolean
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
  readonly uid?: string
  readonly resourceVersion?: string
}

/** `held`: a PodDisruptionBudget does not allow it now; in the server's words. */
export type Eviction = { readonly is: 'evicted' } | { readonly is: 'gone' } | { readonly is: 'held'; readonly says: string }

export interface LogOptions {
  readonly container?: string
  readonly previous?: boolean
  readonly tailLines?: number
}

export interface AccessQuestion {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly namespace?: string
}

/**
 * All objects of some kinds in a namespace, kept current by list and watch.
 * It survives lost connections and expired resource versions by listing again.
 */
export interface Feed {
  /** What is known now; complete, since `follow` answers only after the first lists. */
  objects(kind: ObjectKind): readonly KubeObject[]
  /** Resolves at the next change, or after so many milliseconds, whichever comes first. Rejects with a ClusterError when the cluster cannot be reached any longer. */
  changed(withinMs: number): Promise<void>
  /** When what is known was last confirmed by the server. */
  confirmedAt(): Instant
  close(): void
}

/** Which cluster a use case wants to talk to. What is absent is taken from the environment of the process, as kubectl does. */
export interface ClusterWish {
  /** Path of a kubeconfig, or its text. */
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace?: string | undefined
}

/** A Kubernetes API server, with one identity. Transient failures are retried inside; what is thrown is final and is a ClusterError. */
export interface Cluster {
  /** For reports: which server, which context of the kubeconfig, which namespace it defaults to. */
  readonly identity: { readonly server: string; readonly context: string; readonly namespace: string }
  version(): Promise<string>
  /** Whether the server serves this kind, and whether its objects live in namespaces. */
  knows(kind: ObjectKind): Promise<{ readonly namespaced: boolean; readonly resource: string } | undefined>
  get(ref: ObjectRef): Promise<KubeObject | undefined>
  list(kind: ObjectKind, where?: { readonly namespace?: string; readonly labelSelector?: string; readonly fieldSelector?: string }): Promise<KubeList>
  follow(kinds: readonly ObjectKind[], namespace: string, signal?: AbortSignal): Promise<Feed>
  create(object: KubeObject): Promise<KubeObject>
  /** Refused with `conflict` when `metadata.resourceVersion` is not the current one. */
  replace(object: KubeObject): Promise<KubeObject>
  /** Server-side apply. Refused with `conflict` when another manager owns a field with another value, unless forced. */
  apply(object: KubeObject, options?: ApplyOptions): Promise<KubeObject>
  patch(ref: ObjectRef, kind: PatchKind, patch: unknown, subresource?: string): Promise<KubeObject>
  /** False when there was no such object. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<boolean>
  /** Asks for the end of a pod as a drain does: a PodDisruptionBudget may hold it, which is an answer and no error. */
  evict(namespace: string, pod: string, options?: Pick<DeleteOptions, 'gracePeriodSeconds' | 'uid'> & { readonly dryRun?: boolean }): Promise<Eviction>
  logs(namespace: string, pod: string, options?: LogOptions): Promise<string>
  may(question: AccessQuestion): Promise<boolean>
  /**
   * The same connection under another signal, or under none: what must still be done after the run was asked to stop
   * needs one that is not aborted.
   */
  under(signal: AbortSignal | undefined): Cluster
}

/** Every way to say no. `refused` is admission: policies, quotas, webhooks. */
export const clusterErrorKinds = ['not-found', 'conflict', 'invalid', 'forbidden', 'unauthorized', 'gone', 'too-many-requests', 'timeout', 'unreachable', 'unknown-kind', 'refused', 'server'] as const
export type ClusterErrorKind = (typeof clusterErrorKinds)[number]

/** No answer, or none that says anything about what was asked: nobody knows then. A no is an answer. */
const silent: ReadonlySet<ClusterErrorKind> = new Set(['gone', 'too-many-requests', 'timeout', 'unreachable', 'server'])

export interface ClusterErrorDetails {
  readonly status?: number
  readonly causes?: ClusterError['causes']
  readonly cause?: unknown
  /** More exact than the code of the kind. */
  readonly code?: ReasonCode
  readonly remedy?: string
}

/**
 * What a cluster said no with. The message names verb, resource, namespace and the server's own words.
 * It is an EnvironmentError, so that one that nobody expected is still reported with cause and remedy.
 */
export class ClusterError extends EnvironmentError {
  override readonly name = 'ClusterError'
  readonly kind: ClusterErrorKind
  readonly status: number | undefined
  /** Causes as the API server lists them: the field and what is wrong with it. */
  readonly causes: readonly { readonly field?: string; readonly message: string }[]
  constructor(kind: ClusterErrorKind, message: string, details: ClusterErrorDetails = {}) {
    super({ code: details.code ?? clusterErrorCode(kind), severity: silent.has(kind) ? 'inconclusive' : 'error', message, ...(details.remedy !== undefined && { remedy: details.remedy }) }, { cause: details.cause })
    this.kind = kind
    this.status = details.status
    this.causes = details.causes ?? []
  }
}

/** `FM-KUBE-NOT-FOUND`, ...; their meanings are in the code table of the adapter. */
export function clusterErrorCode(kind: ClusterErrorKind): ReasonCode {
  return `FM-KUBE-${kind.toUpperCase()}`
}
