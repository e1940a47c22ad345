import type { KubeObject } from '@fermata/ports'
import { expired, internal, invalid, statusObject } from '../api/status.ts'
import type { Core } from '../core.ts'
import { collectionOf } from '../kinds/kind.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { forbiddenField, unsupportedField } from '../objects/rules.ts'
import { isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import type { Change } from '../store/store.ts'
import { normal } from './decode-body.ts'
import { matcher } from './read.ts'
import type { Matches } from './selectors.ts'

export interface WatchQuery {
  readonly namespace: string | undefined
  readonly labelSelector: string
  readonly fieldSelector: string
  readonly resourceVersion: string
  readonly timeoutSeconds: number | undefined
  readonly bookmarks: boolean
  readonly resourceVersionMatch: string
  /** Undefined when the request does not say. */
  readonly sendInitialEvents: boolean | undefined
}

export interface WatchEvent { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; readonly object: JsonObject }

export interface WatchSink {
  event(event: WatchEvent): void
  end(): void
}

const bookmarkEvery = 60_000
/** One more comes so long before the end of a watch. */
const lastBookmark = 2000

/** Streams changes into the sink until it is closed, its time is over, or the revision that it starts from is forgotten. Closes with the returned function. */
export function openWatch(core: Core, kind: ResourceKind, query: WatchQuery, sink: WatchSink): () => void {
  checkOptions(query)
  const matches = matcher(kind, query)
  const from = query.resourceVersion === '' || query.resourceVersion === '0' ? undefined : Number(query.resourceVersion)
  if (from !== undefined && (!Number.isInteger(from) || from < 0)) throw internal(`resourceVersion: Invalid value: "${query.resourceVersion}": strconv.ParseUint: parsing "${query.resourceVersion}": invalid syntax`)
  const stops: (() => void)[] = []
  const close = (): void => { for (const stop of stops.splice(0)) stop() }
  const finish = (): void => { close(); sink.end() }
  const progress: Progress = { from: from ?? core.store.revision(), seen: 0 }
  if (!replay(core, kind, query, matches, from, sink, progress)) { finish(); return close }
  stops.push(core.store.subscribe((change) => {
    if (change.collection !== collectionOf(kind)) return
    if (from !== undefined && change.revision <= from) return
    progress.seen = change.revision
    const event = eventFor(change, matches)
    if (event !== undefined) sink.event(event)
  }))
  const mark = (): void => { if (progress.seen > progress.from) sink.event(bookmark(core, kind, progress.seen)) }
  if (query.bookmarks) stops.push(repeated(core, mark))
  if (query.bookmarks && query.timeoutSeconds !== undefined) stops.push(core.clock.after(query.timeoutSeconds * 1000 - lastBookmark, mark, 'background'))
  if (query.timeoutSeconds !== undefined) stops.push(core.clock.after(query.timeoutSeconds * 1000, finish, 'background'))
  return close
}

/**
 * How far a watch has come, selected or not: a bookmark tells the version of the last change of the kind that the server has seen.
 * While it has seen none since the watch began, there is nothing to tell, and it sends none.
 */
interface Progress { readonly from: number; seen: number }

function checkOptions({ sendInitialEvents, resourceVersionMatch }: WatchQuery): void {
  const matched = resourceVersionMatch === 'NotOlderThan'
  const forbidden = sendInitialEvents === undefined
    ? resourceVersionMatch === '' ? [] : [forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')]
    : matched ? [] : [forbiddenField('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')]
  const unsupported = resourceVersionMatch === '' || matched ? [] : [unsupportedField('resourceVersionMatch', resourceVersionMatch, ['NotOlderThan'])]
  if (forbidden.length + unsupported.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [...forbidden, ...unsupported])
}

/** False when the stream ends at once. */
function replay(core: Core, kind: ResourceKind, query: WatchQuery, matches: Matches, from: number | undefined, sink: WatchSink, progress: Progress): boolean {
  const collection = collectionOf(kind)
  if (from === undefined || query.sendInitialEvents === true) {
    for (const object of core.store.list(collection).filter(matches)) sink.event({ type: 'ADDED', object: object as unknown as JsonObject })
    if (query.sendInitialEvents === true && query.bookmarks) sink.event(bookmark(core, kind, core.store.revision(), { 'k8s.io/initial-events-end': 'true' }))
    return true
  }
  const since = core.store.since(collection, from)
  if (since.at === 'compacted') {
    sink.event({ type: 'ERROR', object: statusObject(expired(`too old resource version: ${from} (${since.oldest})`)) })
    return false
  }
  for (const change of since.changes) {
    progress.seen = change.revision
    const event = eventFor(change, matches)
    if (event !== undefined) sink.event(event)
  }
  return true
}

/** What a watcher with a selector sees of a change: an object that leaves its selection is deleted for it, as it was. */
function eventFor(change: Change, matches: Matches): WatchEvent | undefined {
  const now = change.type !== 'DELETED' && matches(change.object)
  const before = change.before !== undefined && matches(change.before)
  const as = (type: WatchEvent['type'], object: KubeObject): WatchEvent => ({ type, object: object as unknown as JsonObject })
  if (now) return as(before ? 'MODIFIED' : 'ADDED', change.object)
  if (!before || change.before === undefined) return undefined
  return as('DELETED', { ...change.before, metadata: { ...change.before.metadata, resourceVersion: String(change.revision) } })
}

function bookmark(core: Core, kind: ResourceKind, revision: number, annotations?: Readonly<Record<string, string>>): WatchEvent {
  const object = normal(core, kind, { metadata: { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) } })
  return { type: 'BOOKMARK', object: isObject(object) ? object : {} }
}

function repeated(core: Core, mark: () => void): () => void {
  let cancel = core.clock.after(bookmarkEvery, tick, 'background')
  function tick(): void {
    mark()
    cancel = core.clock.after(bookmarkEvery, tick, 'background')
  }
  return () => cancel()
}
