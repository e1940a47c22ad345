import { createHash } from 'node:crypto'
import type { KubeObject, ObjectKind, ObjectRef } from '@fermata/ports'
import { RFC1123 } from './read.ts'

/** On everything that Fermata created, and on nothing else. */
export const managedBy = { 'app.kubernetes.io/managed-by': 'fermata' } as const
export const managedSelector = 'app.kubernetes.io/managed-by=fermata'

/** Who we are to the API server. */
export const fieldManager = 'fermata'

/** The annotations that Fermata writes; there are no others. */
export const releaseAnnotation = 'fermata.dev/release'
export const serviceAnnotation = 'fermata.dev/service'
export const fenceAnnotation = 'fermata.dev/fence'
export const sourceAnnotation = 'fermata.dev/source'

export const leaseKind: ObjectKind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }
export const fuseKind: ObjectKind = { apiVersion: 'batch/v1', kind: 'Job' }
export const journalKind: ObjectKind = { apiVersion: 'v1', kind: 'ConfigMap' }
/** Holds what a journal must not show. It has the name of its journal. */
export const hiddenKind: ObjectKind = { apiVersion: 'v1', kind: 'Secret' }

export const leasePrefix = 'fermata-'
export const fusePrefix = 'fermata-fuse-'
export const journalPrefix = 'fermata-journal-'

/** @param service an id of the catalog, or any other name of what only one may write to */
export function leaseRef(namespace: string, service: string): ObjectRef {
  return { ...leaseKind, namespace, name: nameFor(leasePrefix, service, 253) }
}

/** @param release an id of a release or of an experiment. The name of a Job becomes a label of its pods, so it has at most 63 characters. */
export function fuseRef(namespace: string, release: string): ObjectRef {
  return { ...fuseKind, namespace, name: nameFor(fusePrefix, release, 63) }
}

export function journalRef(namespace: string, id: string): ObjectRef {
  return { ...journalKind, namespace, name: nameFor(journalPrefix, id, 253) }
}

export function hiddenRef(namespace: string, id: string): ObjectRef {
  return { ...hiddenKind, namespace, name: nameFor(journalPrefix, id, 253) }
}

/**
 * A name that Kubernetes takes (RFC 1123 subdomain). Most ids are one already. Of another, what is not allowed becomes `-`,
 * and a part of its SHA-256 keeps two such ids apart.
 */
export function nameFor(prefix: string, id: string, limit: number): string {
  const plain = `${prefix}${id}`
  if (plain.length <= limit && RFC1123.test(plain)) return plain
  const mark = createHash('sha256').update(id).digest('hex').slice(0, 8)
  const cleaned = id.toLowerCase().replace(/[^a-z0-9.-]/g, '-').replace(/\.+/g, '.').replace(/[.-]+(?=\.)|(?<=\.)[.-]+/g, '')
  return `${prefix}${cleaned.slice(0, limit - prefix.length - mark.length - 1).replace(/[.-]+$/, '')}-${mark}`
}

export function refOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
}

/** `ConfigMap shop/fermata-journal-r1`, for sentences. */
export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
}
