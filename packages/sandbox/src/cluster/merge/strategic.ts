/**
 * Strategic merge patch: a merge patch that knows which lists are merged by a key.
 * Directives: `$patch: replace|delete|merge`, `$retainKeys`, `$setElementOrder/<list>`, `$deleteFromPrimitiveList/<list>`.
 */
import { isArray, isList, isMap, isObject, isRef, same, structNamed } from '../schema/lookup.ts'
import type { JsonObject, TypeTable } from '../schema/lookup.ts'
import type { FieldType, ListType, TypeNode } from '../schema/types.ts'
import { PatchError } from './json-patch.ts'
import { mergePatch } from './merge-patch.ts'

export function strategicPatch(types: TypeTable, type: string, target: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw new PatchError('malformed', 'a strategic merge patch is an object')
  return patchStruct(types, { ref: type }, target, patch) ?? {}
}

const orderPrefix = '$setElementOrder/'
const deletePrefix = '$deleteFromPrimitiveList/'

function fieldIn(types: TypeTable, type: TypeNode, field: string): FieldType | undefined {
  if (isRef(type)) {
    const struct = structNamed(types, type.ref)
    return struct.fields[field] ?? (struct.open === true ? { type: 'any' } : undefined)
  }
  return { type: isMap(type) ? type.map : 'any' }
}

/** Undefined when the patch deletes the whole. */
function patchStruct(types: TypeTable, type: TypeNode, target: JsonObject, patch: JsonObject): JsonObject | undefined {
  const { $patch: directive, $retainKeys: retained, ...rest } = patch
  if (directive === 'delete') return undefined
  if (directive !== undefined && directive !== 'replace' && directive !== 'merge') throw new PatchError('invalid', `Unknown patch type "${String(directive)}" in map`)
  const out: Record<string, unknown> = directive === 'replace' ? {} : { ...target }
  if (isArray(retained)) for (const field of Object.keys(out)) if (!retained.includes(field)) delete out[field]
  const orders = new Map<string, readonly unknown[]>()
  for (const [field, value] of Object.entries(rest)) {
    if (field.startsWith(orderPrefix)) { orders.set(field.slice(orderPrefix.length), isArray(value) ? value : []); continue }
    if (field.startsWith(deletePrefix)) { out[field.slice(deletePrefix.length)] = withoutItems(out[field.slice(deletePrefix.length)], value); continue }
    if (field.startsWith('$')) throw new PatchError('unsupported', `strategic merge directive ${field}`)
    if (value === null) { delete out[field]; continue }
    const known = fieldIn(types, type, field)
    const merged = patchValue(types, known?.type ?? 'any', out[field], value)
    if (merged === undefined) delete out[field]
    else out[field] = merged
  }
  for (const [field, order] of orders) out[field] = inOrder(fieldIn(types, type, field)?.type, out[field], order, target[field])
  return out
}

function patchValue(types: TypeTable, type: TypeNode, target: unknown, patch: unknown): unknown {
  if (isRef(type) || isMap(type)) return isObject(patch) ? patchStruct(types, type, isObject(target) ? target : {}, patch) : patch
  if (isList(type) && isArray(patch)) return patchList(types, type, isArray(target) ? target : [], patch)
  return type === 'any' ? mergePatch(target, patch) : patch
}

const directiveOf = (item: unknown): unknown => (isObject(item) ? item['$patch'] : undefined)

function patchList(types: TypeTable, type: ListType, target: readonly unknown[], patch: readonly unknown[]): unknown {
  if (type.merge === undefined) return patch.filter((item) => directiveOf(item) === undefined)
  const plain = patch.filter((item) => directiveOf(item) === undefined)
  if (type.merge === '') return inOrder(type, [...target, ...patch.filter((item) => !target.some((known) => same(known, item)))], plain, target)
  const key = type.merge
  if (patch.some((item) => directiveOf(item) === 'replace')) return plain
  let out = [...target]
  for (const item of patch) {
    if (!isObject(item) || item[key] === undefined) throw new PatchError('keyless', `map: ${goMap(item)} does not contain declared merge key: ${key}`)
    const index = out.findIndex((known) => isObject(known) && known[key] === item[key])
    if (item['$patch'] === 'delete') { out = out.filter((known) => !isObject(known) || known[key] !== item[key]); continue }
    const merged = patchStruct(types, type.list, isObject(out[index]) ? out[index] : {}, item)
    if (merged === undefined) continue
    out = index === -1 ? [...out, merged] : out.with(index, merged)
  }
  return inOrder(type, out, plain, target)
}

/** How Go prints a map. */
const goMap = (item: unknown): string => (isObject(item) ? `map[${Object.keys(item).sort().map((key) => `${key}:${isObject(item[key]) ? goMap(item[key]) : String(item[key])}`).join(' ')}]` : String(item))

function withoutItems(target: unknown, items: unknown): unknown {
  return isArray(target) && isArray(items) ? target.filter((known) => !items.some((item) => same(item, known))) : target
}

/** Items that `order` names come as it says, the others as they stood; where nothing tells, the named ones come first. */
function inOrder(type: TypeNode | undefined, value: unknown, order: readonly unknown[], before: unknown): unknown {
  if (!isArray(value) || type === undefined || !isList(type)) return value
  const key = type.merge ?? ''
  const name = (item: unknown): unknown => (key !== '' && isObject(item) ? item[key] : item)
  const position = (list: readonly unknown[], item: unknown): number => list.findIndex((other) => same(name(other), name(item)))
  const old = isArray(before) ? before : []
  const by = (list: readonly unknown[]) => (a: unknown, b: unknown): number => position(list, a) - position(list, b)
  const named = value.filter((item) => position(order, item) >= 0).sort(by(order))
  const others = value.filter((item) => position(order, item) < 0).sort(by(old))
  const out: unknown[] = []
  while (named.length > 0 || others.length > 0) {
    const left = others.length === 0 ? -1 : position(old, others[0])
    const right = named.length === 0 ? -1 : position(old, named[0])
    const othersFirst = named.length === 0 || (others.length > 0 && left >= 0 && right >= 0 && left < right)
    out.push(othersFirst ? others.shift() : named.shift())
  }
  return out
}
