import type { KubeObject, ObjectKind, ObjectRef } from '@fermata/ports'
import { inCluster, type Location } from '@fermata/verdict'

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
