import type { KubeObject } from '@fermata/ports'

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** One write. `before` is what stood there, for watchers whose selector an object enters or leaves. */
export interface Change {
  readonly type: ChangeType
  readonly revision: number
  readonly collection: string
  readonly object: KubeObject
  readonly before: KubeObject | undefined
}

export type Since =
  | { readonly at: 'known'; readonly changes: readonly Change[] }
  | { readonly at: 'compacted'; readonly oldest: number }

/**
 * What etcd is to an API server: collections of objects, one counter of revisions for all of them, and a log to watch.
 * Objects are values: whoever changes one puts a new one. The store stamps `resourceVersion` and decides nothing.
 */
export interface Store {
  revision(): number
  get(collection: string, key: string): KubeObject | undefined
  /** Sorted by key. */
  list(collection: string): readonly KubeObject[]
  collections(): readonly string[]
  put(collection: string, key: string, object: KubeObject): KubeObject
  /** The object as its last watchers see it, with the revision of its removal. */
  remove(collection: string, key: string): KubeObject | undefined
  /** Changes of a collection after a revision. */
  since(collection: string, revision: number): Since
  /** Called after every write, at once. */
  subscribe(listener: (change: Change) => void): () => void
  /** Forgets the history up to now: watches from older revisions are answered with 410. */
  compact(): void
}

export const keyOf = (object: KubeObject): string => keyFor(object.metadata.namespace, object.metadata.name)
export const keyFor = (namespace: string | undefined, name: string): string => (namespace === undefined || namespace === '' ? name : `${namespace}/${name}`)

/** `history`: how many changes are remembered; older ones are compacted, as the watch cache of a real server does. */
export function createStore({ history = 20_000 }: { readonly history?: number } = {}): Store {
  let revision = 1
  let oldest = 1
  let log: Change[] = []
  const collections = new Map<string, Map<string, KubeObject>>()
  const listeners = new Set<(change: Change) => void>()
  const collection = (name: string): Map<string, KubeObject> => {
    const known = collections.get(name) ?? new Map<string, KubeObject>()
    collections.set(name, known)
    return known
  }
  const stamp = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, resourceVersion: String(++revision) } })
  const record = (change: Change): void => {
    log.push(change)
    if (log.length > history * 1.25) {
      const forgotten = log[log.length - history - 1]
      log = log.slice(-history)
      oldest = forgotten?.revision ?? oldest
    }
    for (const listener of listeners) listener(change)
  }
  return {
    revision: () => revision,
    get: (name, key) => collections.get(name)?.get(key),
    list: (name) => [...(collections.get(name)?.entries() ?? [])].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, object]) => object),
    collections: () => [...collections.keys()],
    put(name, key, object) {
      const objects = collection(name)
      const before = objects.get(key)
      const stored = stamp(object)
      objects.set(key, stored)
      record({ type: before === undefined ? 'ADDED' : 'MODIFIED', revision, collection: name, object: stored, before })
      return stored
    },
    remove(name, key) {
      const objects = collection(name)
      const before = objects.get(key)
      if (before === undefined) return undefined
      objects.delete(key)
      const last = stamp(before)
      record({ type: 'DELETED', revision, collection: name, object: last, before })
      return last
    },
    since: (name, from) => (from < oldest ? { at: 'compacted', oldest } : { at: 'known', changes: log.filter((change) => change.revision > from && change.collection === name) }),
    subscribe(listener) { listeners.add(listener); return () => { listeners.delete(listener) } },
    compact() { log = []; oldest = revision },
  }
}
