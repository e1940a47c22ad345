import type { Core } from '../core.ts'
import { collectionOf } from '../kinds/kind.ts'
import { keyFor } from '../store/store.ts'
import { createObject } from '../verbs/create.ts'
import { deleteCollection, deleteObject } from '../verbs/delete.ts'
import { applyObject, patchObject } from '../verbs/patch.ts'
import type { PatchForm } from '../verbs/patch.ts'
import { listObjects, matcher } from '../verbs/read.ts'
import type { Snapshots } from '../verbs/read.ts'
import { existing, updateObject } from '../verbs/update.ts'
import { createdByUpdate } from '../objects/strategy.ts'
import { openWatch } from '../verbs/watch.ts'
import type { Writer } from '../verbs/writer.ts'
import { json } from './answer.ts'
import type { Answer } from './answer.ts'
import { deleteOptions, patchDocument, wholeObject } from './body.ts'
import type { Body } from './body.ts'
import { deleteWish, listQuery, watchQuery, writerOf } from './query.ts'
import type { Route } from './route.ts'
import { ApiError, methodNotAllowed, notImplemented, pageNotFound } from './status.ts'
import type { Subresources } from './subresources.ts'
import { denied, mayDo } from './users.ts'
import type { User } from './users.ts'
import { accessReview } from './access-review.ts'

export type ResourceRoute = Extract<Route, { at: 'resource' }>

/** A request that knows who asks and what for. */
export interface Asked {
  readonly route: ResourceRoute
  readonly query: URLSearchParams
  readonly user: User
  readonly userAgent: string
  readonly contentType: string
  readonly body: Body
  readonly warn: (message: string) => void
}

export interface Server { readonly core: Core; readonly snapshots: Snapshots; readonly subresources: Subresources }

/** Carries out one request on a resource. */
export function dispatch(server: Server, asked: Asked): Answer {
  const { core } = server
  const { kind, verb, namespace, name, subresource } = asked.route
  const writer = { ...writerOf(verb, asked.query, asked.user.name, asked.userAgent, asked.warn), ...(asked.body.kind === 'json' && (verb === 'create' || verb === 'update') ? { text: asked.body.text } : {}) }
  if (kind.type === 'core.v1.Endpoints') asked.warn('v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice')
  if (kind.origin === 'virtual') return verb === 'create' ? json(accessReview(core, kind, asked.user, wholeObject(asked.body, kind.kind), writer), 201) : refuseMethod()
  if (subresource !== '' && subresource !== 'status') {
    if (name === undefined) throw pageNotFound()
    return server.subresources(asked, name, writer)
  }
  if (subresource === 'status' && (!kind.status || !['get', 'update', 'patch'].includes(verb))) throw pageNotFound()
  switch (verb) {
    case 'get': return json(existing(core, kind, namespace, required(name)))
    case 'list': return json(listObjects(core, server.snapshots, kind, listQuery(asked.query, namespace, name)))
    case 'watch': return { kind: 'watch', open: (sink) => openWatch(core, kind, watchQuery(asked.query, namespace, name), sink) }
    case 'create': return name === undefined ? json(createObject(core, kind, namespace, wholeObject(asked.body, kind.kind), writer), 201) : refuseMethod()
    case 'update': return update(server, asked, required(name), writer)
    case 'patch': return patch(server, asked, required(name), writer)
    case 'delete': return remove(server, asked, required(name), writer)
    case 'deletecollection': return json(removeAll(server, asked, writer))
  }
}

function update({ core }: Server, asked: Asked, name: string, writer: Writer): Answer {
  const { kind, namespace, subresource } = asked.route
  const existed = isThere(core, asked.route, name)
  if (!existed && createdByUpdate(kind)) mustBeAllowedToMake(core, asked, name)
  return json(updateObject(core, kind, namespace, name, wholeObject(asked.body, kind.kind), writer, subresource), existed ? 200 : 201)
}

/** Who makes an object by writing over none needs the rule of whoever makes one. */
function mustBeAllowedToMake(core: Core, { route: { kind, namespace }, user }: Asked, name: string): void {
  const make = { verb: 'create', group: kind.group, resource: kind.resource, namespace, name }
  if (!mayDo(core, user, make)) throw denied(user, make)
}

const isThere = (core: Core, { kind, namespace }: ResourceRoute, name: string): boolean => core.store.get(collectionOf(kind), keyFor(namespace, name)) !== undefined

const required = (name: string | undefined): string => name ?? refuseMethod()

function refuseMethod(): never {
  throw methodNotAllowed()
}

const forms: Readonly<Record<string, PatchForm>> = { 'application/json-patch+json': 'json', 'application/merge-patch+json': 'merge', 'application/strategic-merge-patch+json': 'strategic' }
const applyType = 'application/apply-patch+yaml'

function patch({ core }: Server, asked: Asked, name: string, writer: Writer): Answer {
  const { kind, namespace, subresource } = asked.route
  if (asked.contentType === applyType) {
    if ((asked.query.get('fieldManager') ?? '') === '') throw new ApiError(422, 'Invalid', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch', { group: 'meta.k8s.io', kind: 'PatchOptions', causes: [{ reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' }] })
    const existed = isThere(core, asked.route, name)
    if (!existed) mustBeAllowedToMake(core, asked, name)
    const applied = applyObject(core, kind, namespace, name, patchDocument(asked.body, asked.contentType), { ...writer, force: ['true', '1'].includes(asked.query.get('force') ?? '') }, subresource)
    return json(applied, existed ? 200 : 201)
  }
  const form = forms[asked.contentType]
  if (form === undefined) throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  return json(patchObject(core, kind, namespace, name, form, patchDocument(asked.body, asked.contentType), writer, subresource))
}

function remove({ core }: Server, asked: Asked, name: string, writer: Writer): Answer {
  const wish = deleteWish(asked.query, deleteOptions(asked.body))
  return json(deleteObject(core, asked.route.kind, asked.route.namespace, name, wish, { ...writer, dryRun: writer.dryRun || wish.dryRun }))
}

function removeAll({ core, snapshots }: Server, asked: Asked, writer: Writer): object {
  const { kind, namespace } = asked.route
  if (kind.resource === 'namespaces' && kind.group === '') throw notImplemented('deletecollection of namespaces')
  const query = listQuery(asked.query, namespace, undefined)
  const list = listObjects(core, snapshots, kind, query)
  const wish = deleteWish(asked.query, deleteOptions(asked.body))
  deleteCollection(core, kind, matcher(kind, query), wish, { ...writer, dryRun: writer.dryRun || wish.dryRun })
  return list
}
