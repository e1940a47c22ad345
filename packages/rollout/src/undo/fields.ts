import { at, type KubeObject, listAt, textAt } from '@fermata/ports'
import { same } from '../plan/canonical.ts'

/**
 * A set of fields, as the API server writes it in `metadata.managedFields[].fieldsV1`: `f:` a field, `k:` the list item with these keys,
 * `v:` the list item with this value, `i:` an index, `.` the thing itself. A member without children owns all that is in it.
 * Format: sigs.k8s.io/structured-merge-diff, fieldpath/serialize.go.
 */
export interface FieldSet {
  readonly [member: string]: FieldSet
}

/** What one field manager owns by server-side apply; empty where it has applied nothing. */
export function appliedBy(object: KubeObject | undefined, manager: string): FieldSet {
  for (const entry of listAt(object, 'metadata', 'managedFields')) {
    if (textAt(entry, 'manager') === manager && textAt(entry, 'operation') === 'Apply' && at(entry, 'subresource') === undefined) return at(entry, 'fieldsV1') as FieldSet
  }
  return {}
}

/** What all other managers own together. */
export function ownedByOthers(object: KubeObject | undefined, manager: string): FieldSet {
  return listAt(object, 'metadata', 'managedFields')
    .filter((entry) => !(textAt(entry, 'manager') === manager && textAt(entry, 'operation') === 'Apply'))
    .map((entry) => (at(entry, 'fieldsV1') ?? {}) as FieldSet)
    .reduce(union, {})
}

export function isEmpty(set: FieldSet): boolean {
  return Object.keys(set).length === 0
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const merged: Record<string, FieldSet> = { ...a }
  for (const [member, children] of Object.entries(b)) {
    const known = merged[member]
    merged[member] = known === undefined ? children : withSelf(known, children)
  }
  return merged
}

/** A leaf and an inner member of the same name: the leaf is the member itself. */
function withSelf(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) && isEmpty(b)) return a
  return union(isEmpty(a) ? { '.': {} } : a, isEmpty(b) ? { '.': {} } : b)
}

/** One step of a path into an object. */
export type Step = string

/** Every member of a set that has no members but itself, as a path of steps. */
export function leaves(set: FieldSet, before: readonly Step[] = []): readonly (readonly Step[])[] {
  return Object.entries(set).flatMap(([member, children]) => (member === '.' ? [before] : isEmpty(children) ? [[...before, member]] : leaves(children, [...before, member])))
}

export type Found = { readonly is: 'there'; readonly value: unknown } | { readonly is: 'absent' }
const absent: Found = { is: 'absent' }

/** What stands at a path of an object. */
export function find(value: unknown, path: readonly Step[]): Found {
  let here: unknown = value
  for (const step of path) {
    const next = into(here, step)
    if (next.is === 'absent') return absent
    here = next.value
  }
  return { is: 'there', value: here }
}

function into(value: unknown, step: Step): Found {
  const rest = step.slice(2)
  switch (step.slice(0, 2)) {
    case 'f:':
      return typeof value === 'object' && value !== null && Object.hasOwn(value, rest) ? { is: 'there', value: (value as Readonly<Record<string, unknown>>)[rest] } : absent
    case 'k:': {
      const index = itemIndex(value, JSON.parse(rest) as Readonly<Record<string, unknown>>)
      return index === -1 ? absent : { is: 'there', value: (value as readonly unknown[])[index] }
    }
    case 'v:':
      return Array.isArray(value) && value.some((item) => same(item, JSON.parse(rest))) ? { is: 'there', value: JSON.parse(rest) as unknown } : absent
    case 'i:':
      return Array.isArray(value) && Number(rest) < value.length ? { is: 'there', value: value[Number(rest)] } : absent
    default:
      throw new RangeError(`A field set has the member ${JSON.stringify(step)}, whose form is not known.`)
  }
}

function itemIndex(list: unknown, keys: Readonly<Record<string, unknown>>): number {
  return Array.isArray(list) ? list.findIndex((item) => Object.entries(keys).every(([key, value]) => same(at(item, key), value))) : -1
}

/**
 * The part of an object that a set of fields names: what a manager would have to apply to own exactly these.
 * A member that the object does not have is left out. List items come in the object's order. Of an empty set it is nothing.
 */
export function extract(object: unknown, set: FieldSet): unknown {
  return isEmpty(set) ? {} : part(object, set)
}

/** Below the root a set without members owns all that is there. */
function part(value: unknown, set: FieldSet): unknown {
  const members = Object.keys(set).filter((member) => member !== '.')
  if (members.length === 0) return isEmpty(set) ? value : Array.isArray(value) ? [] : typeof value === 'object' && value !== null ? {} : value
  if (Array.isArray(value)) return extractItems(value, set, members)
  const result: Record<string, unknown> = {}
  for (const member of members) {
    const found = into(value, member)
    if (found.is === 'there') result[member.slice(2)] = part(found.value, set[member] as FieldSet)
  }
  return result
}

function extractItems(list: readonly unknown[], set: FieldSet, members: readonly string[]): unknown {
  const wanted = new Map<number, unknown>()
  for (const member of members) {
    const found = into(list, member)
    if (found.is === 'absent') continue
    if (member.startsWith('k:')) {
      const keys = JSON.parse(member.slice(2)) as Readonly<Record<string, unknown>>
      const item = part(found.value, set[member] as FieldSet)
      wanted.set(itemIndex(list, keys), typeof item === 'object' && item !== null ? { ...keys, ...item } : item)
    } else wanted.set(member.startsWith('i:') ? Number(member.slice(2)) : list.findIndex((item) => same(item, found.value)), found.value)
  }
  return [...wanted].toSorted(([a], [b]) => a - b).map(([, item]) => item)
}
