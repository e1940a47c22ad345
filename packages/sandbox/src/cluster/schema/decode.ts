import { canonicalQuantity, quantityRule } from './quantity.ts'
import { isArray, isList, isMap, isObject, isRef, structNamed } from './lookup.ts'
import type { JsonObject, TypeTable } from './lookup.ts'
import type { FieldType, ScalarType, TypeNode } from './types.ts'

/** A value that its field cannot hold. The message is the one of Go's JSON decoder. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

export interface Decoded {
  readonly value: JsonObject
  /** Paths of fields that the type has not, `spec.template.spec.containers[0].imag`; they are left out of the value. */
  readonly unknown: readonly string[]
}

interface Place {
  /** Name of the Go struct, and the JSON fields that lead here. */
  readonly struct: string
  readonly fields: readonly string[]
  /** With the indexes of lists. */
  readonly path: string
}

interface Reading { readonly types: TypeTable; readonly unknown: string[] }

/**
 * Reads a JSON value as a Kubernetes type, as the API server does on its way in and out: fields that the type has not go,
 * null and what Go leaves out when empty go, quantities get their canonical form. Throws a DecodeError for a value of another type.
 */
export function decode(types: TypeTable, type: string, raw: JsonObject): Decoded {
  const reading: Reading = { types, unknown: [] }
  const value = readStruct(reading, type, raw, { struct: lastPart(type), fields: [], path: '' })
  return { value, unknown: reading.unknown }
}

const lastPart = (type: string): string => type.slice(type.lastIndexOf('.') + 1)

function readStruct(reading: Reading, type: string, raw: JsonObject, place: Place): JsonObject {
  const struct = structNamed(reading.types, type)
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(raw)) {
    const field = struct.fields[name]
    const path = place.path === '' ? name : `${place.path}.${name}`
    if (field === undefined && struct.open === true) { out[name] = value; continue }
    if (field === undefined) { reading.unknown.push(path); continue }
    if (value === undefined || (value === null && struct.custom !== true)) continue
    if (struct.custom === true && field !== undefined && name !== 'metadata') { out[name] = readCustom(reading, field.type, value, path); continue }
    const read = readNode(reading, field.type, value, { struct: lastPart(type), fields: [...place.fields, name], path })
    if (field?.always === true && isEmptyCollection(field.type, read)) continue
    if (kept(field as FieldType, read)) out[name] = read
  }
  for (const [name, field] of Object.entries(struct.fields)) {
    if (!(name in out)) {
      const empty = emitted(reading, field)
      if (empty !== undefined) out[name] = empty
    }
  }
  return out
}

/** What is stored has no empty collections: where they are written always, they come back as null. */
function isEmptyCollection(type: TypeNode, value: unknown): boolean {
  return (isList(type) && isArray(value) && value.length === 0) || (isMap(type) && isObject(value) && Object.keys(value).length === 0)
}

/** A field of a custom resource: only what its schema does not know goes. */
function readCustom(reading: Reading, type: TypeNode, value: unknown, path: string): unknown {
  if (isRef(type) && isObject(value)) return readStruct(reading, type.ref, value, { struct: '', fields: [], path })
  if (isList(type) && isArray(value)) return value.map((item, index) => readCustom(reading, type.list, item, `${path}[${index}]`))
  if (isMap(type) && isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readCustom(reading, type.map, item, `${path}.${key}`)]))
  return value
}

/** Whether Go writes the value out again. */
function kept(field: FieldType, value: unknown): boolean {
  if (field.always === true || field.pointer === true) return true
  if (isRef(field.type) || field.type === 'any') return true
  if (isArray(value)) return value.length > 0
  if (isObject(value)) return Object.keys(value).length > 0
  return field.type === 'quantity' || field.type === 'int-or-string' || (value !== '' && value !== 0 && value !== false)
}

/** What Go writes for a field that was not given: an empty struct where the field is no pointer, and the zero value where it is always written. */
function emitted(reading: Reading, field: FieldType): unknown {
  if (field.pointer === true) return field.always === true ? null : undefined
  if (isRef(field.type)) return emptyStruct(reading.types, field.type.ref)
  if (field.always !== true) return undefined
  return isList(field.type) || isMap(field.type) || field.type === 'bytes' ? null : zero(field.type)
}

const emptyStructs = new WeakMap<TypeTable, Map<string, JsonObject>>()

/** The same value every time: values are never changed in place. */
function emptyStruct(types: TypeTable, type: string): JsonObject {
  const known = emptyStructs.get(types) ?? new Map<string, JsonObject>()
  emptyStructs.set(types, known)
  const value = known.get(type) ?? readStruct({ types, unknown: [] }, type, {}, { struct: '', fields: [], path: '' })
  known.set(type, value)
  return value
}

function readNode(reading: Reading, type: TypeNode, value: unknown, place: Place): unknown {
  if (isRef(type)) {
    if (!isObject(value)) throw mismatch(value, goType(type), place)
    return readStruct(reading, type.ref, value, place)
  }
  if (isList(type)) {
    if (!isArray(value)) throw mismatch(value, goType(type), place)
    return value.map((item, index) => readItem(reading, type.list, item, { ...place, path: `${place.path}[${index}]` }))
  }
  if (isMap(type)) {
    if (!isObject(value)) throw mismatch(value, goType(type), place)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readItem(reading, type.map, item, { ...place, path: `${place.path}.${key}` })]))
  }
  return readScalar(type, value, place)
}

/** null inside a list or a map is the zero value of its type. */
function readItem(reading: Reading, type: TypeNode, value: unknown, place: Place): unknown {
  if (value !== null) return readNode(reading, type, value, place)
  if (isRef(type)) return readStruct(reading, type.ref, {}, place)
  return isList(type) ? [] : isMap(type) ? {} : zero(type)
}

function zero(type: ScalarType): unknown {
  switch (type) {
    case 'string': case 'bytes': return ''
    case 'int32': case 'int64': case 'number': case 'int-or-string': return 0
    case 'quantity': return '0'
    case 'boolean': return false
    case 'time': case 'micro-time': case 'any': return null
  }
}

function readScalar(type: ScalarType, value: unknown, place: Place): unknown {
  switch (type) {
    case 'any': return value
    case 'string': if (typeof value !== 'string') throw mismatch(value, 'string', place); return value
    case 'boolean': if (typeof value !== 'boolean') throw mismatch(value, 'bool', place); return value
    case 'number': if (typeof value !== 'number') throw mismatch(value, 'float64', place); return value
    case 'int32': case 'int64': return readInteger(type, value, place)
    case 'int-or-string':
      if (typeof value === 'string') return value
      return readInteger('int32', value, place)
    case 'quantity': return readQuantity(value)
    case 'bytes': return readBytes(value, place)
    case 'time': case 'micro-time': return readTime(type, value, place)
  }
}

function readInteger(type: 'int32' | 'int64', value: unknown, place: Place): number {
  const limit = type === 'int32' ? 2 ** 31 : 2 ** 63
  if (typeof value !== 'number') throw mismatch(value, type, place)
  if (!Number.isInteger(value) || value >= limit || value < -limit) throw mismatch(value, type, place, ` ${value}`)
  return value
}

function readQuantity(value: unknown): string {
  const canonical = typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(String(value)) : undefined
  if (canonical === undefined) throw new DecodeError(quantityRule)
  return canonical
}

function readBytes(value: unknown, place: Place): string {
  if (typeof value !== 'string') throw mismatch(value, '[]uint8', place)
  const bad = /[^A-Za-z0-9+/=\r\n]/.exec(value)
  if (bad !== null) throw new DecodeError(`illegal base64 data at input byte ${bad.index}`)
  return value
}

const canonicalTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

const goLayout = { time: '2006-01-02T15:04:05Z07:00', 'micro-time': '2006-01-02T15:04:05.000000Z07:00' } as const

function readTime(type: 'time' | 'micro-time', value: unknown, place: Place): string {
  if (type === 'time' && typeof value === 'string' && canonicalTime.test(value)) return value
  if (typeof value !== 'string') throw mismatch(value, type === 'time' ? 'v1.Time' : 'v1.MicroTime', place)
  const at = Date.parse(value)
  if (!/^\d{4}-\d{2}-\d{2}T/.test(value) || Number.isNaN(at)) throw new DecodeError(`parsing time ${JSON.stringify(value)} as "${goLayout[type]}": cannot parse ${JSON.stringify(value)} as "2006"`)
  const fraction = /T\d{2}:\d{2}:\d{2}(\.\d{6})?(Z|[+-]\d{2}:\d{2})$/.exec(value)
  if (type === 'micro-time' && (fraction === null || fraction[1] === undefined)) throw new DecodeError(`parsing time ${JSON.stringify(value)} as "${goLayout[type]}": cannot parse ${JSON.stringify(fraction?.[2] ?? value)} as ".000000"`)
  const iso = new Date(at).toISOString()
  return type === 'time' ? `${iso.slice(0, 19)}Z` : `${iso.slice(0, 19)}.${(/\.(\d{1,6})/.exec(value)?.[1] ?? '').padEnd(6, '0')}Z`
}

/** The type's name as Go prints it: `v1.PodSpec`, `[]v1.Container`, `map[string]string`. */
function goType(type: TypeNode): string {
  if (isRef(type)) return `v1.${lastPart(type.ref)}`
  if (isList(type)) return `[]${goType(type.list)}`
  if (isMap(type)) return `map[string]${goType(type.map)}`
  const names: Partial<Record<ScalarType, string>> = { boolean: 'bool', number: 'float64', bytes: '[]uint8', quantity: 'resource.Quantity', 'int-or-string': 'intstr.IntOrString', time: 'v1.Time', 'micro-time': 'v1.MicroTime' }
  return names[type] ?? type
}

function mismatch(value: unknown, type: string, place: Place, literal = ''): DecodeError {
  const what = value === true || value === false ? 'bool' : isArray(value) ? 'array' : typeof value
  return new DecodeError(`json: cannot unmarshal ${what}${literal} into Go struct field ${place.struct}.${place.fields.join('.')} of type ${type}`)
}
