import { type Instant, type KubeObject, listAt, textAt } from '@fermata/ports'
import type { Location } from '@fermata/verdict'
import type { RolloutCode } from '../codes.ts'

/** How one object stands. */
export type Assessment =
  | { readonly is: 'ready' }
  | { readonly is: 'progressing'; readonly says: string; readonly where?: Location }
  | { readonly is: 'failed'; readonly cause: Cause }

/** Why an object will not become ready by itself. */
export interface Cause {
  readonly code: RolloutCode
  /** What is so, without the service's name: `Pod cart-7d9 (server) ...`. */
  readonly says: string
  readonly where: Location
  /** The log that may tell more. */
  readonly log?: LogPlace
}

export interface LogPlace {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Of the container that ran before the present one. */
  readonly previous: boolean
}

/** All that an assessment may look at. What is not here is not known, and what is not known is not ready. */
export interface Scene {
  readonly now: Instant
  /** When the objects were written, or first looked at. */
  readonly since: Instant
  /** Objects of a kind that have this controller. */
  readonly owned: (kind: 'Pod' | 'ReplicaSet', uid: string) => readonly KubeObject[]
  readonly podsIn: (namespace: string) => readonly KubeObject[]
  /** Events about an object. */
  readonly eventsOf: (uid: string) => readonly KubeObject[]
  readonly memory: Memory
  /** The workloads of the same service. */
  readonly workloads: readonly KubeObject[]
  /** The service has custom resources that may still make configuration: what is missing now may appear. */
  readonly makesConfiguration: boolean
}

/** What earlier looks have left behind, by the clock of the run, so that no clock of a node or server is compared with it. */
export interface Memory {
  /** Since when a trouble has been seen without a break. */
  readonly troubles: ReadonlyMap<string, Instant>
  /** How often a container had restarted when the release first saw it; 0 for a pod that came later. */
  readonly restarts: ReadonlyMap<string, number>
}

export type Assess = (object: KubeObject, scene: Scene) => Assessment

export const ready: Assessment = { is: 'ready' }

export function progressing(says: string, where?: Location): Assessment {
  return { is: 'progressing', says, ...(where !== undefined && { where }) }
}

export function failed(cause: Cause): Assessment {
  return { is: 'failed', cause }
}

export interface Condition {
  readonly status: string
  readonly reason: string
  readonly message: string
}

export function condition(object: unknown, type: string): Condition | undefined {
  const found = listAt(object, 'status', 'conditions').find((entry) => textAt(entry, 'type') === type)
  return found === undefined ? undefined : { status: textAt(found, 'status') ?? 'Unknown', reason: textAt(found, 'reason') ?? '', message: textAt(found, 'message') ?? '' }
}

/** The controller has not seen the present specification yet, so its status speaks about an older one. */
export function isStale(object: KubeObject, observed: number | undefined): boolean {
  return observed === undefined || observed < (object.metadata.generation ?? 0)
}
