import type { KubeObject } from '@fermata/ports'
import { badRequest, conflict, invalid, notFound, stale } from '../api/status.ts'
import { timestamp } from '../core.ts'
import type { Core } from '../core.ts'
import { apiVersionOf, collectionOf } from '../kinds/kind.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { readManagers, updateManagers, withoutManagedFields, writeManagers } from '../merge/managers.ts'
import { refusePodSecurity } from '../objects/pod-security.ts'
import { deletionCauses } from '../objects/validate-metadata.ts'
import { validate, validateUpdate } from '../objects/validation.ts'
import { countsGenerations, createdByUpdate, differsInSpec, ignoredFields, needsVersion, prepareUpdate } from '../objects/strategy.ts'
import { isArray, isObject, same } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { keyFor } from '../store/store.ts'
import { createDecoded } from './create.ts'
import { decodeBody, normal } from './decode-body.ts'
import type { Writer } from './writer.ts'

export function existing(core: Core, kind: ResourceKind, namespace: string | undefined, name: string): KubeObject {
  const object = core.store.get(collectionOf(kind), keyFor(namespace, name))
  if (object === undefined) throw notFound(kind, name)
  return object
}

export function updateObject(core: Core, kind: ResourceKind, namespace: string | undefined, name: string, raw: unknown, writer: Writer, subresource = ''): KubeObject {
  const object = decodeBody(core, kind, raw, writer)
  if (object.metadata.name === undefined || object.metadata.name === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (object.metadata.name !== name) throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`)
  if (kind.namespaced && object.metadata.namespace !== undefined && object.metadata.namespace !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  if (createdByUpdate(kind) && subresource === '' && core.store.get(collectionOf(kind), keyFor(namespace, name)) === undefined) return createDecoded(core, kind, namespace, object, writer)
  const before = existing(core, kind, namespace, name)
  if (needsVersion(kind) && (object.metadata.resourceVersion ?? '') === '') throw invalid({ group: kind.group, kind: kind.resource }, name, [{ reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update', field: 'metadata.resourceVersion' }])
  return replaceWith(core, kind, before, object, writer, subresource)
}

/**
 * Puts a decoded object in the place of another. `managed`, when given, replaces the ownership that a plain update would record.
 * Nothing is written when nothing differs.
 */
export function replaceWith(core: Core, kind: ResourceKind, before: KubeObject, wanted: KubeObject, writer: Writer, subresource = '', managed?: readonly JsonObject[]): KubeObject {
  const { name, namespace } = before.metadata
  checkPreconditions(kind, before, wanted)
  const shaped = prepareUpdate(kind, before as unknown as JsonObject, withServerFields(before, wanted), subresource)
  const after = normal(core, kind, subresource === 'status' ? shaped : withGeneration(kind, before, shaped))
  refusePodSecurity(kind, after as unknown as JsonObject)
  const causes = [...deletionCauses(wanted, before), ...(subresource === 'status' ? [] : validate(core, kind, after)), ...validateUpdate(kind, after, before)]
  if (causes.length > 0) throw invalid(kind, name, causes)
  const entries = managed ?? changedBy(core, kind, before, wanted, writer, subresource)
  const { managedFields: _, ...metadata } = after.metadata
  const stored: KubeObject = { ...after, metadata: { ...metadata, ...(entries.length === 0 ? {} : { managedFields: entries }) } }
  if (same(withoutTimes(before), withoutTimes(stored))) return before
  if (writer.dryRun) return stored
  const collection = collectionOf(kind)
  const key = keyFor(namespace, name)
  const written = core.store.put(collection, key, stored)
  if (isReleased(written)) core.store.remove(collection, key)
  return written
}

/** An object that only waited for its finalizers. */
function isReleased(object: KubeObject): boolean {
  const finalizers = object.metadata['finalizers']
  const grace = object.metadata['deletionGracePeriodSeconds']
  const namespaceFinalizers = object.kind === 'Namespace' && isObject(object['spec']) && isArray(object['spec']['finalizers']) ? object['spec']['finalizers'] : []
  return object.metadata.deletionTimestamp !== undefined && (!isArray(finalizers) || finalizers.length === 0) && namespaceFinalizers.length === 0 && (grace === undefined || grace === 0)
}

function checkPreconditions(kind: ResourceKind, before: KubeObject, wanted: KubeObject): void {
  const { resourceVersion, uid } = wanted.metadata
  if (uid !== undefined && uid !== '' && uid !== before.metadata.uid) throw conflict(kind, before.metadata.name, `StorageError: invalid object, Code: 4, Key: /registry/${kind.resource}/${keyFor(before.metadata.namespace, before.metadata.name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid ?? ''}`)
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== before.metadata.resourceVersion) throw stale(kind, before.metadata.name)
}

/** Metadata that no client decides. */
function withServerFields(before: KubeObject, wanted: KubeObject): JsonObject {
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, generation: ___, ...given } = wanted.metadata
  const kept = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'resourceVersion', 'generateName']
  const server = Object.fromEntries(kept.filter((field) => before.metadata[field] !== undefined).map((field) => [field, before.metadata[field]]))
  return { ...wanted, metadata: { ...given, name: before.metadata.name, ...(before.metadata.namespace === undefined ? {} : { namespace: before.metadata.namespace }), ...server } }
}

function withGeneration(kind: ResourceKind, before: KubeObject, after: JsonObject): JsonObject {
  if (!countsGenerations(kind) || !differsInSpec(kind, before as unknown as JsonObject, after)) return after
  return { ...after, metadata: { ...(after['metadata'] as JsonObject), generation: (before.metadata.generation ?? 0) + 1 } }
}

function changedBy(core: Core, kind: ResourceKind, before: KubeObject, wanted: KubeObject, writer: Writer, subresource: string): readonly JsonObject[] {
  const sent = wanted.metadata['managedFields']
  const reset = isArray(sent) && (sent.length === 0 || (sent.length === 1 && isObject(sent[0]) && Object.keys(sent[0]).length === 0))
  if (reset && subresource === '') return []
  const own = subresource === '' ? readManagers(wanted) : []
  const managers = own.length > 0 ? own : readManagers(before)
  if (managers.length === 0) return []
  const ownership = { types: core.kinds.types, type: { ref: kind.type }, ignored: ignoredFields(kind, subresource) }
  const bare = (object: KubeObject): JsonObject => withoutManagedFields(object as unknown as JsonObject)
  return writeManagers(updateManagers(ownership, managers, bare(before), bare(wanted), { name: writer.manager, apiVersion: apiVersionOf(kind), subresource, time: subresource === 'scale' ? undefined : timestamp(core.clock.now()) }))
}

/** Times in managedFields alone are no change. */
function withoutTimes(object: KubeObject): KubeObject {
  const entries = object.metadata['managedFields']
  if (!isArray(entries)) return object
  return { ...object, metadata: { ...object.metadata, managedFields: entries.map((entry) => (isObject(entry) ? { ...entry, time: '' } : entry)) } }
}
