/** Structural schemas of custom resource definitions, as the types that the rest of the server works with. */
import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import type { FieldType, StructType, TypeNode } from '../schema/types.ts'

/** Keywords of a schema that the stand-in would have to enforce and does not. */
const unenforced = ['oneOf', 'anyOf', 'allOf', 'not', 'x-kubernetes-validations', 'multipleOf', 'uniqueItems', 'minProperties', 'maxProperties', 'exclusiveMinimum', 'exclusiveMaximum', 'x-kubernetes-embedded-resource']

/** Paths of such keywords: `spec.size.oneOf`. */
export function unenforcedKeywords(schema: unknown, path = ''): readonly string[] {
  if (!isObject(schema)) return []
  const intOrString = schema['x-kubernetes-int-or-string'] === true
  const own = unenforced.filter((keyword) => schema[keyword] !== undefined && !(intOrString && (keyword === 'anyOf' || keyword === 'allOf'))).map((keyword) => `${path}${path === '' ? '' : '.'}${keyword}`)
  const inside = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']).flatMap(([name, inner]) => unenforcedKeywords(inner, inside(name))) : []
  return [...own, ...properties, ...unenforcedKeywords(schema['items'], `${path}[]`), ...unenforcedKeywords(schema['additionalProperties'], inside('*'))]
}

/** Structs of a schema by name; the first is that of the whole object. Its metadata is that of every object. */
export function structsOf(schema: JsonObject, type: string): Readonly<Record<string, StructType>> {
  const structs: Record<string, StructType> = {}
  structAt(schema, type, structs)
  const top = structs[type] ?? { fields: {} }
  const meta: StructType['fields'] = { apiVersion: { type: 'string', pointer: true }, kind: { type: 'string', pointer: true }, metadata: { type: { ref: 'meta.v1.ObjectMeta' }, pointer: true } }
  return { ...structs, [type]: { ...top, custom: true, fields: { ...top.fields, ...meta } } }
}

function structAt(schema: JsonObject, name: string, structs: Record<string, StructType>): void {
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : []
  const fields: Record<string, FieldType> = Object.fromEntries(properties.map(([field, inner]) => [field, { type: typeAt(isObject(inner) ? inner : {}, `${name}.${field}`, structs), pointer: true as const }]))
  structs[name] = { fields, custom: true, ...(schema['x-kubernetes-preserve-unknown-fields'] === true ? { open: true as const } : {}), ...(schema['x-kubernetes-map-type'] === 'atomic' ? { atomic: true as const } : {}) }
}

function typeAt(schema: JsonObject, name: string, structs: Record<string, StructType>): TypeNode {
  if (schema['x-kubernetes-int-or-string'] === true) return 'int-or-string'
  switch (schema['type']) {
    case 'string': case 'boolean': case 'number': return schema['type']
    case 'integer': return 'int64'
    case 'array': return listAt(schema, name, structs)
    case 'object': {
      if (isObject(schema['additionalProperties'])) return { map: typeAt(schema['additionalProperties'], `${name}.*`, structs), ...(schema['x-kubernetes-map-type'] === 'atomic' ? { atomic: true as const } : {}) }
      if (schema['properties'] === undefined && (schema['x-kubernetes-preserve-unknown-fields'] === true || schema['additionalProperties'] === true)) return 'any'
      structAt(schema, name, structs)
      return { ref: name }
    }
    default: return 'any'
  }
}

function listAt(schema: JsonObject, name: string, structs: Record<string, StructType>): TypeNode {
  const list = typeAt(isObject(schema['items']) ? schema['items'] : {}, `${name}[]`, structs)
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] === 'map' && isArray(keys)) return { list, keys: keys.map(String) }
  return schema['x-kubernetes-list-type'] === 'set' ? { list, set: true } : { list }
}

/** A value with the defaults of its schema, below what is there. A null that may not be null counts as absent. */
export function withSchemaDefaults(schema: unknown, value: unknown): unknown {
  if (!isObject(schema)) return value
  if (isArray(value)) return value.map((item) => withSchemaDefaults(schema['items'], item))
  if (!isObject(value)) return value
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const out: Record<string, unknown> = {}
  for (const [field, item] of Object.entries(value)) {
    const inner = properties[field] ?? schema['additionalProperties']
    if (item === null && isObject(inner) && inner['nullable'] !== true && inner['x-kubernetes-preserve-unknown-fields'] !== true) continue
    out[field] = withSchemaDefaults(inner, item)
  }
  for (const [field, inner] of Object.entries(properties)) {
    if (out[field] === undefined && isObject(inner) && inner['default'] !== undefined) out[field] = withSchemaDefaults(inner, inner['default'])
  }
  return out
}
