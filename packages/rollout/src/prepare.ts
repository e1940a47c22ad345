import { type Catalog, type Environment, readCatalog, type ServiceId } from '@fermata/catalog'
import { parseImage, readManifests, containersOf, type PlacedObject, withServiceImage } from '@fermata/manifests'
import { type Cluster, type Files, type KubeObject, mapAt, type Ports } from '@fermata/ports'
import { ConfigurationError, didYouMean, type Problem, type Reason } from '@fermata/verdict'
import { because } from './codes.ts'
import { inApplyOrder, isWorkload } from './plan/apply-order.ts'
import { nameOf, refOf } from './plan/objects.ts'
import { selectServices, type Selection } from './plan/select.ts'
import type { DeployRequest } from './request.ts'

/** Where a request leads: which cluster, which namespace. */
export interface Target {
  readonly catalog: Catalog
  readonly environment: Environment | undefined
  readonly cluster: Cluster
  readonly namespace: string
}

/** One object of a service as it is to be: images are replaced, the order is that of writing. */
export interface Wanted {
  readonly service: ServiceId
  readonly placed: PlacedObject
  readonly object: KubeObject
}

export interface Desired {
  readonly selection: Selection
  readonly wanted: readonly Wanted[]
  readonly reasons: readonly Reason[]
}

/**
 * Finds the catalog and the environment, and connects.
 * The connection is not ended by a request to stop: what is in flight then must still be written back.
 * @throws ConfigurationError, EnvironmentError
 */
export async function findTarget(request: DeployRequest, ports: Pick<Ports, 'files' | 'cluster'>): Promise<Target> {
  const catalog = await readCatalog(ports.files, request.config)
  const environment = environmentOf(catalog, request.environment)
  const connected = await ports.cluster({ kubeconfig: request.kubeconfig, context: request.context ?? environment?.context, namespace: request.namespace ?? environment?.namespace })
  const cluster = connected.under(undefined)
  return { catalog, environment, cluster, namespace: request.namespace ?? environment?.namespace ?? cluster.identity.namespace }
}

function environmentOf(catalog: Catalog, name: string | undefined): Environment | undefined {
  if (name === undefined) return undefined
  const found = catalog.environments.get(name)
  if (found !== undefined) return found
  const names = [...catalog.environments.keys()]
  const meant = didYouMean(name, names)
  throw new ConfigurationError([{ says: `Input environment: ${catalog.file} has no environment ${JSON.stringify(name)}.`, remedy: meant !== undefined ? `Did you mean ${meant}?` : names.length === 0 ? 'Define it under environments.' : `Name one of ${names.join(', ')}.` }])
}

/**
 * What the manifests and the input `images` want of the selected services. All that is wrong is said together.
 * @throws ConfigurationError, EnvironmentError
 */
export async function readDesired(request: DeployRequest, catalog: Catalog, files: Files): Promise<Desired> {
  const selection = selectServices(catalog, request.services)
  const images = request.images ?? {}
  const problems: Problem[] = Object.keys(images).flatMap((id) => imageProblem(id, catalog, selection))
  const wanted: Wanted[] = []
  const reasons: Reason[] = [...selection.reasons]
  // Files are read one service after the other: a folder that many services share is then read while it is warm.
  for (const id of selection.roles.keys()) {
    const reading = await readManifests(catalog.services.get(id)?.manifests ?? [], files, catalog.services.get(id)?.where)
    problems.push(...reading.problems)
    const change = images[id] === undefined ? undefined : withServiceImage(reading.objects.map(({ object }) => object), images[id])
    if (change !== undefined && 'says' in change) problems.push({ says: `Input images, ${id}: ${change.says}`, remedy: change.remedy })
    const objects = change !== undefined && 'objects' in change ? change.objects : reading.objects.map(({ object }) => object)
    const own = reading.objects.map((placed, index): Wanted => ({ service: id, placed, object: asStored(objects[index] ?? placed.object) }))
    if (reading.objects.length === 0 && reading.problems.length === 0) problems.push({ says: `The manifests of ${id} hold no object.`, remedy: 'Correct `manifests` in the catalog.', where: catalog.services.get(id)?.where as NonNullable<Problem['where']> })
    wanted.push(...inApplyOrder(own))
    reasons.push(...severalWorkloads(id, own), ...imageReasons(id, own, selection))
  }
  problems.push(...sharedObjects(wanted))
  if (problems.length > 0) throw new ConfigurationError(problems)
  return { selection, wanted, reasons }
}

/**
 * `stringData` of a Secret is only a way to write `data`: the API server stores it there, but remembers it as a field of its own,
 * which it then neither shows nor removes. Written as `data`, its fields have an owner and a way back.
 */
function asStored(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1' || object['stringData'] === undefined) return object
  const { stringData, ...rest } = object
  const encoded = Object.entries(mapAt(stringData)).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')])
  return { ...rest, data: { ...mapAt(rest, 'data'), ...Object.fromEntries(encoded) } } as KubeObject
}

function imageProblem(id: ServiceId, catalog: Catalog, { roles }: Selection): readonly Problem[] {
  if (roles.get(id) === 'release') return []
  if (catalog.services.has(id)) return [{ says: `Input images names ${id}, which is not released by this run.`, remedy: 'Add it to the input services, or remove its image.' }]
  const meant = didYouMean(id, [...catalog.services.keys()])
  return [{ says: `Input images: ${catalog.file} has no service ${JSON.stringify(id)}.`, remedy: meant === undefined ? 'Name services of the catalog.' : `Did you mean ${meant}?` }]
}

function severalWorkloads(service: ServiceId, own: readonly Wanted[]): readonly Reason[] {
  const workloads = own.filter(({ object }) => isWorkload(object))
  const [, second] = workloads
  if (second === undefined) return []
  return [because('FM-DEPLOY-SEVERAL-WORKLOADS', { says: `${service} consists of ${workloads.map(({ object }) => nameOf(refOf(object))).join(', ')}; they go out together.`, service, where: second.placed.where })]
}

/** Two services that contain one object would take it from each other at every release. */
function sharedObjects(wanted: readonly Wanted[]): readonly Problem[] {
  const owner = new Map<string, Wanted>()
  return wanted.flatMap((one) => {
    const { kind, metadata } = one.object
    const key = `${kind} ${metadata.namespace ?? ''}/${metadata.name} ${one.object.apiVersion.split('/')[0]}`
    const other = owner.get(key)
    if (other === undefined) owner.set(key, one)
    if (other === undefined || other.service === one.service) return []
    return [{ code: 'FM-DEPLOY-SHARED-OBJECT', says: `${kind}/${metadata.name} belongs to ${other.service} and to ${one.service}.`, remedy: 'Leave it to one of them, by `objects` of its manifests.', where: one.placed.where } as const]
  })
}

/** A tag may mean another image tomorrow. Said once a service, and only of services that are released. */
function imageReasons(service: ServiceId, own: readonly Wanted[], { roles }: Selection): readonly Reason[] {
  if (roles.get(service) !== 'release') return []
  const unpinned = own.flatMap(({ object, placed }) => containersOf(object).filter(({ image }) => image !== undefined && isUnpinned(image)).map(({ image, path }) => ({ image, where: placed.locate([...path, 'image']) })))
  const [first] = unpinned
  if (first === undefined) return []
  const more = unpinned.length > 1 ? ` and ${unpinned.length - 1} more` : ''
  return [because('FM-DEPLOY-IMAGE-UNPINNED', { says: `${service} names ${first.image}${more} by tag, not by digest.`, service, where: first.where })]
}

function isUnpinned(image: string): boolean {
  const parsed = parseImage(image)
  return !('says' in parsed) && parsed.digest === undefined
}
