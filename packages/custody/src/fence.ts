import { type ApplyOptions, type Cluster, ClusterError, type KubeObject } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { because } from './codes.ts'
import { writeAttempts } from './defaults.ts'
import { fenceAnnotation, fieldManager, nameOf, refOf } from './names.ts'

/** The object with the number of the lease under which it is written. */
export function fenced(object: KubeObject, fence: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [fenceAnnotation]: String(fence) } } }
}

/** The number under which an object was written last; 0 where it carries none. */
export function fenceIn(object: KubeObject | undefined): number {
  const fence = Number(object?.metadata.annotations?.[fenceAnnotation])
  return Number.isSafeInteger(fence) && fence > 0 ? fence : 0
}

/**
 * Refuses to go on where a later holder has written.
 * @throws EnvironmentError FM-CUSTODY-FENCED
 */
export function refuseIfFenced(live: KubeObject | undefined, fence: number): void {
  if (live === undefined || fenceIn(live) <= fence) return
  throw new EnvironmentError(because('FM-CUSTODY-FENCED', { says: `${nameOf(refOf(live))} was written under fence ${fenceIn(live)}, and this run has ${fence}.` }))
}

export interface FencedWrite extends Pick<ApplyOptions, 'force' | 'fieldManager'> {
  readonly fence: number
  /** Throws when the lease is over. Asked right before each attempt. */
  readonly assure: () => void
}

/**
 * Server-side apply by whoever holds the lease. The object is read first; a higher fence in it refuses the write, and the write
 * names the version that was read, so a write of another in between makes us look again.
 * @throws EnvironmentError when the lease is over or a later holder has written; ClusterError as `apply`
 */
export async function applyFenced(cluster: Cluster, object: KubeObject, { fence, assure, force, fieldManager: manager = fieldManager }: FencedWrite): Promise<KubeObject> {
  const marked = fenced(object, fence)
  for (let attempt = 1; ; attempt++) {
    const live = await cluster.get(refOf(object))
    refuseIfFenced(live, fence)
    const version = live?.metadata.resourceVersion
    assure()
    try {
      return await cluster.apply(version === undefined ? marked : { ...marked, metadata: { ...marked.metadata, resourceVersion: version } }, { fieldManager: manager, ...(force !== undefined && { force }) })
    } catch (error) {
      if (!isOutdated(error) || attempt >= writeAttempts) throw error
    }
  }
}

/** The object is no longer what was read. A quarrel about a field is another matter. */
export function isOutdated(error: unknown): boolean {
  return error instanceof ClusterError && error.kind === 'conflict' && error.reason.code === 'FM-KUBE-CONFLICT'
}
