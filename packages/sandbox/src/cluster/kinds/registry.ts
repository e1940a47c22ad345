import { builtInTypes } from '../schema/lookup.ts'
import type { JsonObject, TypeTable } from '../schema/lookup.ts'
import type { StructType } from '../schema/types.ts'
import { builtInKinds } from './built-in.ts'
import { routingKinds } from './custom.ts'
import type { CustomKind } from './custom.ts'
import { apiVersionOf } from './kind.ts'
import type { ResourceKind } from './kind.ts'

/** All kinds that are served now. Definitions of custom resources add to it and take away. */
export interface Kinds {
  readonly types: TypeTable
  all(): readonly ResourceKind[]
  at(group: string, version: string, resource: string): ResourceKind | undefined
  named(apiVersion: string, kind: string): ResourceKind | undefined
  /** For kinds that the sandbox itself relies on. Throws when there is none. */
  require(apiVersion: string, kind: string): ResourceKind
  /** The structural schema of a custom kind that has one. */
  schemaOf(kind: ResourceKind): JsonObject | undefined
  add(custom: CustomKind): void
  remove(apiVersion: string, kind: string): void
}

export function createKinds(): Kinds {
  const types: Record<string, StructType> = { ...builtInTypes }
  const schemas = new Map<string, JsonObject>()
  let kinds: readonly ResourceKind[] = builtInKinds
  const registry: Kinds = {
    types,
    all: () => kinds,
    at: (group, version, resource) => kinds.find((kind) => kind.group === group && kind.version === version && kind.resource === resource),
    named: (apiVersion, name) => kinds.find((kind) => kind.kind === name && apiVersionOf(kind) === apiVersion),
    require(apiVersion, name) {
      const kind = registry.named(apiVersion, name)
      if (kind === undefined) throw new Error(`the sandbox serves no ${apiVersion} ${name}`)
      return kind
    },
    schemaOf: (kind) => schemas.get(kind.type),
    add({ kind, structs, schema }) {
      Object.assign(types, structs)
      if (schema !== undefined) schemas.set(kind.type, schema)
      kinds = [...kinds.filter((known) => known.type !== kind.type), kind]
    },
    remove(apiVersion, name) { kinds = kinds.filter((kind) => kind.origin !== 'custom' || kind.kind !== name || apiVersionOf(kind) !== apiVersion) },
  }
  for (const kind of routingKinds) registry.add(kind)
  return registry
}
