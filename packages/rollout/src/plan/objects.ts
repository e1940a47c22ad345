import type { KubeObject, ObjectKind, ObjectRef } from '@fermata/ports'
import { inCluster, type Location } from '@fermata/verdict'

/** Reads a field of a Kubernetes object of which nothing is known but its name; undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined
    here = (here as Readonly<Record<string, unknown>>)[key]
  }
  return here
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

export function mapAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const found = at(value, ...path)
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Readonly<Record<string, unknown>>) : {}
}

/** `apps/v1 Deployment shop/cart`: the name of an object for maps and texts. */
export function keyOf(ref: ObjectRef): string {
  return `${kindKey(ref)} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`
}

export function kindKey({ apiVersion, kind }: ObjectKind): string {
  return `${apiVersion} ${kind}`
}

export function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace !== undefined && { namespace }) }
}

/** `Deployment cart`, for sentences. */
export function nameOf(ref: ObjectRef): string {
  return `${ref.kind} ${ref.name}`
}

export function placeOf(ref: ObjectRef, container?: string): Location {
  return inCluster(ref.kind, ref.namespace, ref.name, container)
}
