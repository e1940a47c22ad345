import { ClusterError, type ObjectKind, type ObjectRef } from '@fermata/ports'
import { didYouMean } from '@fermata/verdict'
import { type Ask, type Asker, parsedJson } from './ask.ts'
import { asRecord } from './config/merge.ts'

/** Where the objects of a kind live on the server. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

export interface Discovery {
  /** Undefined when the server says that it does not serve the kind. Throws when it does not say. */
  find(kind: ObjectKind): Promise<Resource | undefined>
  /** @throws ClusterError `unknown-kind`, which says what is missing */
  require(kind: ObjectKind): Promise<Resource>
  /** The same memory, asking by another asker. */
  under(asker: Asker): Discovery
}

type Served = ReadonlyMap<string, Resource>

/**
 * Asks for one group and version when a kind of it is first needed.
 * What is served is remembered; what is not is asked again, since a release may install the CustomResourceDefinition that it needs.
 */
export function discoverOn(asker: Asker, known = new Map<string, Served>()): Discovery {
  const asking = new Map<string, Promise<Served | undefined>>()

  /** Several that need an answer at once share one question. */
  function ask(apiVersion: string): Promise<Served | undefined> {
    const shared = asking.get(apiVersion)
    if (shared !== undefined) return shared
    const asked = fetchServed(asker, apiVersion).finally(() => asking.delete(apiVersion))
    asking.set(apiVersion, asked)
    return asked
  }

  async function find({ apiVersion, kind }: ObjectKind): Promise<Resource | undefined> {
    const found = known.get(apiVersion)?.get(kind)
    if (found !== undefined) return found
    const served = await ask(apiVersion)
    if (served === undefined) known.delete(apiVersion)
    else known.set(apiVersion, served)
    return served?.get(kind)
  }

  return {
    find,
    require: async (kind) => {
      const found = await find(kind)
      if (found !== undefined) return found
      throw await unknownKind(asker, kind, known.get(kind.apiVersion))
    },
    under: (other) => discoverOn(other, known),
  }
}

export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const [first = '', second] = apiVersion.split('/')
  return second === undefined ? { group: '', version: first } : { group: first, version: second }
}

/** Address of a kind's objects, of one of them, or of its subresource. */
export function pathOf(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  const parts = [
    resource.group === '' ? 'api' : `apis/${resource.group}`,
    resource.version,
    ...(resource.namespaced && namespace !== undefined ? ['namespaces', encodeURIComponent(namespace)] : []),
    resource.plural,
    ...(name === undefined ? [] : [encodeURIComponent(name)]),
    ...(subresource === undefined ? [] : [subresource]),
  ]
  return `/${parts.join('/')}`
}

/** The parts of an ask that follow from the kind. A name of a namespaced kind without a namespace is in the default one. */
export function placeOf(resource: Resource, ref: Partial<ObjectRef>, defaultNamespace: string): Pick<Ask, 'group' | 'resource' | 'kind' | 'namespace' | 'name'> {
  return { group: resource.group, resource: resource.plural, kind: resource.kind, namespace: resource.namespaced ? (ref.namespace ?? defaultNamespace) : undefined, name: ref.name }
}

async function fetchServed(asker: Asker, apiVersion: string): Promise<Served | undefined> {
  const { group, version } = splitApiVersion(apiVersion)
  const asked = discoveryAsk(group === '' ? `/api/${version}` : `/apis/${group}/${version}`)
  const answer = await orNotFound(asker.text(asked))
  if (answer === undefined) return undefined
  const list = parsedJson(asked, answer)['resources']
  if (!Array.isArray(list)) throw new ClusterError('server', `The server gave a list of ${apiVersion} without resources.`, { code: 'FM-KUBE-NOT-KUBERNETES' })
  const served = new Map<string, Resource>()
  for (const entry of list) {
    const { name, kind, namespaced } = asRecord(entry) ?? {}
    // Subresources such as pods/log stand in the same list, some under the kind of their parent.
    if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) continue
    served.set(kind, { group, version, kind, plural: name, namespaced: namespaced === true })
  }
  return served
}

function discoveryAsk(path: string): Ask {
  return { verb: 'get', group: '', resource: '', exchange: { method: 'GET', path }, repeatable: true }
}

async function orNotFound<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ClusterError && (error.kind === 'not-found' || error.kind === 'unknown-kind')) return undefined
    throw error
  }
}

async function unknownKind(asker: Asker, { apiVersion, kind }: ObjectKind, served: Served | undefined): Promise<ClusterError> {
  const { server } = asker.target.cluster
  const { group } = splitApiVersion(apiVersion)
  const builtIn = group === '' || !group.includes('.') || group.endsWith('.k8s.io')
  if (served !== undefined) {
    const meant = didYouMean(kind, [...served.keys()])
    return new ClusterError('unknown-kind', `${server} serves ${apiVersion}, but no kind ${kind} in it.`, { remedy: meant === undefined ? missingCrd(kind, group, builtIn) : `Did you mean ${meant}?` })
  }
  const versions = group === '' ? [] : await groupVersions(asker, group)
  // Between the moment in which a definition is made and that in which it is served, its group is named and cannot be asked.
  if (versions.includes(apiVersion)) return new ClusterError('unknown-kind', `${server} names ${apiVersion}, and does not serve ${kind} of it yet.`, { remedy: 'Try again in a moment.' })
  const message = versions.length > 0 ? `${server} does not serve ${apiVersion}, of which ${kind} is asked for. It serves ${versions.join(', ')}.` : `${server} does not serve ${apiVersion}, of which ${kind} is asked for.`
  return new ClusterError('unknown-kind', message, { remedy: versions.length > 0 ? 'Write one of these versions in the manifest.' : missingCrd(kind, group, builtIn) })
}

function missingCrd(kind: string, group: string, builtIn: boolean): string {
  if (group === '') return 'Correct apiVersion or kind in the manifest.'
  const crd = `Install the CustomResourceDefinition of ${kind} in ${group} before the objects of this kind`
  return builtIn ? `${crd}, or correct apiVersion and kind in the manifest.` : `${crd}.`
}

async function groupVersions(asker: Asker, group: string): Promise<readonly string[]> {
  const asked = discoveryAsk(`/apis/${group}`)
  const answer = await orNotFound(asker.text(asked))
  const versions = answer === undefined ? [] : parsedJson(asked, answer)['versions']
  return (Array.isArray(versions) ? versions : []).map((version: unknown) => asRecord(version)?.['groupVersion']).filter((version) => typeof version === 'string')
}
