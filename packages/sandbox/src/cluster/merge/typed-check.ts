import { isArray, isList, isMap, isObject, isRef } from '../schema/lookup.ts'
import type { TypeTable } from '../schema/lookup.ts'
import type { TypeNode } from '../schema/types.ts'
import { pathText } from './field-set.ts'
import { TypedError, fieldElement, fieldsOf, itemsOf, shapeOf } from './typed.ts'

/** Refuses a configuration that its type does not allow, in the words of structured-merge-diff: an undeclared field, a value of another type, two items with one key. */
export function checkTyped(types: TypeTable, type: TypeNode, value: unknown, path: readonly string[] = []): void {
  checkValue(type, value, path)
  const shape = shapeOf(types, type, value)
  if (shape.form === 'fields') {
    for (const [field, item] of Object.entries(fieldsOf(value))) {
      const inner = shape.typeOf(field)
      if (inner === undefined) throw new TypedError([...path, fieldElement(field)], 'field not declared in schema')
      checkTyped(types, inner, item, [...path, fieldElement(field)])
    }
  }
  if (shape.form === 'items') {
    const seen = new Set<string>()
    for (const item of itemsOf(value)) {
      const element = located(path, () => shape.element(item))
      if (seen.has(element)) throw new TypedError(path, `duplicate entries for key ${pathText([element])}`)
      seen.add(element)
      checkTyped(types, shape.item, item, [...path, element])
    }
  }
}

function located(path: readonly string[], read: () => string): string {
  try { return read() } catch (error) {
    if (error instanceof TypedError) throw new TypedError(path, error.message)
    throw error
  }
}

/** A value that its type cannot hold, in the words of structured-merge-diff. */
function checkValue(type: TypeNode, value: unknown, path: readonly string[]): void {
  if (value === null || value === undefined || type === 'any') return
  const shown = typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? (isArray(value) ? '[]interface {}' : 'map[string]interface {}') : String(value)
  const refuse = (wanted: string): TypedError => new TypedError(path, `expected ${wanted}, got ${wanted === 'string' ? `&value.valueUnstructured{Value:${shown}}` : shown}`)
  if ((isRef(type) || isMap(type)) && !isObject(value)) throw refuse('map')
  if (isList(type) && !isArray(value)) throw refuse('list')
  switch (type) {
    case 'string': case 'bytes': case 'time': case 'micro-time': if (typeof value !== 'string') throw refuse('string'); return
    case 'boolean': if (typeof value !== 'boolean') throw refuse('boolean'); return
    case 'int32': case 'int64': case 'number': if (typeof value !== 'number') throw refuse('numeric (int or float)'); return
    default:
  }
}

