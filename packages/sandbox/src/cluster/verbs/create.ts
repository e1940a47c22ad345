import type { KubeObject } from '@fermata/ports'
import { alreadyExists, badRequest, forbidden, internal, invalid, notFound } from '../api/status.ts'
import { randomSuffix, randomUid, timestamp } from '../core.ts'
import type { Core } from '../core.ts'
import { apiVersionOf, collectionOf } from '../kinds/kind.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { updateManagers, withoutManagedFields, writeManagers } from '../merge/managers.ts'
import { takenAddress, validate } from '../objects/validation.ts'
import { admitCreate } from '../objects/admission.ts'
import { countsGenerations, ignoredFields, prepareCreate } from '../objects/strategy.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { keyFor } from '../store/store.ts'
import { decodeBody, defaulted, normal } from './decode-body.ts'
import type { Writer } from './writer.ts'

export function createObject(core: Core, kind: ResourceKind, namespace: string | undefined, raw: unknown, writer: Writer): KubeObject {
  return createDecoded(core, kind, namespace, decodeBody(core, kind, raw, writer), writer)
}

/** Creates an object that is already decoded and defaulted. `managed`, when given, replaces the ownership that a plain create would record. */
export function createDecoded(core: Core, kind: ResourceKind, namespace: string | undefined, object: KubeObject, writer: Writer, managed?: readonly JsonObject[]): KubeObject {
  const named = withIdentity(core, kind, namespace, object)
  const { name } = named.metadata
  const existing = core.store.get(collectionOf(kind), keyFor(namespace, name))
  checkNamespace(core, kind, namespace, name)
  const made = prepareCreate(core, kind, named)
  const fresh = kind.origin === 'custom' ? defaulted(core, kind, made) : made // a schema may default the status, which a create may not set
  const prepared = normal(core, kind, admitCreate(core, kind, fresh))
  const causes = [...validate(core, kind, prepared), ...takenAddress(core, kind, prepared)]
  if (causes.length > 0) throw invalid(kind, name, causes)
  if (existing !== undefined) throw alreadyExists(kind, name, existing.metadata.deletionTimestamp !== undefined)
  const entries = managed ?? createdBy(core, kind, object, writer)
  const stored = { ...prepared, metadata: { ...prepared.metadata, ...(entries.length === 0 ? {} : { managedFields: entries }) } }
  return writer.dryRun ? stored : core.store.put(collectionOf(kind), keyFor(namespace, name), stored)
}

/** Ownership of a fresh object: everything that was sent, and its defaults, are the writer's. What the server chooses itself is nobody's. */
export function createdBy(core: Core, kind: ResourceKind, object: KubeObject, writer: Writer): readonly JsonObject[] {
  const ownership = { types: core.kinds.types, type: { ref: kind.type }, ignored: ignoredFields(kind, '') }
  const managers = updateManagers(ownership, [], normal(core, kind, {}), withoutManagedFields(object), { name: writer.manager, apiVersion: apiVersionOf(kind), subresource: '', time: timestamp(core.clock.now()) })
  return writeManagers(managers)
}

/** Name, uid, time: what the server gives every new object. */
function withIdentity(core: Core, kind: ResourceKind, namespace: string | undefined, object: KubeObject): KubeObject {
  const { resourceVersion, uid: _, selfLink: __, deletionTimestamp: ___, deletionGracePeriodSeconds: ____, managedFields: _____, generation: ______, ...given } = object.metadata as KubeObject['metadata'] & { readonly selfLink?: string }
  if (resourceVersion !== undefined && resourceVersion !== '') throw internal('resourceVersion should not be set on objects to be created')
  if (kind.namespaced && given.namespace !== undefined && given.namespace !== namespace) throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`)
  if (!kind.namespaced && given.namespace !== undefined && given.namespace !== '') throw badRequest('namespace should not be set on cluster-wide objects')
  const prefix = typeof given['generateName'] === 'string' ? given['generateName'] : ''
  const name = given.name !== undefined && given.name !== '' ? given.name : prefix === '' ? '' : `${prefix.slice(0, 58)}${randomSuffix(core.random)}`
  return {
    ...object,
    metadata: { ...given, name, ...(kind.namespaced ? { namespace: namespace as string } : {}), uid: randomUid(core.random), creationTimestamp: timestamp(core.clock.now()), ...(countsGenerations(kind) ? { generation: 1 } : {}) },
  }
}

/** Refuses what would make something new in a namespace that is not there or is going. */
export function checkNamespace(core: Core, kind: ResourceKind, namespace: string | undefined, name: string): void {
  if (!kind.namespaced || namespace === undefined) return
  const holder = core.store.get('namespaces', namespace)
  if (holder === undefined) throw notFound({ group: '', resource: 'namespaces' }, namespace)
  if (holder.metadata.deletionTimestamp !== undefined) {
    throw forbidden(kind, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }])
  }
}
