import { type AccessQuestion, type ApplyOptions, type Cluster, ClusterError, type DeleteOptions, type KubeList, type KubeObject, type LogOptions, type ObjectKind, type ObjectRef, type PatchKind } from '@fermata/ports'
import { type Ask, type Asker, parsedJson, type RequestCount } from './ask.ts'
import { asRecord } from './config/merge.ts'
import { type Discovery, pathOf, placeOf, type Resource } from './discovery.ts'
import { evictOn } from './evict.ts'
import { followOn } from './feed/follow.ts'
import { listOn, type Where } from './list.ts'
import type { RetryPolicy } from './wire/retry.ts'

/** A Cluster that also tells what it asked, and whose connection can be ended. */
export interface KubeCluster extends Cluster {
  /** Requests on the wire so far, by verb and resource, sorted. */
  requests(): readonly RequestCount[]
  /**
   * The same connection and memory under another signal: what must still be done after the run was asked to stop needs one that is not aborted.
   * Without a signal nothing stops it.
   */
  under(signal: AbortSignal | undefined): KubeCluster
  /** Ends connections that nobody uses, so that the process can end. */
  close(): void
}

const patchTypes = { json: 'application/json-patch+json', merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json' } as const

/** The verbs of the port on one asker. */
export function clusterOn(asker: Asker, discovery: Discovery, fieldManager: string): KubeCluster {
  const { target } = asker
  const manager = `fieldManager=${encodeURIComponent(fieldManager)}`

  async function at(kind: ObjectKind & Partial<ObjectRef>, subresource?: string): Promise<{ readonly resource: Resource; readonly place: ReturnType<typeof placeOf>; readonly path: string; readonly collection: string }> {
    const resource = await discovery.require(kind)
    const place = placeOf(resource, kind, target.namespace)
    return { resource, place: subresource === undefined ? place : { ...place, resource: `${place.resource}/${subresource}` }, path: pathOf(resource, place.namespace, place.name, subresource), collection: pathOf(resource, place.namespace) }
  }

  return {
    identity: { server: target.cluster.server, context: target.context, namespace: target.namespace },
    version: async () => versionOf(asker),
    knows: async (kind) => {
      const resource = await discovery.find(kind)
      return resource && { namespaced: resource.namespaced, resource: resource.plural }
    },
    get: async (ref) => {
      const { place, path } = await at(ref)
      return absentIs(undefined, asker.object({ verb: 'get', ...place, exchange: { method: 'GET', path }, repeatable: true }))
    },
    list: async (kind, where: Where = {}): Promise<KubeList> => listOn(asker, await discovery.require(kind), kind, where),
    follow: (kinds, namespace, signal) => followOn(asker, discovery, kinds, namespace, signal),
    create: async (object) => {
      const { place, collection } = await at(refOf(object))
      return asker.object({ verb: 'create', ...place, exchange: { method: 'POST', path: `${collection}?${manager}`, body: JSON.stringify(object) }, repeatable: false })
    },
    replace: async (object) => {
      const { place, path } = await at(refOf(object))
      // With a resourceVersion a second attempt after a lost answer would meet its own first one and call it a conflict.
      return asker.object({ verb: 'update', ...place, exchange: { method: 'PUT', path: `${path}?${manager}`, body: JSON.stringify(object) }, repeatable: object.metadata.resourceVersion === undefined })
    },
    apply: async (object, options: ApplyOptions = {}) => {
      const { place, path } = await at(refOf(object))
      const query = [`fieldManager=${encodeURIComponent(options.fieldManager ?? fieldManager)}`, ...(options.force ? ['force=true'] : []), ...(options.dryRun ? ['dryRun=All'] : [])].join('&')
      return asker.object({ verb: 'patch', ...place, apply: true, exchange: { method: 'PATCH', path: `${path}?${query}`, contentType: 'application/apply-patch+yaml', body: JSON.stringify(object) }, repeatable: true })
    },
    patch: async (ref, kind: PatchKind, patch, subresource) => {
      const { place, path } = await at(ref, subresource)
      return asker.object({ verb: 'patch', ...place, exchange: { method: 'PATCH', path: `${path}?${manager}`, contentType: patchTypes[kind], body: JSON.stringify(patch) }, repeatable: kind !== 'json' })
    },
    delete: async (ref, options: DeleteOptions = {}) => {
      const { place, path } = await at(ref)
      return deleteOn(asker, { verb: 'delete', ...place, exchange: { method: 'DELETE', path, body: JSON.stringify(deleteBody(options)) }, repeatable: true })
    },
    evict: (namespace, pod, options) => evictOn(asker, namespace, pod, options),
    logs: (namespace, pod, options: LogOptions = {}) => logsOn(asker, namespace, pod, options),
    may: (question) => mayOn(asker, question),
    requests: () => asker.requests(),
    under: (signal) => {
      const other = asker.under(signal)
      return clusterOn(other, discovery.under(other), fieldManager)
    },
    close: () => asker.close(),
  }
}

function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace !== undefined && { namespace }) }
}

/** @throws ClusterError, also when something answers that is no API server */
export async function versionOf(asker: Asker, policy?: RetryPolicy): Promise<string> {
  const { gitVersion } = parsedJson(versionAsk, await asker.text(versionAsk, policy))
  if (typeof gitVersion !== 'string') throw new ClusterError('server', `${asker.target.cluster.server}/version tells no version.`, { code: 'FM-KUBE-NOT-KUBERNETES', remedy: 'Check that the address is that of a Kubernetes API server.' })
  return gitVersion
}

const versionAsk: Ask = { verb: 'get', group: '', resource: '', exchange: { method: 'GET', path: '/version' }, repeatable: true }

async function absentIs<T>(absent: T, asked: Promise<KubeObject>): Promise<KubeObject | T> {
  try {
    return await asked
  } catch (error) {
    if (isAbsent(error)) return absent
    throw error
  }
}

/** The server knows the kind and has no object of this name. A 404 of somebody else is no such answer. */
export function isAbsent(error: unknown): boolean {
  return error instanceof ClusterError && error.kind === 'not-found' && error.reason.code === 'FM-KUBE-NOT-FOUND'
}

function deleteBody(options: DeleteOptions): Readonly<Record<string, unknown>> {
  const { uid, resourceVersion } = options
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: options.propagation ?? 'Background',
    ...(options.gracePeriodSeconds !== undefined && { gracePeriodSeconds: options.gracePeriodSeconds }),
    ...((uid !== undefined || resourceVersion !== undefined) && { preconditions: { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) } }),
  }
}

async function deleteOn(asker: Asker, asked: Ask): Promise<boolean> {
  let repeated = false
  try {
    await asker.text({ ...asked, onRepeat: () => (repeated = true) })
    return true
  } catch (error) {
    if (!isAbsent(error)) throw error
    // An attempt whose answer was lost may have been the one that deleted it.
    return repeated
  }
}

async function logsOn(asker: Asker, namespace: string, pod: string, options: LogOptions): Promise<string> {
  const query = [...(options.container === undefined ? [] : [`container=${encodeURIComponent(options.container)}`]), ...(options.previous ? ['previous=true'] : []), ...(options.tailLines === undefined ? [] : [`tailLines=${options.tailLines}`])].join('&')
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log${query === '' ? '' : `?${query}`}`
  return asker.text({ verb: 'get', group: '', resource: 'pods/log', kind: 'Pod', namespace, name: pod, exchange: { method: 'GET', path, accept: 'text/plain, application/json' }, repeatable: true })
}

/** Asks the server itself, so that webhooks and aggregated rules count. */
async function mayOn(asker: Asker, question: AccessQuestion): Promise<boolean> {
  const { verb, group, namespace } = question
  const [resource, subresource] = question.resource.split('/')
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: {}, spec: { resourceAttributes: { verb, group, resource, ...(subresource !== undefined && { subresource }), ...(namespace !== undefined && { namespace }) } } }
  const asked: Ask = { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews', exchange: { method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body: JSON.stringify(review) }, repeatable: true }
  const allowed = asRecord(parsedJson(asked, await asker.text(asked))['status'])?.['allowed']
  if (typeof allowed !== 'boolean') throw new ClusterError('server', `The server did not say whether ${verb} on ${question.resource} is allowed.`, { code: 'FM-KUBE-NOT-KUBERNETES' })
  return allowed
}
