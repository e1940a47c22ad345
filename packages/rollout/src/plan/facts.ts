import type { ServiceId } from '@fermata/catalog'
import { fieldManager } from '@fermata/custody'
import { objectName, type PlacedObject } from '@fermata/manifests'
import { type Cluster, ClusterError, type KubeObject, textAt } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { assessorOf } from '../readiness/kinds.ts'
import { groupOf } from './apply-order.ts'
import { fieldChanges, type FieldChange } from './field-changes.ts'
import { kindKey, nameOf, refOf } from './objects.ts'
import { eachOf } from './each-of.ts'

/** An object of the release, and what the API server says of it. */
export interface Fact {
  readonly service: ServiceId
  readonly placed: PlacedObject
  /** With its namespace, if its kind lives in one. */
  readonly object: KubeObject
  readonly does: 'create' | 'change' | 'same'
  readonly changes: readonly FieldChange[]
}

export type Finding = { readonly is: 'fact'; readonly fact: Fact } | { readonly is: 'wrong'; readonly reason: Reason }

/** An object to be asked about. */
export interface Question {
  readonly service: ServiceId
  /** `check`: only whether it is there; what its manifest says now is not this release's business. */
  readonly role: 'release' | 'check'
  readonly placed: PlacedObject
  readonly object: KubeObject
}

export interface FactWish {
  readonly cluster: Cluster
  /** Of objects that name none. */
  readonly namespace: string
  readonly force: boolean
  /** How many questions are asked at a time. */
  readonly parallelism: number
}

/**
 * Asks the API server, by a dry run of each write, what would come of it. Nothing is written.
 * What only the release itself makes possible (its namespace, its kinds) cannot be asked yet, and counts as created.
 * @throws ClusterError when the cluster cannot be reached
 */
export async function gatherFacts(objects: readonly Question[], wish: FactWish): Promise<readonly Finding[]> {
  const kinds = new Map<string, Promise<Awaited<ReturnType<Cluster['knows']>>>>()
  const knows = (object: KubeObject): ReturnType<Cluster['knows']> => {
    const key = kindKey(object)
    const asked = kinds.get(key) ?? wish.cluster.knows(object)
    kinds.set(key, asked)
    return asked
  }
  const defined = new Map(objects.flatMap(({ object }) => definedKind(object)))
  const made = new Set(objects.flatMap(({ object }) => (object.kind === 'Namespace' ? [object.metadata.name] : [])))
  const missing = await missingNamespaces(objects.map(({ object }) => object.metadata.namespace ?? wish.namespace), wish.cluster)

  return eachOf(objects, wish.parallelism, async ({ service, role, placed, object }): Promise<Finding> => {
    const key = `${groupOf(object.apiVersion)}/${object.kind}`
    const known = await knows(object)
    if (known === undefined && !defined.has(key)) {
      return { is: 'wrong', reason: because('FM-DEPLOY-KIND-UNKNOWN', { says: `The cluster does not know ${object.kind} of ${object.apiVersion}, which ${service} contains as ${object.metadata.name}.`, service, where: placed.where }) }
    }
    const namespaced = known?.namespaced ?? defined.get(key) ?? true
    const full = namespaced ? inNamespace(object, object.metadata.namespace ?? wish.namespace) : withoutNamespace(object)
    const namespace = full.metadata.namespace
    if (role === 'check') return isThere(service, placed, full, known !== undefined, wish)
    if (known === undefined || (namespace !== undefined && missing.has(namespace) && made.has(namespace))) return { is: 'fact', fact: { service, placed, object: full, does: 'create', changes: [] } }
    if (namespace !== undefined && missing.has(namespace)) {
      return { is: 'wrong', reason: because('FM-DEPLOY-NAMESPACE-NOT-FOUND', { says: `There is no namespace ${namespace} for ${objectName(full)} of ${service}.`, service, where: placed.where }) }
    }
    return look(service, placed, full, wish)
  })
}

/** The kind that a CustomResourceDefinition of the release brings, and whether its objects live in namespaces. */
function definedKind(object: KubeObject): readonly (readonly [string, boolean])[] {
  if (object.kind !== 'CustomResourceDefinition') return []
  return [[`${textAt(object, 'spec', 'group')}/${textAt(object, 'spec', 'names', 'kind')}`, textAt(object, 'spec', 'scope') !== 'Cluster']]
}

async function missingNamespaces(names: readonly string[], cluster: Cluster): Promise<ReadonlySet<string>> {
  const missing = await eachOf([...new Set(names)], names.length, async (name) => {
    try {
      return (await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name })) === undefined ? [name] : []
    } catch (error) {
      // Who may not read namespaces learns from the dry run whether they exist.
      if (error instanceof ClusterError && error.kind === 'forbidden') return []
      throw error
    }
  })
  return new Set(missing.flat())
}

/** A dependency that is not in the cluster will not become ready by being waited for. */
async function isThere(service: ServiceId, placed: PlacedObject, object: KubeObject, known: boolean, { cluster }: FactWish): Promise<Finding> {
  const there = assessorOf(object) === undefined || (known && (await cluster.get(refOf(object))) !== undefined)
  if (there) return { is: 'fact', fact: { service, placed, object, does: 'same', changes: [] } }
  return { is: 'wrong', reason: because('FM-DEPLOY-DEPENDENCY-MISSING', { says: `${objectName(object)} of ${service}, which the release needs and does not contain, is not in the cluster.`, service, where: placed.where }) }
}

async function look(service: ServiceId, placed: PlacedObject, object: KubeObject, { cluster, force }: FactWish): Promise<Finding> {
  try {
    const live = await cluster.get(refOf(object))
    const after = await cluster.apply(object, { fieldManager, dryRun: true, force })
    const changes = live === undefined ? [] : fieldChanges(live, after)
    return { is: 'fact', fact: { service, placed, object, does: live === undefined ? 'create' : changes.length > 0 ? 'change' : 'same', changes } }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    return { is: 'wrong', reason: refusal(service, placed, object, error) }
  }
}

/** What the API server's no means for the plan. A server that cannot be asked is no answer and ends the plan. */
export function refusal(service: ServiceId, placed: PlacedObject, object: KubeObject, error: ClusterError): Reason {
  const about = { service, where: placed.where }
  const name = `${nameOf(refOf(object))} of ${service}`
  switch (error.kind) {
    case 'conflict':
      return because('FM-DEPLOY-FIELD-CONFLICT', { says: `${name} cannot be written: ${error.reason.message}`, ...about })
    case 'forbidden':
      return because('FM-DEPLOY-FORBIDDEN', { says: `${name} may not be written: ${error.reason.message}`, ...about, ...(error.reason.remedy !== undefined && { remedy: error.reason.remedy }) })
    case 'not-found':
      return because('FM-DEPLOY-NAMESPACE-NOT-FOUND', { says: `${name} cannot be written: ${error.reason.message}`, ...about })
    case 'invalid':
    case 'refused': {
      const remedy = object.kind === 'Job' && /immutable/.test(error.reason.message) ? 'What a Job runs cannot change: give it a name of its own for each image, or delete the former one first.' : error.reason.remedy
      return because('FM-DEPLOY-OBJECT-REFUSED', { says: `${name} is refused: ${error.reason.message}`, ...about, ...(remedy !== undefined && { remedy }) })
    }
    default:
      throw error
  }
}

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace } }
}

function withoutNamespace(object: KubeObject): KubeObject {
  const { namespace: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
