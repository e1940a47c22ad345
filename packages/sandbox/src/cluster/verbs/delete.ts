import type { KubeObject } from '@fermata/ports'
import { conflict, deletedStatus, invalid } from '../api/status.ts'
import { timestamp } from '../core.ts'
import type { Core } from '../core.ts'
import { collectionOf } from '../kinds/kind.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import type { Pod } from '../objects/types.ts'
import { isArray } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { keyFor, keyOf } from '../store/store.ts'
import type { Matches } from './selectors.ts'
import { existing } from './update.ts'
import type { Writer } from './writer.ts'

export interface DeleteWish {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: string
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/** Kinds whose deletion answers the object that was. */
const answersObject = new Set(['core.v1.Pod', 'core.v1.Service', 'core.v1.ServiceAccount', 'core.v1.ResourceQuota', 'core.v1.PersistentVolumeClaim', 'storage.v1.StorageClass'])

/** Deletes, or marks for deletion what has a grace period or finalizers. Answers a Status when nothing is left, else the object. */
export function deleteObject(core: Core, kind: ResourceKind, namespace: string | undefined, name: string, wish: DeleteWish, writer: Writer): JsonObject {
  const object = existing(core, kind, namespace, name)
  checkPreconditions(kind, object, wish)
  const finalizers = wantedFinalizers(kind, object, wish, writer)
  const grace = graceOf(kind, object, wish)
  const waits = grace > 0 || finalizers.length > 0 || kind.type === 'core.v1.Namespace'
  if (waits) return marked(core, kind, object, grace, finalizers, writer) as unknown as JsonObject
  if (!writer.dryRun) core.store.remove(collectionOf(kind), keyFor(namespace, name))
  return answersObject.has(kind.type) ? (kind.type === 'core.v1.Pod' ? ended(core, object) : object) as unknown as JsonObject : deletedStatus(kind, name, object.metadata.uid ?? '')
}

export function deleteCollection(core: Core, kind: ResourceKind, matches: Matches, wish: DeleteWish, writer: Writer): readonly KubeObject[] {
  const objects = core.store.list(collectionOf(kind)).filter(matches)
  for (const object of objects) deleteObject(core, kind, object.metadata.namespace, object.metadata.name, wish, writer)
  return objects
}

function checkPreconditions(kind: ResourceKind, object: KubeObject, wish: DeleteWish): void {
  const { uid, resourceVersion } = wish.preconditions ?? {}
  const { name } = object.metadata
  const about = { group: kind.group, resource: kind.kind }
  if (uid !== undefined && uid !== object.metadata.uid) throw conflict(about, name, `the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid ?? ''}). The object might have been deleted and then recreated`)
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) throw conflict(about, name, `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${object.metadata.resourceVersion ?? ''}). The object might have been modified`)
}

const collectorFinalizers = ['foregroundDeletion', 'orphan']

function wantedFinalizers(kind: ResourceKind, object: KubeObject, wish: DeleteWish, writer: Writer): readonly string[] {
  const current = isArray(object.metadata['finalizers']) ? object.metadata['finalizers'].map(String) : []
  const own = current.filter((finalizer) => !collectorFinalizers.includes(finalizer))
  switch (wish.propagationPolicy) {
    case 'Foreground': return [...own, 'foregroundDeletion']
    case 'Orphan': return [...own, 'orphan']
    case 'Background': return own
    case undefined: {
      if (kind.type !== 'batch.v1.Job') return current
      writer.warn('child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning')
      return [...own, 'orphan']
    }
    default: throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [{ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(wish.propagationPolicy)}: supported values: "Foreground", "Background", "Orphan", "nil"`, field: 'propagationPolicy' }])
  }
}

/** A pod that goes at once, as the answer to its deletion shows it. */
function ended(core: Core, pod: KubeObject): KubeObject {
  const { deletionTimestamp, generation } = pod.metadata
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: deletionTimestamp ?? timestamp(core.clock.now()), deletionGracePeriodSeconds: 0, ...(deletionTimestamp === undefined && generation !== undefined ? { generation: generation + 1 } : {}) } }
}

/** Only pods have time to end: their own, or what the request says; none when they never ran or have ended. */
function graceOf(kind: ResourceKind, object: KubeObject, wish: DeleteWish): number {
  if (kind.type !== 'core.v1.Pod') return 0
  const { spec, status } = object as Pod
  const running = spec.nodeName !== undefined && spec.nodeName !== '' && status.phase !== 'Succeeded' && status.phase !== 'Failed'
  return running ? Math.max(0, wish.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30) : 0
}

function marked(core: Core, kind: ResourceKind, object: KubeObject, grace: number, finalizers: readonly string[], writer: Writer): KubeObject {
  const known = object.metadata['deletionGracePeriodSeconds']
  const already = object.metadata.deletionTimestamp !== undefined
  const before = typeof known === 'number' ? known : Infinity
  const sooner = !already || grace < before
  const { generation } = object.metadata
  const metadata = {
    ...object.metadata,
    ...(sooner ? { deletionTimestamp: timestamp(core.clock.now() + grace * 1000), ...(kind.type === 'core.v1.Namespace' ? {} : { deletionGracePeriodSeconds: grace }) } : {}),
    ...(!already && generation !== undefined && kind.type !== 'apiextensions.v1.CustomResourceDefinition' ? { generation: generation + 1 } : {}),
    ...(finalizers.length > 0 ? { finalizers } : {}),
  }
  const after: KubeObject = kind.type === 'core.v1.Namespace' ? { ...object, metadata, status: { phase: 'Terminating' } } : { ...object, metadata }
  if (writer.dryRun || (already && !sooner && finalizers.length === (isArray(object.metadata['finalizers']) ? object.metadata['finalizers'].length : 0))) return already && !sooner ? object : after
  return core.store.put(collectionOf(kind), keyOf(object), after)
}
