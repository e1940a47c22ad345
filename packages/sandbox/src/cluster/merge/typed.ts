import { isArray, isList, isMap, isObject, isRef, structNamed } from '../schema/lookup.ts'
import type { JsonObject, TypeTable } from '../schema/lookup.ts'
import type { FieldType, ListType, TypeNode } from '../schema/types.ts'

/** How a value is merged: as one leaf, field by field, or item by item. */
export type Shape =
  | { readonly form: 'leaf' }
  | { readonly form: 'fields'; readonly typeOf: (field: string) => TypeNode | undefined; readonly named: (field: string) => boolean }
  | { readonly form: 'items'; readonly item: TypeNode; readonly element: (item: unknown) => string }

/** An applied configuration that its type does not allow. */
export class TypedError extends Error {
  override readonly name = 'TypedError'
  /** Path elements; see field-set.ts. */
  readonly path: readonly string[]
  constructor(path: readonly string[], message: string) {
    super(message)
    this.path = path
  }
}

const leaf: Shape = { form: 'leaf' }

/** A value without a known type: maps field by field, lists as a whole. */
const untypedFields: Shape = { form: 'fields', typeOf: () => 'any', named: () => false }

export function shapeOf(types: TypeTable, type: TypeNode, value: unknown): Shape {
  if (isRef(type)) {
    const struct = structNamed(types, type.ref)
    if (struct.atomic === true) return leaf
    return { form: 'fields', typeOf: (field) => struct.fields[field]?.type ?? (struct.open === true ? 'any' : undefined), named: (field) => field in struct.fields }
  }
  if (isMap(type)) return type.atomic === true ? leaf : { form: 'fields', typeOf: () => type.map, named: () => false }
  if (isList(type)) {
    if (type.keys !== undefined) return { form: 'items', item: type.list, element: (item) => keyElement(types, type, type.keys ?? [], item) }
    return type.set === true ? { form: 'items', item: type.list, element: (item) => `v:${JSON.stringify(item)}` } : leaf
  }
  return type === 'any' && isObject(value) ? untypedFields : leaf
}

/** The path element of a list item. A key that is missing takes the default of its field, as `protocol` does. */
function keyElement(types: TypeTable, type: ListType, keys: readonly string[], item: unknown): string {
  const struct = isRef(type.list) ? structNamed(types, type.list.ref) : undefined
  const found: Record<string, unknown> = {}
  for (const key of [...keys].sort()) {
    const value = isObject(item) && item[key] !== undefined ? item[key] : keyDefault(struct?.fields[key])
    if (value === undefined) throw new TypedError([], `associative list with keys has an element that omits key field ${JSON.stringify(key)} (and doesn't have default value)`)
    found[key] = value
  }
  return `k:${JSON.stringify(found)}`
}

/** What a key counts as when it is not given: its default, or the zero value where Go always writes one. */
function keyDefault(field: FieldType | undefined): unknown {
  if (field === undefined || field.default !== undefined || field.always !== true || field.pointer === true) return field?.default
  return field.type === 'string' ? '' : field.type === 'boolean' ? false : 0
}

export const fieldElement = (field: string): string => `f:${field}`

const isEmptyContainer = (value: unknown): boolean => value === undefined || value === null || (isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0)

export const bothEmpty = (a: unknown, b: unknown): boolean => isEmptyContainer(a) && isEmptyContainer(b)
export const fieldsOf = (value: unknown): JsonObject => (isObject(value) ? value : {})
export const itemsOf = (value: unknown): readonly unknown[] => (isArray(value) ? value : [])
