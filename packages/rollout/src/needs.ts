import type { Service, ServiceId } from '@fermata/catalog'
import type { AccessQuestion, Cluster, Ports } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { makePlan, type Prepared } from './make-plan.ts'
import { groupOf, isWorkload } from './plan/apply-order.ts'
import { rightsBeside } from './plan/permissions.ts'
import type { DeployRequest } from './request.ts'
import { rightsFor } from './strategy/rehearse.ts'
import { servedKind } from './strategy/surroundings.ts'
import { routers } from './traffic/routers.ts'

/** What a release needs, and what speaks against it now. */
export interface ReleaseNeeds {
  readonly services: readonly ServiceId[]
  readonly objects: number
  readonly namespace: string
  /** Everything that the release may do in the cluster, its way back included. */
  readonly rights: readonly AccessQuestion[]
  readonly reasons: readonly Reason[]
}

/**
 * What a release of these services would need. Makes its plan, and writes nothing.
 * @throws ConfigurationError, EnvironmentError as a plan does
 */
export async function releaseNeeds(request: DeployRequest, ports: Pick<Ports, 'files' | 'cluster' | 'metrics'>): Promise<ReleaseNeeds> {
  const prepared = await makePlan(request, ports)
  const { desired, target, reasons } = prepared
  const services = [...desired.selection.roles].filter(([, role]) => role === 'release').map(([id]) => id)
  return { services, objects: desired.wanted.length, namespace: target.namespace, rights: await rightsOf(prepared), reasons }
}

/** An object is applied, which is to create or to patch it; on the way back it is patched or deleted. */
const written = ['get', 'create', 'patch', 'delete']

async function rightsOf({ target: { catalog, cluster, namespace }, desired, ways }: Prepared): Promise<readonly AccessQuestion[]> {
  const own: AccessQuestion[] = []
  for (const { service, object } of desired.wanted) {
    const place = await placeOf(cluster, object, namespace)
    if (place !== undefined) own.push(...each(written, place))
    // What a Secret was is kept in a Secret beside the journal.
    if (place?.group === '' && place.resource === 'secrets') own.push(...each(['get', 'create', 'update'], { ...place, namespace }))
    if (place?.namespace !== undefined && isWorkload(object)) own.push(...await strategyRights(cluster, catalog.services.get(service), place.namespace))
  }
  const beside = rightsBeside(namespace, own.flatMap((right) => right.namespace ?? []))
  const onTheWay = await rightsFor(cluster, Array.from(ways.values(), ({ stages }) => stages).flat())
  const all = new Map([...beside, ...own, ...onTheWay].map((right) => [JSON.stringify([right.namespace, right.group, right.resource, right.verb]), right]))
  return [...all.values()]
}

/** What the strategy that the catalog asks for needs, also where this release would have no use of it: the next one has. */
async function strategyRights(cluster: Cluster, service: Service | undefined, namespace: string): Promise<readonly AccessQuestion[]> {
  if (service === undefined) return []
  const temporary = ['get', 'create', 'patch', 'delete']
  const routes: AccessQuestion[] = []
  for (const router of service.strategy === 'canary' ? routers : []) {
    const kind = await servedKind(cluster, router)
    const place = kind === undefined ? undefined : await placeOf(cluster, { ...kind, metadata: {} }, namespace)
    if (place !== undefined) routes.push({ verb: service.route === undefined ? 'list' : 'get', ...place })
  }
  return [
    ...(service.strategy === 'rolling' && service.migrationScripts.length === 0 ? [] : each(temporary, { group: 'batch', resource: 'jobs', namespace })),
    ...(service.migrationScripts.length === 0 ? [] : each(temporary, { group: '', resource: 'configmaps', namespace })),
    ...routes,
  ]
}

function each(verbs: readonly string[], place: Omit<AccessQuestion, 'verb'>): readonly AccessQuestion[] {
  return verbs.map((verb) => ({ verb, ...place }))
}

/** Undefined for a kind that the cluster does not serve: the plan says so. */
async function placeOf(cluster: Cluster, object: { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly namespace?: string } }, namespace: string): Promise<Omit<AccessQuestion, 'verb'> | undefined> {
  const known = await cluster.knows(object)
  if (known === undefined) return undefined
  return { group: groupOf(object.apiVersion), resource: known.resource, ...(known.namespaced && { namespace: object.metadata.namespace ?? namespace }) }
}
