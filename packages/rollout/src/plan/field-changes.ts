import { at, type KubeObject, mapAt } from '@fermata/ports'
import { same } from './canonical.ts'

/** One field that would have another value. `undefined` is absent. */
export interface FieldChange {
  /** `spec.template.spec.containers[server].image` */
  readonly path: string
  readonly from: unknown
  readonly to: unknown
}

/** Written by the server or by us on each write; what differs only here does not differ. */
const bookkeeping: readonly string[] = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink']
export const ownAnnotations = 'fermata.dev/'

/** What differs between an object as it is and as it would be, without status and bookkeeping. Values of a Secret are hidden. */
export function fieldChanges(live: KubeObject, after: KubeObject): readonly FieldChange[] {
  const changes = compare('', essential(live), essential(after))
  return live.kind === 'Secret' ? changes.map((change) => ({ ...change, from: hidden(change.path, change.from), to: hidden(change.path, change.to) })) : changes
}

/** An object without what is not meant by it: status, bookkeeping, our own annotations. */
export function essential(object: KubeObject): Readonly<Record<string, unknown>> {
  const { status: _, metadata, ...rest } = object
  const kept = Object.entries(metadata).filter(([key]) => !bookkeeping.includes(key) && key !== 'annotations')
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !key.startsWith(ownAnnotations))
  return { ...rest, metadata: { ...Object.fromEntries(kept), ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }) } }
}

/** What the manifests say, with the values of a Secret taken out. */
export function withoutSecrets(object: KubeObject): unknown {
  if (object.kind !== 'Secret') return object
  const names = (field: string): readonly string[] => Object.keys(mapAt(object, field)).toSorted()
  return { ...object, data: names('data'), stringData: names('stringData') }
}

function hidden(path: string, value: unknown): unknown {
  return value === undefined || !/^(?:data|stringData)\b/.test(path) ? value : '(hidden)'
}

function compare(path: string, from: unknown, to: unknown): readonly FieldChange[] {
  if (same(from ?? null, to ?? null) && (from === undefined) === (to === undefined)) return []
  if (isMap(from) && isMap(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].toSorted()
    return keys.flatMap((key) => compare(inside(path, key), from[key], to[key]))
  }
  if (Array.isArray(from) && Array.isArray(to)) return compareLists(path, from, to)
  return [{ path, from, to }]
}

function compareLists(path: string, from: readonly unknown[], to: readonly unknown[]): readonly FieldChange[] {
  const names = (list: readonly unknown[]): readonly string[] => list.map((item) => at(item, 'name')).filter((name) => typeof name === 'string')
  const named = names(from).length === from.length && names(to).length === to.length && new Set(names(from)).size === from.length && new Set(names(to)).size === to.length
  if (!named) return from.length === to.length && from.every(isMap) && to.every(isMap) ? from.flatMap((item, index) => compare(`${path}[${index}]`, item, to[index])) : [{ path, from, to }]
  const find = (list: readonly unknown[], name: string): unknown => list.find((item) => at(item, 'name') === name)
  const changes = [...new Set([...names(from), ...names(to)])].flatMap((name) => compare(`${path}[${name}]`, find(from, name), find(to, name)))
  return changes.length > 0 ? changes : [{ path, from: names(from), to: names(to) }]
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A key with a dot or slash is put into brackets, so that a path has one reading. */
function inside(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}
