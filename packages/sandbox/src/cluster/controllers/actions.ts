/** What controllers do to objects: through the same verbs as clients, with their own name as field manager. */
import type { KubeObject } from '@fermata/ports'
import { stale } from '../api/status.ts'
import { microTimestamp, shortHash, timestamp, uidOf } from '../core.ts'
import type { Core } from '../core.ts'
import { collectionOf } from '../kinds/kind.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { isObject, same } from '../schema/lookup.ts'
import type { OwnerReference } from '../objects/types.ts'
import { keyOf } from '../store/store.ts'
import { createObject } from '../verbs/create.ts'
import { deleteObject } from '../verbs/delete.ts'
import type { DeleteWish } from '../verbs/delete.ts'
import { replaceWith } from '../verbs/update.ts'
import { internalWriter } from '../verbs/writer.ts'

const controllerManager = internalWriter('kube-controller-manager')
const kubelet = internalWriter('kubelet')

export type Actor = 'kube-controller-manager' | 'kubelet'

const writerFor = (actor: Actor): typeof controllerManager => (actor === 'kubelet' ? kubelet : controllerManager)

export const kindOf = (core: Core, object: Pick<KubeObject, 'apiVersion' | 'kind'>): ResourceKind => core.kinds.require(object.apiVersion, object.kind)

export function objectsIn<T extends KubeObject>(core: Core, collection: string, namespace: string | undefined): readonly T[] {
  return core.store.list(collection).filter((object) => namespace === undefined || object.metadata.namespace === namespace) as readonly KubeObject[] as readonly T[]
}

export function make<T extends KubeObject>(core: Core, object: KubeObject | (Omit<KubeObject, 'metadata'> & { readonly metadata: object })): T {
  const given = object as KubeObject
  return createObject(core, kindOf(core, given), given.metadata.namespace, given, controllerManager) as T
}

/** A write on the ground of what is no longer so is refused, as the server refuses it. */
function checkFresh(core: Core, before: KubeObject): void {
  const kind = kindOf(core, before)
  const current = core.store.get(collectionOf(kind), keyOf(before))
  if (current?.metadata.resourceVersion !== before.metadata.resourceVersion) throw stale(kind, before.metadata.name)
}

/** Writes the object as it should be. Nothing happens when it already is so. */
export function update<T extends KubeObject>(core: Core, before: T, after: T): T {
  checkFresh(core, before)
  // Most looks of a controller find nothing to do; the whole way of a write would find the same, and take much longer.
  if (same(before, after)) return before
  const { resourceVersion: _, ...metadata } = after.metadata
  return replaceWith(core, kindOf(core, before), before, { ...after, metadata }, controllerManager) as T
}

/** `changed`: metadata to write along, which the status endpoint lets through but for what its kind protects. */
export function updateStatus<T extends KubeObject>(core: Core, before: T, status: object, actor: Actor = 'kube-controller-manager', changed: KubeObject['metadata'] = before.metadata): T {
  checkFresh(core, before)
  if (same(before['status'], status) && same(before.metadata, changed)) return before
  const { resourceVersion: _, ...metadata } = changed
  return replaceWith(core, kindOf(core, before), before, { ...before, metadata, status }, writerFor(actor), 'status') as T
}

export function remove(core: Core, object: KubeObject, wish: DeleteWish = { propagationPolicy: 'Background' }): void {
  if (core.store.get(collectionOf(kindOf(core, object)), keyOf(object)) === undefined) return
  deleteObject(core, kindOf(core, object), object.metadata.namespace, object.metadata.name, wish, controllerManager)
}

export function ownerReference(owner: KubeObject): OwnerReference {
  return { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: uidOf(owner), controller: true, blockOwnerDeletion: true }
}

export const controllerOf = (object: KubeObject): OwnerReference | undefined => (object.metadata.ownerReferences as readonly OwnerReference[] | undefined)?.find((reference) => reference.controller === true)
export const isOwnedBy = (object: KubeObject, owner: KubeObject): boolean => controllerOf(object)?.uid === uidOf(owner)

/** Key of the owner in its collection, when it is of that kind. */
export function ownerKey(object: KubeObject, kind: string): readonly string[] {
  const owner = controllerOf(object)
  return owner?.kind === kind ? [`${object.metadata.namespace ?? ''}/${owner.name}`] : []
}

export interface EventWish { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string; readonly component: string; readonly host?: string; readonly fieldPath?: string; /** Of an event in the form of events.k8s.io, which has no count and other times. */ readonly action?: string }

/** Tells what happened to an object. The same thing again only counts up, as event recorders do. */
export function tell(core: Core, object: KubeObject, wish: EventWish): void {
  const namespace = object.metadata.namespace ?? 'default'
  const now = timestamp(core.clock.now())
  const involvedObject = { kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name, uid: uidOf(object), apiVersion: object.apiVersion, resourceVersion: object.metadata.resourceVersion, ...(wish.fieldPath === undefined ? {} : { fieldPath: wish.fieldPath }) }
  const name = `${object.metadata.name}.${shortHash([uidOf(object), wish.type, wish.reason, wish.message])}`
  const known = core.store.get('events', `${namespace}/${name}`)
  if (known !== undefined) {
    if (wish.action !== undefined) {
      const series = isObject(known['series']) && typeof known['series']['count'] === 'number' ? known['series']['count'] : 1
      core.store.put('events', keyOf(known), { ...known, series: { count: series + 1, lastObservedTime: microTimestamp(core.clock.now()) } })
      return
    }
    const count = typeof known['count'] === 'number' ? known['count'] : 1
    core.store.put('events', keyOf(known), { ...known, count: count + 1, lastTimestamp: now })
    return
  }
  if (core.store.get('namespaces', namespace)?.metadata.deletionTimestamp !== undefined) return
  const told = wish.action === undefined
    ? { count: 1, firstTimestamp: now, lastTimestamp: now, source: { component: wish.component, ...(wish.host === undefined ? {} : { host: wish.host }) } }
    : { eventTime: microTimestamp(core.clock.now()), action: wish.action }
  createObject(core, core.kinds.require('v1', 'Event'), namespace, {
    metadata: { name, namespace }, involvedObject, reason: wish.reason, message: wish.message, type: wish.type, ...told, reportingComponent: wish.component, reportingInstance: wish.host ?? '',
  }, wish.component === 'kubelet' ? kubelet : controllerManager)
}
