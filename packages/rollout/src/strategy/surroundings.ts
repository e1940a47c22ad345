import type { Service } from '@fermata/catalog'
import { type Cluster, ClusterError, type KubeObject, listAt, mapAt, type ObjectKind, textAt } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { nameOf, placeOf, refOf } from '../plan/objects.ts'
import { condition } from '../readiness/assessment.ts'
import type { Router } from '../traffic/router.ts'
import { routers } from '../traffic/routers.ts'
import { canarySubset, namesCanarySubset, virtualService } from '../traffic/virtual-service.ts'
import { nameBeside } from './beside.ts'
import type { MigrationObjects } from './migration.ts'

/** What a strategy must know of the cluster around a service. */
export interface Surroundings {
  /** The Deployment of the service as it is. */
  readonly live: KubeObject | undefined
  /** Something temporary of an earlier run is still there. */
  readonly leftovers: boolean
  /** What carries its traffic. */
  readonly routes: readonly KubeObject[]
  /** Labels that a mesh expects of a canary. */
  readonly canaryLabels: Readonly<Record<string, string>>
  readonly reasons: readonly Reason[]
}

/** @throws ClusterError where the cluster cannot be asked */
export async function surroundingsOf(cluster: Cluster, service: Service, deployment: KubeObject, stable: KubeObject | undefined): Promise<Surroundings> {
  const ref = refOf(deployment)
  const [live, canary, green] = await Promise.all([cluster.get(ref), cluster.get({ ...ref, name: nameBeside(ref.name, 'canary') }), cluster.get({ ...ref, name: nameBeside(ref.name, 'green') })])
  const around = { live, leftovers: canary !== undefined || green !== undefined, routes: [], canaryLabels: {}, reasons: [] }
  if (service.strategy !== 'canary' || stable?.metadata.namespace === undefined) return around
  const wanted = { namespace: stable.metadata.namespace, stable: stable.metadata.name }
  const found = service.route === undefined ? await routesOf(cluster, service, wanted) : await namedRoute(cluster, service, service.route, wanted)
  const subset = found.routes.filter((route) => route.kind === 'VirtualService' && namesCanarySubset(route, wanted))
  const labels = subset.length === 0 ? undefined : await subsetLabels(cluster, wanted)
  const missing = subset.map((route) => because('FM-DEPLOY-ROUTE-UNFIT', { says: `VirtualService ${route.metadata.name} names the subset ${canarySubset} of ${wanted.stable}, and no DestinationRule says which pods those are.`, service: service.id, where: placeOf(refOf(route)), remedy: `Define the subset ${canarySubset} in a DestinationRule of ${wanted.stable}, or leave it out of the VirtualService.` }))
  return { ...around, routes: found.routes, canaryLabels: labels ?? {}, reasons: [...found.reasons, ...(labels === undefined ? missing : [])] }
}

type Carried = { readonly namespace: string; readonly stable: string }
interface Found {
  readonly routes: readonly KubeObject[]
  readonly reasons: readonly Reason[]
}

export async function servedKind(cluster: Cluster, { kinds }: Router): Promise<ObjectKind | undefined> {
  for (const kind of kinds) if ((await cluster.knows(kind)) !== undefined) return kind
  return undefined
}

/** Every route of the namespace that leads to the Service. */
async function routesOf(cluster: Cluster, { id }: Service, wanted: Carried): Promise<Found> {
  const routes: KubeObject[] = []
  const reasons: Reason[] = []
  for (const router of routers) {
    const kind = await servedKind(cluster, router)
    if (kind === undefined) continue
    try {
      const { items } = await cluster.list(kind, { namespace: wanted.namespace })
      routes.push(...items.map((item) => ({ ...item, ...kind })).filter((route) => router.carries(route, wanted)))
    } catch (error) {
      if (!(error instanceof ClusterError && error.kind === 'forbidden')) throw error
      reasons.push(because('FM-DEPLOY-FORBIDDEN', { says: `Whether a ${kind.kind} carries the traffic of ${id} cannot be seen: ${error.reason.message}`, service: id }))
    }
  }
  return { routes, reasons }
}

async function namedRoute(cluster: Cluster, { id, where }: Service, name: string, wanted: Carried): Promise<Found> {
  const unfit = (says: string): Found => ({ routes: [], reasons: [because('FM-DEPLOY-ROUTE-UNFIT', { says, service: id, where })] })
  const [kindName = '', routeName = ''] = name.split('/')
  const router = routers.find(({ kinds }) => kinds.some(({ kind }) => kind === kindName))
  const kind = router === undefined ? undefined : await servedKind(cluster, router)
  if (router === undefined || kind === undefined) return unfit(`${id} wants ${name} to shift its traffic, and the cluster does not know ${kindName}.`)
  const route = await cluster.get({ ...kind, namespace: wanted.namespace, name: routeName })
  if (route === undefined) return unfit(`${id} wants ${name} to shift its traffic, and there is none in namespace ${wanted.namespace}.`)
  return router.carries(route, wanted) ? { routes: [route], reasons: [] } : unfit(`${id} wants ${nameOf(refOf(route))} to shift its traffic, but it sends nothing to Service ${wanted.stable}.`)
}

/** The labels of the subset `canary` in the DestinationRule of a host. */
async function subsetLabels(cluster: Cluster, { namespace, stable }: Carried): Promise<Readonly<Record<string, string>> | undefined> {
  const versions = ['v1', 'v1beta1', 'v1alpha3'].map((version) => ({ apiVersion: `networking.istio.io/${version}`, kind: 'DestinationRule' }))
  const kind = await servedKind(cluster, { ...virtualService, kinds: versions })
  const rules = kind === undefined ? [] : (await cluster.list(kind, { namespace })).items
  const hosts = [stable, `${stable}.${namespace}`, `${stable}.${namespace}.svc`, `${stable}.${namespace}.svc.cluster.local`]
  const subset = rules.filter((rule) => hosts.includes(textAt(rule, 'spec', 'host') ?? '')).flatMap((rule) => listAt(rule, 'spec', 'subsets')).find((one) => textAt(one, 'name') === canarySubset)
  return subset === undefined ? undefined : (mapAt(subset, 'labels') as Readonly<Record<string, string>>)
}

/** Whether its migration has run already, by the Job that is kept as its record. */
export async function hasRun(cluster: Cluster, { job }: MigrationObjects): Promise<boolean> {
  const found = await cluster.get(refOf(job))
  return found !== undefined && condition(found, 'Complete')?.status === 'True'
}
