/**
 * Sets of field paths, as `metadata.managedFields[].fieldsV1` holds them: a tree whose edges are path elements.
 * An element is written `f:name` (a field), `k:{"name":"app"}` (an item of a list by its keys) or `v:"x"` (an item of a set).
 */
export interface FieldSet {
  /** The path that leads here is a member itself. */
  readonly member: boolean
  readonly children: ReadonlyMap<string, FieldSet>
}

export const emptySet: FieldSet = { member: false, children: new Map() }
export const memberOnly: FieldSet = { member: true, children: new Map() }

export const isEmpty = (set: FieldSet): boolean => !set.member && set.children.size === 0
export const childOf = (set: FieldSet | undefined, element: string): FieldSet | undefined => set?.children.get(element)

function node(member: boolean, children: Map<string, FieldSet>): FieldSet {
  for (const [element, child] of children) if (isEmpty(child)) children.delete(element)
  return { member, children }
}

function zip(a: FieldSet, b: FieldSet, member: boolean, combine: (a: FieldSet, b: FieldSet) => FieldSet): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [element, child] of a.children) children.set(element, combine(child, b.children.get(element) ?? emptySet))
  for (const [element, child] of b.children) if (!a.children.has(element)) children.set(element, combine(emptySet, child))
  return node(member, children)
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a
  return isEmpty(a) ? b : zip(a, b, a.member || b.member, union)
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return isEmpty(a) || isEmpty(b) ? emptySet : zip(a, b, a.member && b.member, intersection)
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return isEmpty(a) || isEmpty(b) ? a : zip(a, b, a.member && !b.member, difference)
}

/** Without the members of `b` and everything below them. */
export function cut(a: FieldSet, b: FieldSet): FieldSet {
  if (b.member) return emptySet
  return isEmpty(a) || isEmpty(b) ? a : zip(a, b, a.member, cut)
}

/** The set of one path. */
export function pathSet(...elements: readonly string[]): FieldSet {
  const [first, ...rest] = elements
  return first === undefined ? memberOnly : { member: false, children: new Map([[first, pathSet(...rest)]]) }
}

export const unionOf = (sets: readonly FieldSet[]): FieldSet => sets.reduce(union, emptySet)

/** All members, each as the list of its elements, in the order of fieldsV1. */
export function members(set: FieldSet, prefix: readonly string[] = []): readonly (readonly string[])[] {
  const own = set.member ? [prefix] : []
  return [...own, ...ordered(set).flatMap(([element, child]) => members(child, [...prefix, element]))]
}

const ordered = (set: FieldSet): readonly (readonly [string, FieldSet])[] => [...set.children].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

export type FieldsV1 = { readonly [element: string]: FieldsV1 }

export function toFieldsV1(set: FieldSet, top = true): FieldsV1 {
  const out: Record<string, FieldsV1> = {}
  if (set.member && set.children.size > 0 && !top) out['.'] = {}
  for (const [element, child] of ordered(set)) out[element] = toFieldsV1(child, false)
  return out
}

export function fromFieldsV1(fields: FieldsV1, top = true): FieldSet {
  const elements = Object.entries(fields)
  const children = new Map(elements.filter(([element]) => element !== '.').map(([element, child]) => [element, fromFieldsV1(child, false)]))
  return { member: !top && ('.' in fields || elements.length === 0), children }
}

/** `.spec.template.spec.containers[name="app"].image` */
export function pathText(elements: readonly string[]): string {
  return elements.map((element) => {
    const body = element.slice(2)
    switch (element[0]) {
      case 'f': return `.${body}`
      case 'v': return `[=${body}]`
      case 'k': return `[${Object.entries(JSON.parse(body) as Record<string, unknown>).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
      default: return `[${body}]`
    }
  }).join('')
}
