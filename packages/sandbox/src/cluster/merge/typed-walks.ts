/**
 * The four walks over typed values that server-side apply consists of. The rules are those of structured-merge-diff v6:
 * structs and granular maps field by field, keyed lists and sets item by item, all else as one leaf.
 */
import { isObject, same } from '../schema/lookup.ts'
import type { TypeTable } from '../schema/lookup.ts'
import type { TypeNode } from '../schema/types.ts'
import { childOf, emptySet, isEmpty, memberOnly } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { TypedError, bothEmpty, fieldElement, fieldsOf, itemsOf, shapeOf } from './typed.ts'
import type { Shape } from './typed.ts'

type Items = Extract<Shape, { form: 'items' }>
type Fields = Extract<Shape, { form: 'fields' }>

function setOf(member: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { member, children: new Map([...children].filter(([, child]) => !isEmpty(child))) }
}

const asMember = (set: FieldSet): FieldSet => ({ ...set, member: true })

function typeIn(shape: Fields, field: string): TypeNode {
  const type = shape.typeOf(field)
  if (type === undefined) throw new TypedError([fieldElement(field)], 'field not declared in schema')
  return type
}

/** All paths that a value speaks of. Items of a list that share a key count as one leaf. */
export function fieldSetOf(types: TypeTable, type: TypeNode, value: unknown): FieldSet {
  const shape = shapeOf(types, type, value)
  if (shape.form === 'leaf') return memberOnly
  if (shape.form === 'items') {
    const groups = Map.groupBy(itemsOf(value), shape.element)
    return setOf(false, [...groups].map(([element, items]) => [element, items.length > 1 ? memberOnly : asMember(fieldSetOf(types, shape.item, items[0]))]))
  }
  return setOf(false, Object.entries(fieldsOf(value)).map(([field, item]) => {
    const inner = fieldSetOf(types, typeIn(shape, field), item)
    const emptied = item === null || (isObject(item) && Object.keys(item).length === 0)
    return [fieldElement(field), emptied || !shape.named(field) ? asMember(inner) : inner]
  }))
}

/** `right` laid over `left`: scalars and atomic values of `right` win, the rest is united. Null in `right` counts as a value. */
export function merge(types: TypeTable, type: TypeNode, left: unknown, right: unknown): unknown {
  if (right === undefined) return left
  const shape = shapeOf(types, type, right)
  if (shape.form === 'leaf' || bothEmpty(left, right)) return right
  if (shape.form === 'items') return mergeItems(types, shape, itemsOf(left), itemsOf(right))
  const out: Record<string, unknown> = { ...fieldsOf(left) }
  for (const [field, value] of Object.entries(fieldsOf(right))) out[field] = merge(types, typeIn(shape, field), out[field], value)
  return out
}

/** Items of `right` in their order; items only of `left` stay where they stood relative to the shared ones. */
function mergeItems(types: TypeTable, shape: Items, left: readonly unknown[], right: readonly unknown[]): unknown[] {
  const lefts = left.map((item) => [shape.element(item), item] as const)
  const rights = right.map((item) => [shape.element(item), item] as const)
  const inLeft = new Map(lefts)
  const inRight = new Map(rights)
  if (inRight.size !== rights.length) throw new TypedError([], 'duplicate entries for a key')
  const shared = rights.map(([element]) => element).filter((element) => inLeft.has(element))
  const merged = new Set<string>()
  const out: unknown[] = []
  for (let l = 0, r = 0; l < lefts.length || r < rights.length;) {
    const [leftElement, leftItem] = lefts[l] ?? [undefined, undefined]
    const [rightElement, rightItem] = rights[r] ?? [undefined, undefined]
    if (leftElement !== undefined && rightElement !== undefined && leftElement !== rightElement && inRight.has(leftElement) && shared[0] !== undefined && shared[0] !== leftElement) { l++; continue }
    if (leftElement !== undefined && leftElement !== rightElement) {
      if (!inRight.has(leftElement)) { out.push(leftItem); l++; continue }
      if (merged.has(leftElement)) l++
    }
    if (rightElement !== undefined) {
      out.push(merge(types, shape.item, inLeft.get(rightElement), rightItem))
      merged.add(rightElement)
      if (shared[0] === rightElement) shared.shift()
      if (leftElement === rightElement) l++
      r++
    }
  }
  return out
}

export interface Comparison { readonly added: FieldSet; readonly modified: FieldSet; readonly removed: FieldSet }

const nothing: Comparison = { added: emptySet, modified: emptySet, removed: emptySet }

/** Which paths came, changed and went between two values. */
export function compare(types: TypeTable, type: TypeNode, left: unknown, right: unknown): Comparison {
  // Most of what a controller writes is the value that it read.
  if (left === right) return nothing
  const shape = shapeOf(types, type, right ?? left)
  const member = { added: left === undefined, removed: right === undefined }
  if (shape.form === 'leaf' || bothEmpty(left, right)) {
    if (left === undefined) return { ...nothing, added: memberOnly }
    if (right === undefined) return { ...nothing, removed: memberOnly }
    return same(left, right) ? nothing : { ...nothing, modified: memberOnly }
  }
  const parts = shape.form === 'items' ? compareItems(types, shape, itemsOf(left), itemsOf(right)) : compareFields(types, shape, left, right)
  return {
    added: setOf(member.added, parts.map(([element, part]) => [element, part.added])),
    modified: setOf(false, parts.map(([element, part]) => [element, part.modified])),
    removed: setOf(member.removed, parts.map(([element, part]) => [element, part.removed])),
  }
}

type Parts = readonly (readonly [string, Comparison])[]

function compareFields(types: TypeTable, shape: Fields, left: unknown, right: unknown): Parts {
  const lefts = fieldsOf(left)
  const rights = fieldsOf(right)
  return [...new Set([...Object.keys(lefts), ...Object.keys(rights)])]
    .filter((field) => lefts[field] !== undefined || rights[field] !== undefined)
    .map((field) => [fieldElement(field), compare(types, typeIn(shape, field), lefts[field], rights[field])])
}

function compareItems(types: TypeTable, shape: Items, left: readonly unknown[], right: readonly unknown[]): Parts {
  const lefts = Map.groupBy(left, (item) => shape.element(item))
  const rights = Map.groupBy(right, (item) => shape.element(item))
  return [...new Set([...lefts.keys(), ...rights.keys()])].map((element) => {
    const before = lefts.get(element) ?? []
    const after = rights.get(element) ?? []
    if (before.length < 2 && after.length < 2) return [element, compare(types, shape.item, before[0], after[0])]
    if (before.length > 1 && after.length > 1) return [element, same(before, after) ? nothing : { ...nothing, modified: memberOnly }]
    const single = before.length > 1 ? compare(types, shape.item, undefined, after[0] ?? null) : compare(types, shape.item, before[0] ?? null, undefined)
    return [element, before.length > 1 ? { ...(after.length === 0 ? nothing : single), removed: memberOnly } : { ...(before.length === 0 ? nothing : single), added: memberOnly }]
  })
}

/** The value without the paths of a set. What becomes empty goes. */
export function remove(types: TypeTable, type: TypeNode, value: unknown, paths: FieldSet): unknown {
  const shape = shapeOf(types, type, value)
  if (shape.form === 'leaf') return typeof value === 'object' ? undefined : value
  if (shape.form === 'items') {
    const kept: unknown[] = []
    for (const item of itemsOf(value)) {
      const below = childOf(paths, shape.element(item))
      if (below?.member === true) continue
      kept.push(below === undefined ? item : remove(types, shape.item, item, below))
    }
    return kept.length === 0 ? undefined : kept
  }
  const out: Record<string, unknown> = {}
  for (const [field, item] of Object.entries(fieldsOf(value))) {
    const below = childOf(paths, fieldElement(field))
    if (below?.member === true) continue
    const rest = below === undefined ? item : remove(types, typeIn(shape, field), item, below)
    if (rest !== undefined) out[field] = rest
  }
  return Object.keys(out).length === 0 ? undefined : out
}

/** The set, with every field of a struct that leads to a member as a member too. */
export function withNamedFields(types: TypeTable, type: TypeNode, set: FieldSet, sample: unknown): FieldSet {
  const shape = shapeOf(types, type, sample ?? {})
  if (shape.form === 'leaf') return set
  const children = new Map<string, FieldSet>()
  for (const [element, child] of set.children) {
    if (shape.form === 'items') { children.set(element, withNamedFields(types, shape.item, child, undefined)); continue }
    const field = element.slice(2)
    const below = shape.typeOf(field)
    const inner = below === undefined ? child : withNamedFields(types, below, child, undefined)
    children.set(element, shape.named(field) ? asMember(inner) : inner)
  }
  return { member: set.member, children }
}
