import { ClusterError, type KubeList, type KubeObject, type ObjectKind } from '@fermata/ports'
import { type Ask, type Asker, parsedJson } from './ask.ts'
import { asRecord } from './config/merge.ts'
import { pathOf, type Resource } from './discovery.ts'

export interface Where {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** As large as client-go's pager asks for. */
const pageSize = 500
/** A list that expires so often while it is read changes faster than it can be read. */
const restarts = 3

/** Every page, or an error: half a list is never returned. Begins again when the server has forgotten the version that it was reading. */
export async function listOn(asker: Asker, resource: Resource, kind: ObjectKind, where: Where, signal?: AbortSignal): Promise<KubeList> {
  for (let restart = 0; ; restart++) {
    try {
      return await allPages(asker, resource, kind, where, signal)
    } catch (error) {
      if (!(error instanceof ClusterError && error.kind === 'gone') || restart === restarts) throw error
    }
  }
}

async function allPages(asker: Asker, resource: Resource, kind: ObjectKind, where: Where, signal: AbortSignal | undefined): Promise<KubeList> {
  const items: KubeObject[] = []
  let next: string | undefined
  for (;;) {
    const asked = listAsk(resource, where, `limit=${pageSize}${next === undefined ? '' : `&continue=${encodeURIComponent(next)}`}`, signal)
    const page = parsedJson(asked, await asker.text(asked))
    const metadata = asRecord(page['metadata'])
    const resourceVersion = metadata?.['resourceVersion']
    if (typeof resourceVersion !== 'string' || !(Array.isArray(page['items']) || page['items'] === null)) throw new ClusterError('server', `The server gave a list of ${resource.plural} without items or without its version.`, { code: 'FM-KUBE-NOT-KUBERNETES' })
    // Items of a list carry no kind of their own.
    for (const item of (page['items'] ?? []) as readonly KubeObject[]) items.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind })
    const token = metadata?.['continue']
    next = typeof token === 'string' && token !== '' ? token : undefined
    if (next === undefined) return { items, resourceVersion }
  }
}

/** A list, or with `watch=true` among its parameters the changes after one. */
export function listAsk(resource: Resource, where: Where, parameters: string, signal: AbortSignal | undefined): Ask {
  const selectors = `${where.labelSelector ? `&labelSelector=${encodeURIComponent(where.labelSelector)}` : ''}${where.fieldSelector ? `&fieldSelector=${encodeURIComponent(where.fieldSelector)}` : ''}`
  const namespace = resource.namespaced ? where.namespace : undefined
  return {
    verb: parameters.includes('watch=true') ? 'watch' : 'list',
    group: resource.group,
    resource: resource.plural,
    kind: resource.kind,
    namespace,
    exchange: { method: 'GET', path: `${pathOf(resource, namespace)}?${parameters}${selectors}`, signal },
    repeatable: true,
  }
}
