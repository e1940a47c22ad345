import type { KubeObject } from '@fermata/ports'
import { ApiError, badRequest, internal, invalid, notFound, notImplemented } from '../api/status.ts'
import { timestamp } from '../core.ts'
import type { Core } from '../core.ts'
import { apiVersionOf, collectionOf } from '../kinds/kind.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { pathText } from '../merge/field-set.ts'
import { PatchError, jsonPatch } from '../merge/json-patch.ts'
import { applyManagers, withoutManagedFields, writeManagers } from '../merge/managers.ts'
import type { FieldConflict, Manager } from '../merge/managers.ts'
import { mergePatch } from '../merge/merge-patch.ts'
import { strategicPatch } from '../merge/strategic.ts'
import { TypedError } from '../merge/typed.ts'
import { ignoredFields } from '../objects/strategy.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { keyFor } from '../store/store.ts'
import { createDecoded } from './create.ts'
import { decodeBody } from './decode-body.ts'
import { existing, replaceWith } from './update.ts'
import type { Writer } from './writer.ts'

export type PatchForm = 'json' | 'merge' | 'strategic'

export function patchObject(core: Core, kind: ResourceKind, namespace: string | undefined, name: string, form: PatchForm, patch: unknown, writer: Writer, subresource = ''): KubeObject {
  const before = existing(core, kind, namespace, name)
  if (form === 'strategic' && kind.origin === 'custom') throw new ApiError(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml')
  const patched = carryOut(core, kind, before, form, patch)
  if (!isObject(patched)) throw badRequest(`error decoding patch: json: cannot unmarshal ${isArray(patched) ? 'array' : typeof patched} into Go value of type map[string]interface {}`)
  const object = decodePatched(core, kind, patched, writer)
  checkUid(kind, before, object)
  if (object.metadata.name !== name) throw badRequest(`the name of the object (${object.metadata.name ?? ''}) does not match the name on the URL (${name})`)
  return replaceWith(core, kind, before, object, writer, subresource)
}

/** What a patch makes of an object can have values that the kind cannot hold: then the patch is invalid, not the request. */
function decodePatched(core: Core, kind: ResourceKind, patched: JsonObject, writer: Writer): KubeObject {
  try { return decodeBody(core, kind, patched, writer) } catch (error) {
    const because = error instanceof ApiError ? /cannot be handled as a \w+: (.*)$/s.exec(error.message)?.[1] : undefined
    if (because === undefined) throw error
    throw patchInvalid(JSON.stringify(patched), because)
  }
}

function patchInvalid(value: string, because: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(value)}: ${because}`
  return new ApiError(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] })
}

function checkUid(kind: ResourceKind, before: KubeObject | undefined, object: KubeObject): void {
  const { uid } = object.metadata
  if (uid === undefined || uid === '' || uid === before?.metadata.uid) return
  const immutable = { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(uid)}: field is immutable`, field: 'metadata.uid' }
  throw invalid(kind, object.metadata.name, [immutable, immutable])
}

function carryOut(core: Core, kind: ResourceKind, before: KubeObject, form: PatchForm, patch: unknown): unknown {
  try {
    switch (form) {
      case 'json': return jsonPatch(before, patch)
      case 'merge': return mergePatch(before, patch)
      case 'strategic': return strategicPatch(core.kinds.types, kind.type, before as unknown as JsonObject, patch)
    }
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    switch (error.kind) {
      case 'malformed': throw badRequest(error.message)
      case 'invalid': throw new ApiError(422, 'Invalid', `the server rejected our request due to an error in our request`, {})
      case 'keyless': throw internal(error.message)
      case 'unsupported': throw notImplemented(error.message)
    }
  }
}

/** Server-side apply. Creates the object when there is none. */
export function applyObject(core: Core, kind: ResourceKind, namespace: string | undefined, name: string, config: unknown, writer: Writer & { readonly force: boolean }, subresource = ''): KubeObject {
  if (!isObject(config)) throw badRequest('error decoding YAML: the configuration is no object')
  checkConfig(kind, namespace, name, config)
  const before = core.store.get(collectionOf(kind), keyFor(namespace, name))
  if (before === undefined && subresource !== '') throw notFound(kind, name)
  const applied = merged(core, kind, before, config, writer, subresource)
  const managed = writeManagers(applied.managers)
  const object = decodeBody(core, kind, applied.object, { ...writer, fieldValidation: 'Strict' })
  checkUid(kind, before, object)
  if (before === undefined) return createDecoded(core, kind, namespace, { ...object, metadata: { ...withoutVersion(object.metadata), name } }, writer, managed)
  const sentVersion = isObject(config['metadata']) ? config['metadata']['resourceVersion'] : undefined
  const wanted = { ...object, metadata: { ...object.metadata, ...(typeof sentVersion === 'string' ? { resourceVersion: sentVersion } : {}) } }
  return replaceWith(core, kind, before, wanted, writer, subresource, managed)
}

function nameIn(config: JsonObject, field: 'name' | 'namespace'): string {
  return isObject(config['metadata']) ? String(config['metadata'][field] ?? '') : ''
}

/** An apply that creates does not ask which version it wants to change. */
function withoutVersion(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  const { resourceVersion: _, ...rest } = metadata
  return rest
}

function merged(core: Core, kind: ResourceKind, before: KubeObject | undefined, config: JsonObject, writer: Writer & { readonly force: boolean }, subresource: string): { readonly object: JsonObject; readonly managers: readonly Manager[] } {
  const ownership = { types: core.kinds.types, type: { ref: kind.type }, ignored: ignoredFields(kind, subresource) }
  const live = before === undefined ? {} : (before as unknown as JsonObject)
  try {
    const outcome = applyManagers(ownership, live, withoutManagedFields(config), { name: writer.manager, apiVersion: apiVersionOf(kind), subresource, time: timestamp(core.clock.now()) }, writer.force)
    if (outcome.kind === 'conflicts') throw conflictError(outcome.conflicts)
    return outcome
  } catch (error) {
    if (error instanceof TypedError) throw internal(`failed to create typed patch object (${nameIn(config, 'namespace')}/${nameIn(config, 'name')}; ${kind.group}/${kind.version}, Kind=${kind.kind}): ${pathText(error.path)}: ${error.message}`)
    throw error
  }
}

/** As Go prints a group and a version: the group of `v1` is empty. */
function groupVersionText(apiVersion: unknown): string {
  const text = String(apiVersion ?? '')
  return text.includes('/') || text === '' ? text : `/${text}`
}

function checkConfig(kind: ResourceKind, namespace: string | undefined, name: string, config: JsonObject): void {
  if (config['apiVersion'] !== apiVersionOf(kind) || config['kind'] !== kind.kind) throw badRequest(`invalid object type: ${groupVersionText(config['apiVersion'])}, Kind=${String(config['kind'] ?? '')}`)
  const metadata = isObject(config['metadata']) ? config['metadata'] : {}
  if (isArray(metadata['managedFields'])) throw badRequest('metadata.managedFields must be nil')
  if (metadata['name'] === undefined || metadata['name'] === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (metadata['name'] !== name) throw badRequest(`the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`)
  if (kind.namespaced && metadata['namespace'] !== undefined && metadata['namespace'] !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

function managerText(manager: Manager): string {
  const named = manager.subresource === '' ? JSON.stringify(manager.name) : `${JSON.stringify(manager.name)} with subresource ${JSON.stringify(manager.subresource)}`
  return manager.operation === 'Update' ? `${named} using ${manager.apiVersion}` : named
}

function conflictError(conflicts: readonly FieldConflict[]): ApiError {
  const causes = conflicts.map(({ manager, path }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${managerText(manager)}`, field: pathText(path) }))
  const [only] = conflicts
  if (conflicts.length === 1 && only !== undefined) return new ApiError(409, 'Conflict', `Apply failed with 1 conflict: conflict with ${managerText(only.manager)}: ${pathText(only.path)}`, { causes })
  const groups = [...Map.groupBy(conflicts, ({ manager }) => managerText(manager))].sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = groups.flatMap(([manager, group]) => [`conflicts with ${manager}:`, ...group.map(({ path }) => `- ${pathText(path)}`)])
  return new ApiError(409, 'Conflict', `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`, { causes })
}

