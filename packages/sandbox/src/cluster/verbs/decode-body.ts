import type { KubeObject } from '@fermata/ports'
import { badRequest } from '../api/status.ts'
import type { Core } from '../core.ts'
import { apiVersionOf } from '../kinds/kind.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { withSchemaDefaults } from '../kinds/structural.ts'
import { withDefaults } from '../objects/defaults.ts'
import { duplicateFields } from '../schema/duplicates.ts'
import { DecodeError, decode } from '../schema/decode.ts'
import { isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import type { Writer } from './writer.ts'

/** Reads a request's object as the kind of its address, with defaults. Unknown fields are refused, warned of or dropped as the request asked. */
export function decodeBody(core: Core, kind: ResourceKind, raw: unknown, writer: Writer): KubeObject {
  const body = ofKind(kind, raw)
  const { value, unknown } = reading(kind, () => decode(core.kinds.types, kind.type, body))
  const twice = writer.text === undefined || writer.fieldValidation === 'Ignore' ? [] : duplicateFields(writer.text)
  const complaints = [...twice.map((path) => `duplicate field "${path}"`), ...unknown.map((path) => `unknown field "${path}"`)]
  if (complaints.length > 0 && writer.fieldValidation === 'Strict') throw badRequest(`${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: strict decoding error: ${complaints.join(', ')}`)
  if (writer.fieldValidation === 'Warn') for (const complaint of complaints) writer.warn(complaint)
  return normal(core, kind, defaulted(core, kind, value))
}

/** The object with the defaults of its kind. */
export function defaulted(core: Core, kind: ResourceKind, value: JsonObject): JsonObject {
  const schema = core.kinds.schemaOf(kind)
  return schema === undefined ? withDefaults(kind.type, value) : { ...(withSchemaDefaults(schema, value) as JsonObject), metadata: value['metadata'] }
}

/** The canonical form of an object: what Go would write for it. */
export function normal(core: Core, kind: ResourceKind, object: JsonObject): KubeObject {
  return { ...decode(core.kinds.types, kind.type, object).value, apiVersion: apiVersionOf(kind), kind: kind.kind } as unknown as KubeObject
}

function reading<T>(kind: ResourceKind, read: () => T): T {
  try { return read() } catch (error) {
    if (error instanceof DecodeError) throw badRequest(`${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: ${error.message}`)
    throw error
  }
}

function wrongVersion(kind: ResourceKind, apiVersion: string): string {
  if (kind.origin === 'custom') return `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(kind)})`
  return `${kind.kind} in version ${JSON.stringify(apiVersion.split('/').at(-1))} cannot be handled as a ${kind.kind}: no kind ${JSON.stringify(kind.kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`
}

function ofKind(kind: ResourceKind, raw: unknown): JsonObject {
  if (!isObject(raw)) throw badRequest(`a ${kind.kind} is an object`)
  const apiVersion = raw['apiVersion'] ?? ''
  const name = raw['kind'] ?? ''
  if (apiVersion !== '' && apiVersion !== apiVersionOf(kind)) throw badRequest(wrongVersion(kind, String(apiVersion)))
  if (name !== '' && name !== kind.kind) throw badRequest(`${String(name)} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: converting (${kind.version}.${String(name)}) to (${kind.group === '' ? 'core' : kind.group.split('.')[0]}.${kind.kind}): unknown conversion`)
  return raw
}
