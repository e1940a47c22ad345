import { kubernetesTypes } from './kubernetes.ts'
import type { ListType, MapType, RefType, StructType, TypeNode } from './types.ts'

/** Structs by name. Kinds that come from custom resource definitions add theirs. */
export type TypeTable = Readonly<Record<string, StructType>>

export const builtInTypes: TypeTable = kubernetesTypes

export const isRef = (type: TypeNode): type is RefType => typeof type === 'object' && 'ref' in type
export const isList = (type: TypeNode): type is ListType => typeof type === 'object' && 'list' in type
export const isMap = (type: TypeNode): type is MapType => typeof type === 'object' && 'map' in type

export function structNamed(types: TypeTable, name: string): StructType {
  const struct = types[name]
  if (struct === undefined) throw new Error(`the table of types has no ${name}`)
  return struct
}

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
export const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** Whether two JSON values are the same; the order of fields does not count. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a).filter((key) => a[key] !== undefined)
  return keys.length === Object.keys(b).filter((key) => b[key] !== undefined).length && keys.every((key) => key in b && same(a[key], b[key]))
}

/** A copy without one field. */
export function without(object: JsonObject, ...fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)))
}
