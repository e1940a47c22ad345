/** What is wrong with a custom resource by its structural schema, in the words of the API server. */
import type { Cause } from '../api/status.ts'
import { isArray, isObject, same } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { duplicateField, invalidField, requiredField, unsupportedField } from '../objects/rules.ts'

export function schemaCauses(schema: unknown, value: unknown, path = ''): readonly Cause[] {
  if (!isObject(schema) || value === undefined) return []
  if (value === null && schema['nullable'] === true) return []
  const wrong = typeCause(schema, value, path)
  if (wrong !== undefined) return [wrong]
  const chosen = isArray(schema['enum']) && !schema['enum'].some((item) => same(item, value)) ? [unsupportedField(path, value, schema['enum'].map(String))] : []
  if (typeof value === 'number') return [...chosen, ...numberCauses(schema, value, path)]
  if (typeof value === 'string') return [...chosen, ...textCauses(schema, value, path)]
  if (isArray(value)) return [...chosen, ...listCauses(schema, value, path)]
  return isObject(value) ? [...chosen, ...objectCauses(schema, value, path)] : chosen
}

const typeName = (value: unknown): string => (value === null ? 'null' : isArray(value) ? 'array' : typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value)

function typeCause(schema: JsonObject, value: unknown, path: string): Cause | undefined {
  const given = typeName(value)
  const wanted = schema['type']
  const fits = schema['x-kubernetes-int-or-string'] === true ? given === 'integer' || given === 'string' : typeof wanted !== 'string' || wanted === given || (wanted === 'number' && given === 'integer')
  if (fits) return undefined
  const named = schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : String(wanted)
  return { reason: 'FieldValueTypeInvalid', message: `Invalid value: ${JSON.stringify(given)}: ${path} in body must be of type ${named}: ${JSON.stringify(given)}`, field: path }
}

function numberCauses(schema: JsonObject, value: number, path: string): readonly Cause[] {
  const { minimum, maximum } = schema as { readonly minimum?: unknown; readonly maximum?: unknown }
  return [
    ...(typeof minimum === 'number' && value < minimum ? [invalidField(path, value, `${path} in body should be greater than or equal to ${minimum}`)] : []),
    ...(typeof maximum === 'number' && value > maximum ? [invalidField(path, value, `${path} in body should be less than or equal to ${maximum}`)] : []),
  ]
}

function textCauses(schema: JsonObject, value: string, path: string): readonly Cause[] {
  const { minLength, maxLength, pattern } = schema as { readonly minLength?: unknown; readonly maxLength?: unknown; readonly pattern?: unknown }
  return [
    ...(typeof maxLength === 'number' && value.length > maxLength ? [{ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${maxLength} bytes`, field: path }] : []),
    ...(typeof minLength === 'number' && value.length < minLength ? [invalidField(path, value, `${path} in body should be at least ${minLength} chars long`)] : []),
    ...(typeof pattern === 'string' && !new RegExp(pattern).test(value) ? [invalidField(path, value, `${path} in body should match '${pattern}'`)] : []),
  ]
}

function listCauses(schema: JsonObject, value: readonly unknown[], path: string): readonly Cause[] {
  const { minItems, maxItems } = schema as { readonly minItems?: unknown; readonly maxItems?: unknown }
  const keys = isArray(schema['x-kubernetes-list-map-keys']) ? schema['x-kubernetes-list-map-keys'].map(String) : undefined
  const name = (item: unknown): unknown => (keys === undefined ? item : Object.fromEntries(keys.map((key) => [key, isObject(item) ? item[key] : undefined])))
  const unique = keys !== undefined || schema['x-kubernetes-list-type'] === 'set'
  return [
    ...(typeof maxItems === 'number' && value.length > maxItems ? [{ reason: 'FieldValueTooMany', message: `Too many: ${value.length}: must have at most ${maxItems} items`, field: path }] : []),
    ...(typeof minItems === 'number' && value.length < minItems ? [invalidField(path, value.length, `${path} in body should have at least ${minItems} items`)] : []),
    ...value.flatMap((item, index) => schemaCauses(schema['items'], item, `${path}[${index}]`)),
    ...(unique ? value.flatMap((item, index) => (value.slice(0, index).some((other) => same(name(other), name(item))) ? [duplicateField(`${path}[${index}]`, name(item))] : [])) : []),
  ]
}

function objectCauses(schema: JsonObject, value: JsonObject, path: string): readonly Cause[] {
  const at = (field: string): string => (path === '' ? field : `${path}.${field}`)
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = isArray(schema['required']) ? schema['required'].map(String) : []
  return [
    ...required.filter((field) => value[field] === undefined).map((field) => requiredField(at(field))),
    ...Object.entries(value).filter(([field]) => path !== '' || !['apiVersion', 'kind', 'metadata'].includes(field)).flatMap(([field, item]) => schemaCauses(properties[field] ?? schema['additionalProperties'], item, at(field))),
  ]
}
