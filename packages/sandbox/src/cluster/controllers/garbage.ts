import type { KubeObject } from '@fermata/ports'
import { uidOf } from '../core.ts'
import type { Core } from '../core.ts'
import { collectionOf } from '../kinds/kind.ts'
import type { OwnerReference } from '../objects/types.ts'
import { isArray } from '../schema/lookup.ts'
import { keyFor, keyOf } from '../store/store.ts'
import { kindOf, remove, update } from './actions.ts'
import type { Controller } from './controller.ts'

/** Names an object across collections. */
const place = (collection: string, key: string): string => `${collection}\n${key}`

const ownersOf = (object: KubeObject): readonly OwnerReference[] => (object.metadata.ownerReferences ?? []) as readonly OwnerReference[]
const finalizersOf = (object: KubeObject): readonly string[] => (isArray(object.metadata['finalizers']) ? object.metadata['finalizers'].map(String) : [])
const isLeaving = (object: KubeObject, finalizer: 'orphan' | 'foregroundDeletion'): boolean => object.metadata.deletionTimestamp !== undefined && finalizersOf(object).includes(finalizer)

/** Removes what nobody owns any more, and carries out foreground deletion and orphaning. */
export function garbageCollector(core: Core): Controller {
  const dependents = new Map<string, Set<string>>()
  const index = (where: string, before: KubeObject | undefined, after: KubeObject | undefined): void => {
    for (const owner of before === undefined ? [] : ownersOf(before)) dependents.get(owner.uid)?.delete(where)
    for (const owner of after === undefined ? [] : ownersOf(after)) dependents.set(owner.uid, (dependents.get(owner.uid) ?? new Set()).add(where))
  }
  const dependentsOf = (owner: KubeObject): readonly KubeObject[] => [...(dependents.get(uidOf(owner)) ?? [])].map((where) => at(core, where)).filter((object) => object !== undefined)
  return {
    name: 'garbage-collector-controller',
    keys(change) {
      const where = place(change.collection, keyOf(change.object))
      index(where, change.before, change.type === 'DELETED' ? undefined : change.object)
      if (change.type === 'DELETED') return [...(dependents.get(uidOf(change.object)) ?? []), ...ownerPlaces(core, change.object)]
      const leaving = isLeaving(change.object, 'orphan') || isLeaving(change.object, 'foregroundDeletion')
      return [...(ownersOf(change.object).length > 0 || leaving ? [where] : []), ...ownerPlaces(core, change.object)]
    },
    sync(where) {
      const object = at(core, where)
      if (object === undefined) return undefined
      if (isLeaving(object, 'orphan')) { orphan(core, object, dependentsOf(object)); return undefined }
      if (isLeaving(object, 'foregroundDeletion')) { deleteDependents(core, object, dependentsOf(object)); return undefined }
      collect(core, object)
      return undefined
    },
  }
}

function at(core: Core, where: string): KubeObject | undefined {
  const [collection = '', key = ''] = where.split('\n')
  return core.store.get(collection, key)
}

/** Owners that wait for their dependents to go. */
function ownerPlaces(core: Core, object: KubeObject): readonly string[] {
  return ownersOf(object).flatMap((reference) => {
    const owner = ownerAt(core, object, reference)
    return owner !== undefined && isLeaving(owner, 'foregroundDeletion') ? [place(collectionOf(kindOf(core, owner)), keyOf(owner))] : []
  })
}

function ownerAt(core: Core, object: KubeObject, reference: OwnerReference): KubeObject | undefined {
  const kind = core.kinds.named(reference.apiVersion, reference.kind)
  if (kind === undefined) return undefined
  const owner = core.store.get(collectionOf(kind), keyFor(kind.namespaced ? object.metadata.namespace : undefined, reference.name))
  return owner === undefined || uidOf(owner) !== reference.uid ? undefined : owner
}

function withoutFinalizer(core: Core, object: KubeObject, finalizer: string): void {
  update(core, object, { ...object, metadata: { ...object.metadata, finalizers: finalizersOf(object).filter((known) => known !== finalizer) } })
}

function orphan(core: Core, owner: KubeObject, dependents: readonly KubeObject[]): void {
  for (const dependent of dependents) update(core, dependent, { ...dependent, metadata: { ...dependent.metadata, ownerReferences: ownersOf(dependent).filter((reference) => reference.uid !== uidOf(owner)) } })
  withoutFinalizer(core, owner, 'orphan')
}

/** Only dependents that block their owner are waited for; the others go after it. */
function deleteDependents(core: Core, owner: KubeObject, dependents: readonly KubeObject[]): void {
  const blocking = dependents.filter((dependent) => ownersOf(dependent).some((reference) => reference.uid === uidOf(owner) && reference.blockOwnerDeletion === true))
  if (blocking.length === 0) { withoutFinalizer(core, owner, 'foregroundDeletion'); return }
  for (const dependent of blocking) if (dependent.metadata.deletionTimestamp === undefined) collect(core, dependent)
}

/** Deletes an object all of whose owners are gone or going; forgets owners that are gone while another one stays. */
function collect(core: Core, object: KubeObject): void {
  const references = ownersOf(object)
  if (references.length === 0 || object.metadata.deletionTimestamp !== undefined) return
  const owners = references.map((reference) => ({ reference, owner: ownerAt(core, object, reference) }))
  const solid = owners.filter(({ owner }) => owner !== undefined && !isLeaving(owner, 'foregroundDeletion'))
  const waiting = owners.filter(({ owner, reference }) => owner !== undefined && isLeaving(owner, 'foregroundDeletion') && reference.blockOwnerDeletion === true)
  if (solid.length > 0) {
    if (solid.length < owners.length) update(core, object, { ...object, metadata: { ...object.metadata, ownerReferences: solid.map(({ reference }) => reference) } })
    return
  }
  if (waiting.length === 0 && owners.some(({ owner }) => owner !== undefined)) return
  remove(core, object, { propagationPolicy: waiting.length > 0 ? 'Foreground' : 'Background', preconditions: { uid: uidOf(object) } })
}
