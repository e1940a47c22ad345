import type { KubeObject } from '@fermata/ports'
import { isArray, isObject, same } from '../schema/lookup.ts'
import type { JsonObject, TypeTable } from '../schema/lookup.ts'
import type { TypeNode } from '../schema/types.ts'
import { cut, difference, emptySet, fromFieldsV1, intersection, isEmpty, members, pathSet, toFieldsV1, union, unionOf } from './field-set.ts'
import type { FieldSet, FieldsV1 } from './field-set.ts'
import { checkTyped } from './typed-check.ts'
import { compare, fieldSetOf, merge, remove, withNamedFields } from './typed-walks.ts'

/** One entry of `metadata.managedFields`. */
export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly time: string | undefined
  readonly set: FieldSet
}

export interface Ownership {
  readonly types: TypeTable
  readonly type: TypeNode
  /** What writers of this endpoint cannot own, because the endpoint ignores it: `status` of the object itself, `spec` of its status. */
  readonly ignored: FieldSet
}

export interface Writer { readonly name: string; readonly apiVersion: string; readonly subresource: string; readonly time: string | undefined }

export interface FieldConflict { readonly manager: Manager; readonly path: readonly string[] }

export type Applied =
  | { readonly kind: 'conflicts'; readonly conflicts: readonly FieldConflict[] }
  | { readonly kind: 'merged'; readonly object: JsonObject; readonly managers: readonly Manager[] }

/** Fields that nobody owns: the server sets them, or they name the object. */
const unowned = unionOf([
  pathSet('f:apiVersion'), pathSet('f:kind'), pathSet('f:metadata'),
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((field) => pathSet('f:metadata', `f:${field}`)),
])

/** Entries of an object. Null when there are none, or when one of them does not read: then the object counts as unmanaged, as with the real server. */
export function readManagers(object: KubeObject | JsonObject): readonly Manager[] {
  const metadata = object['metadata']
  const entries = isObject(metadata) && isArray(metadata['managedFields']) ? metadata['managedFields'] : []
  return entries.filter(isObject).map((entry) => ({
    name: String(entry['manager'] ?? ''), operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update', apiVersion: String(entry['apiVersion'] ?? ''),
    subresource: String(entry['subresource'] ?? ''), time: typeof entry['time'] === 'string' ? entry['time'] : undefined, set: fromFieldsV1((entry['fieldsV1'] ?? {}) as FieldsV1),
  }))
}

/** In the order of the real server: appliers first, then by time, name, version and subresource. */
export function writeManagers(managers: readonly Manager[]): readonly JsonObject[] {
  const text = (manager: Manager): string => [manager.operation, manager.time ?? '', manager.name, manager.apiVersion, manager.subresource].join('\0')
  return [...managers].sort((a, b) => (text(a) < text(b) ? -1 : 1)).map((manager) => ({
    manager: manager.name, operation: manager.operation, apiVersion: manager.apiVersion, ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: 'FieldsV1', fieldsV1: toFieldsV1(manager.set), ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
  }))
}

const isSame = (manager: Manager, writer: Writer, operation: Manager['operation']): boolean =>
  manager.name === writer.name && manager.operation === operation && manager.subresource === writer.subresource && (operation === 'Apply' || manager.apiVersion === writer.apiVersion)

/** Managers after a create, update or patch: the writer owns what it changed, the others lose that. */
export function updateManagers(ownership: Ownership, managers: readonly Manager[], before: unknown, after: unknown, writer: Writer): readonly Manager[] {
  const { added, modified, removed } = compare(ownership.types, ownership.type, before, after)
  const changed = cut(union(added, modified), ownership.ignored)
  const gone = cut(removed, ownership.ignored)
  const others = managers.map((manager) => ({ ...manager, set: difference(difference(manager.set, changed), gone) }))
  const own = difference(changed, unowned)
  const kept = others.filter((manager) => !isEmpty(manager.set))
  if (isEmpty(own)) return kept
  const previous = kept.find((manager) => isSame(manager, writer, 'Update'))
  return capUpdaters([
    ...kept.filter((manager) => manager !== previous),
    { name: writer.name, operation: 'Update', apiVersion: writer.apiVersion, subresource: writer.subresource, time: writer.time, set: union(own, previous?.set ?? emptySet) },
  ])
}

const mostUpdaters = 10

/** Beyond ten updaters, the oldest are merged into one entry `ancient-changes`. */
function capUpdaters(managers: readonly Manager[]): readonly Manager[] {
  const updaters = managers.filter((manager) => manager.operation === 'Update').sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1))
  const surplus = updaters.length - mostUpdaters
  if (surplus <= 0) return managers
  const merged = updaters.slice(0, surplus + 1)
  const last = merged.at(-1) as Manager
  return [...managers.filter((manager) => !merged.includes(manager)), { ...last, name: 'ancient-changes', subresource: '', set: unionOf(merged.map((manager) => manager.set)) }]
}

/**
 * Server-side apply: `config` laid over `live`, minus what this manager applied before, applies no longer and nobody else owns.
 * Other managers' fields with other values are conflicts, unless forced: then they change hands.
 */
export function applyManagers(ownership: Ownership, live: JsonObject, config: JsonObject, writer: Writer, force: boolean): Applied {
  const { types, type, ignored } = ownership
  const known = readManagers(live)
  const bare = withoutManagedFields(live)
  const managers = known.length > 0 || Object.keys(live).length === 0 ? known : beforeFirstApply(ownership, bare, writer)
  checkTyped(types, type, config)
  const previous = managers.find((manager) => isSame(manager, writer, 'Apply'))
  const own: Manager = { name: writer.name, operation: 'Apply', apiVersion: writer.apiVersion, subresource: writer.subresource, time: previous?.time, set: cut(fieldSetOf(types, type, config), ignored) }
  const others = managers.filter((manager) => manager !== previous)
  const merged = merge(types, type, bare, config)
  const object = previous === undefined ? merged : prune(ownership, merged, previous.set, unionOf([own, ...others].map((manager) => manager.set)))
  const { added, modified, removed } = compare(types, type, bare, object)
  const changed = cut(union(added, modified), ignored)
  const gone = cut(removed, ignored)
  const conflicts = others.flatMap((manager) => members(intersection(manager.set, changed)).map((path) => ({ manager, path })))
  if (conflicts.length > 0 && !force) return { kind: 'conflicts', conflicts }
  const unchanged = same(bare, object)
  const after = [
    ...others.map((manager) => ({ ...manager, set: difference(difference(manager.set, changed), gone) })),
    { ...own, set: difference(own.set, unowned), time: unchanged ? own.time : writer.time },
  ]
  return { kind: 'merged', object: object as JsonObject, managers: after.filter((manager) => !isEmpty(manager.set)) }
}

/** The merged object without what only the last applied set held. */
function prune(ownership: Ownership, merged: unknown, last: FieldSet, managed: FieldSet): unknown {
  const { types, type } = ownership
  const named = (set: FieldSet): FieldSet => withNamedFields(types, type, set, merged)
  const setOf = (value: unknown): FieldSet => named(fieldSetOf(types, type, value ?? {}))
  const all = setOf(merged)
  const pruned = remove(types, type, merged, named(last))
  const owned = remove(types, type, merged, difference(all, union(setOf(pruned), named(managed))))
  return remove(types, type, merged, intersection(difference(all, setOf(owned)), named(last)))
}

/** Fields of an object that nobody managed so far belong to `before-first-apply`. */
function beforeFirstApply(ownership: Ownership, live: JsonObject, writer: Writer): readonly Manager[] {
  return updateManagers({ ...ownership }, [], {}, live, { ...writer, name: 'before-first-apply' })
}

export function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata = object['metadata']
  if (!isObject(metadata) || !('managedFields' in metadata)) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest }
}
