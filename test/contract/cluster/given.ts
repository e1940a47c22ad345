import { expect } from '@jest/globals'
import { type Answered, type Client, patchType, type PatchType, type Reply, type Watching } from './client.ts'
import type { World } from './side.ts'

/** One thing that a cluster must do for us. */
export interface Case {
  readonly name: string
  readonly run: (given: Given) => Promise<void>
}

/** Cases that belong together. */
export interface Topic {
  readonly name: string
  readonly cases: readonly Case[]
}

export function topic(name: string, cases: Readonly<Record<string, Case['run']>>): Topic {
  return { name, cases: Object.entries(cases).map(([what, run]) => ({ name: what, run })) }
}

/** What every case is given: a namespace of its own, and the hands to work in it as an administrator. */
export interface Given {
  readonly world: World
  readonly namespace: string
  readonly admin: Client
  as(token: string | undefined): Client
  /** Address in the namespace of the case; of a cluster-wide kind without it. */
  at(resource: Resource, name?: string, subresource?: string): string
  /** Made, or the case fails. */
  make(resource: Resource, object: object, query?: string): Promise<Answered>
  get(resource: Resource, name: string): Promise<Reply>
  /** There, or the case fails. */
  read(resource: Resource, name: string): Promise<Answered>
  list(resource: Resource, query?: string): Promise<Answered>
  put(resource: Resource, object: Answered | object, query?: string, subresource?: string): Promise<Reply>
  patch(type: PatchType, resource: Resource, name: string, patch: unknown, query?: string, subresource?: string): Promise<Reply>
  /** Server-side apply of an object by a manager. */
  apply(resource: Resource, object: Named, manager: string, query?: string): Promise<Reply>
  remove(resource: Resource, name: string, options?: object): Promise<Reply>
  /** A watch that is closed when the case is over. */
  watch(resource: Resource, query?: string): Watching
  /** Waits for a condition of the cluster, not for a time. */
  until<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T>
  /** Waits until an object is as wanted. */
  becomes(resource: Resource, name: string, wanted: (object: Answered) => boolean): Promise<Answered>
  /** Waits until an object is not there any more. */
  isGone(resource: Resource, name: string): Promise<void>
}

export interface Named {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

const groups = {
  namespaces: '/api/v1', nodes: '/api/v1', configmaps: '/api/v1', secrets: '/api/v1', pods: '/api/v1', services: '/api/v1', endpoints: '/api/v1', events: '/api/v1', serviceaccounts: '/api/v1', resourcequotas: '/api/v1', limitranges: '/api/v1', persistentvolumeclaims: '/api/v1',
  deployments: '/apis/apps/v1', replicasets: '/apis/apps/v1', statefulsets: '/apis/apps/v1', daemonsets: '/apis/apps/v1', controllerrevisions: '/apis/apps/v1',
  jobs: '/apis/batch/v1', cronjobs: '/apis/batch/v1', horizontalpodautoscalers: '/apis/autoscaling/v2', poddisruptionbudgets: '/apis/policy/v1', networkpolicies: '/apis/networking.k8s.io/v1', ingresses: '/apis/networking.k8s.io/v1',
  leases: '/apis/coordination.k8s.io/v1', endpointslices: '/apis/discovery.k8s.io/v1', roles: '/apis/rbac.authorization.k8s.io/v1', rolebindings: '/apis/rbac.authorization.k8s.io/v1', clusterroles: '/apis/rbac.authorization.k8s.io/v1', clusterrolebindings: '/apis/rbac.authorization.k8s.io/v1',
  customresourcedefinitions: '/apis/apiextensions.k8s.io/v1', selfsubjectaccessreviews: '/apis/authorization.k8s.io/v1',
} as const
export type Resource = keyof typeof groups
const clusterWide: ReadonlySet<Resource> = new Set(['namespaces', 'nodes', 'clusterroles', 'clusterrolebindings', 'customresourcedefinitions', 'selfsubjectaccessreviews'])

/** How long a cluster may take for anything that a case waits for. Milliseconds of its clock. */
const patience = 30_000
const step = 50

export function givenIn(world: World, as: Given['as'], namespace: string): Given & { over(): void } {
  const admin = as(world.tokens.admin)
  const watches: Watching[] = []
  const at: Given['at'] = (resource, name, subresource) => [groups[resource], ...(clusterWide.has(resource) ? [] : ['namespaces', namespace]), resource, ...(name === undefined ? [] : [name]), ...(subresource === undefined ? [] : [subresource])].join('/')
  const get: Given['get'] = (resource, name) => admin.send('GET', at(resource, name))
  const asked = (query: string | undefined): string => (query === undefined ? '' : `?${query}`)
  const nameOf = (object: object): string => (object as Answered).metadata.name
  const until: Given['until'] = async (what, look) => {
    for (const begin = world.now(); world.now() - begin < patience; ) {
      const found = await look()
      if (found !== undefined && found !== false) return found
      await world.pass(step)
    }
    throw new Error(`${what}: not within ${patience / 1000} seconds.`)
  }
  const ok = (reply: Reply, code: number): Answered => {
    expect({ code: reply.code, text: reply.code === code ? '' : reply.text }).toEqual({ code, text: '' })
    return reply.body
  }
  return {
    world, namespace, admin, as, at, get, until,
    make: async (resource, object, query) => ok(await admin.send('POST', `${at(resource)}${asked(query)}`, object), 201),
    read: async (resource, name) => ok(await get(resource, name), 200),
    list: async (resource, query) => ok(await admin.send('GET', `${at(resource)}${asked(query)}`), 200),
    put: (resource, object, query, subresource) => admin.send('PUT', `${at(resource, nameOf(object), subresource)}${asked(query)}`, object),
    patch: (type, resource, name, patch, query, subresource) => admin.send('PATCH', `${at(resource, name, subresource)}${asked(query)}`, patch, patchType(type)),
    apply: (resource, object, manager, query) => admin.send('PATCH', `${at(resource, object.metadata.name)}?fieldManager=${manager}${query === undefined ? '' : `&${query}`}`, object, patchType('apply')),
    remove: (resource, name, options) => admin.send('DELETE', at(resource, name), options),
    watch: (resource, query = '') => {
      const watching = admin.watch(`${at(resource)}?watch=true&${query}`)
      watches.push(watching)
      return watching
    },
    becomes: (resource, name, wanted) => {
      let last = 'nothing'
      return until(`${resource} ${name}`, async () => {
        const { code, body, text } = await get(resource, name)
        last = text
        return code === 200 && wanted(body) ? body : undefined
      }).catch((error: unknown) => {
        throw new Error(`${resource} ${name} did not become what was waited for; at the end it was ${last}`, { cause: error })
      })
    },
    isGone: async (resource, name) => {
      await until(`the end of ${resource} ${name}`, async () => (await get(resource, name)).code === 404)
    },
    over: () => {
      for (const watching of watches) watching.close()
    },
  }
}
