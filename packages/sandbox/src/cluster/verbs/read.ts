import type { KubeObject } from '@fermata/ports'
import { forbiddenField, unsupportedField } from '../objects/rules.ts'
import { ApiError, badRequest, expired, invalid } from '../api/status.ts'
import type { Core } from '../core.ts'
import { apiVersionOf, collectionOf } from '../kinds/kind.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { keyOf } from '../store/store.ts'
import { fieldMatcher, labelMatcher } from './selectors.ts'
import type { Matches } from './selectors.ts'

export interface ListQuery {
  readonly namespace: string | undefined
  readonly labelSelector: string
  readonly fieldSelector: string
  readonly limit: number
  readonly continue: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
}

export function matcher(kind: ResourceKind, query: Pick<ListQuery, 'namespace' | 'labelSelector' | 'fieldSelector'>): Matches {
  const byLabel = labelMatcher(query.labelSelector)
  const byField = fieldMatcher(kind, query.fieldSelector)
  return (object) => (query.namespace === undefined || object.metadata.namespace === query.namespace) && byLabel(object) && byField(object)
}

/** Pages of a list come from one snapshot. Only the last few snapshots are kept; a token of an older one is answered with 410. */
export interface Snapshots {
  keep(collection: string, revision: number, objects: readonly KubeObject[]): void
  at(collection: string, revision: number): readonly KubeObject[] | undefined
  forget(): void
}

export function createSnapshots(most = 32): Snapshots {
  const kept = new Map<string, readonly KubeObject[]>()
  return {
    keep(collection, revision, objects) {
      kept.set(`${collection}@${revision}`, objects)
      const [oldest] = kept.keys()
      if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    },
    at: (collection, revision) => kept.get(`${collection}@${revision}`),
    forget: () => kept.clear(),
  }
}

const tooOld = 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

interface Token { readonly v: 'meta.k8s.io/v1'; readonly rv: number; readonly start: string }

export function listObjects(core: Core, snapshots: Snapshots, kind: ResourceKind, query: ListQuery): JsonObject {
  const token = query.continue === '' ? undefined : readToken(query.continue)
  if (token !== undefined && query.resourceVersion !== '' && query.resourceVersion !== '0') throw badRequest('specifying resource version is not allowed when using continue')
  // A token without a version goes on with what there is now.
  const revision = token === undefined || token.rv < 0 ? core.store.revision() : token.rv
  if (token === undefined) checkVersion(core, query)
  const collection = collectionOf(kind)
  const all = token === undefined || token.rv < 0 ? core.store.list(collection) : snapshots.at(collection, revision)
  if (all === undefined) throw expired(tooOld, writeToken({ v: 'meta.k8s.io/v1', rv: -1, start: token?.start ?? '' }))
  const matching = all.filter(matcher(kind, query)).filter((object) => token === undefined || keyOf(object) >= token.start)
  const page = query.limit > 0 ? matching.slice(0, query.limit) : matching
  const next = matching[page.length]
  if (next !== undefined) snapshots.keep(collection, revision, all)
  const selective = query.labelSelector !== '' || query.fieldSelector !== ''
  return {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: String(revision), ...(next === undefined ? (kind.origin === 'custom' ? { continue: '' } : {}) : { continue: writeToken({ v: 'meta.k8s.io/v1', rv: revision, start: keyOf(next) }), ...(selective ? {} : { remainingItemCount: matching.length - page.length }) }) },
    items: page.map((object) => inList(kind, object)),
  }
}

/** Items of a typed list do not repeat what they are; those of custom kinds do. */
function inList(kind: ResourceKind, object: KubeObject): JsonObject {
  if (kind.origin === 'custom') return object as unknown as JsonObject
  const { apiVersion: _, kind: __, ...rest } = object
  return rest
}

function checkVersion(core: Core, query: ListQuery): void {
  const { resourceVersion, resourceVersionMatch } = query
  const matches = ['', 'Exact', 'NotOlderThan']
  const causes = [
    ...(resourceVersionMatch !== '' && resourceVersion === '' ? [forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided')] : []),
    ...(matches.includes(resourceVersionMatch) ? [] : [unsupportedField('resourceVersionMatch', resourceVersionMatch, ['Exact', 'NotOlderThan', ''])]),
  ]
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes)
  if (resourceVersion === '' || resourceVersion === '0') return
  const wanted = Number(resourceVersion)
  if (!Number.isInteger(wanted) || wanted < 0) throw badRequest(`invalid resource version: resourceVersion: Invalid value: "${resourceVersion}": strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`)
  if (wanted > core.store.revision()) throw new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${core.store.revision()}`, { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 })
  if (resourceVersionMatch === 'Exact' && wanted !== core.store.revision()) throw new ApiError(501, 'NotImplemented', 'the stand-in API server does not do this: a list at an exact older resource version')
}

const writeToken = (token: Token): string => Buffer.from(JSON.stringify(token)).toString('base64url')

function readToken(text: string): Token {
  try { return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Token } catch { throw badRequest('invalid continue token: continue key is not valid') }
}
