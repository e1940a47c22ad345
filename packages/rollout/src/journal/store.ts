import { gunzipSync, gzipSync } from 'node:zlib'
import { type Cluster, ClusterError, type KubeObject, type ObjectRef } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import type { ServiceId } from '@fermata/catalog'
import { because } from '../codes.ts'
import { journalBytes, writeAttempts } from '../defaults.ts'
import { same } from '../plan/canonical.ts'
import { at, textAt } from '../plan/objects.ts'
import type { Former } from '../undo/former.ts'
import { type Formers, type JournalEntry, journalSchemaId } from './entry.ts'

/** The journal of one release, as it lies in the cluster. */
export interface Journal {
  readonly entry: JournalEntry
  readonly formers: Formers
}

/** Keeps a journal current. Every save replaces exactly the version that this writer saved before; another writer ends it. */
export interface OpenJournal {
  /** @throws EnvironmentError when another has written it, when it is too large, or when the cluster does not take it */
  save(journal: Journal): Promise<void>
}

const prefix = 'fermata-journal-'
const managedBy = { 'app.kubernetes.io/managed-by': 'fermata' } as const
const entryKey = 'journal.json'
const formersKey = 'former.json.gz'

/**
 * Journals as ConfigMaps `fermata-journal-<release>` of a namespace: the entry as JSON for people, the former objects compressed.
 * Former values of Secrets never go into a ConfigMap: they lie in a Secret of the same name.
 */
export function journalsIn(cluster: Cluster, namespace: string): {
  /** @throws EnvironmentError when there is one of this name */
  create(journal: Journal): Promise<OpenJournal>
  /** The journal as it is, and a writer that goes on from it; undefined where there is none. */
  open(release: string): Promise<{ readonly journal: Journal; readonly writer: OpenJournal } | undefined>
  /** Newest first. */
  list(): Promise<readonly JournalEntry[]>
} {
  const refs = (release: string): { readonly map: ObjectRef; readonly secret: ObjectRef } => ({
    map: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `${prefix}${release}` },
    secret: { apiVersion: 'v1', kind: 'Secret', namespace, name: `${prefix}${release}` },
  })
  return {
    async create(journal) {
      const { map, secret } = refs(journal.entry.release)
      const keeper = keeperOf(cluster, map, undefined)
      const secrets = keeperOf(cluster, secret, undefined)
      const writer = writerOf(keeper, secrets)
      await writer.save(journal)
      return writer
    },
    async open(release) {
      const { map, secret } = refs(release)
      const [kept, hidden] = await Promise.all([cluster.get(map), cluster.get(secret)])
      if (kept === undefined) return undefined
      const formers = new Map<ServiceId, Former[]>()
      for (const [id, list] of [...formersIn(kept), ...formersIn(hidden)]) formers.set(id, [...(formers.get(id) ?? []), ...list])
      return { journal: { entry: entryIn(kept), formers }, writer: writerOf(keeperOf(cluster, map, kept), keeperOf(cluster, secret, hidden)) }
    },
    async list() {
      const { items } = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace, labelSelector: 'app.kubernetes.io/managed-by=fermata' })
      const entries = items.filter((item) => item.metadata.name.startsWith(prefix)).map(entryIn)
      return entries.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0))
    },
  }
}

function writerOf(map: Keeper, secret: Keeper): OpenJournal {
  return {
    async save({ entry, formers }) {
      const open = new Map<ServiceId, readonly Former[]>()
      const hidden = new Map<ServiceId, readonly Former[]>()
      for (const [id, list] of formers) {
        open.set(id, list.filter(({ ref }) => ref.kind !== 'Secret'))
        const secrets = list.filter(({ ref }) => ref.kind === 'Secret')
        if (secrets.length > 0) hidden.set(id, secrets)
      }
      if (hidden.size > 0) await secret.keep({ type: 'Opaque', data: { [formersKey]: packed(hidden) } }, entry.release)
      await map.keep({ data: { [entryKey]: JSON.stringify(entry) }, binaryData: { [formersKey]: packed(open) } }, entry.release)
    },
  }
}

function packed(formers: Formers): string {
  return gzipSync(JSON.stringify([...formers])).toString('base64')
}

function formersIn(object: KubeObject | undefined): readonly (readonly [ServiceId, readonly Former[]])[] {
  const text = textAt(object, object?.kind === 'Secret' ? 'data' : 'binaryData', formersKey)
  return text === undefined ? [] : (JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8')) as readonly (readonly [ServiceId, readonly Former[]])[])
}

function entryIn(object: KubeObject): JournalEntry {
  const text = textAt(object, 'data', entryKey)
  const entry: unknown = text === undefined ? undefined : JSON.parse(text)
  if (textAt(entry, 'schema') !== journalSchemaId) throw new EnvironmentError(because('FM-DEPLOY-JOURNAL-LOST', { says: `ConfigMap ${object.metadata.namespace}/${object.metadata.name} is no journal that this version reads (${journalSchemaId}).`, remedy: 'Use the version of Fermata that wrote it.' }))
  return entry as JournalEntry
}

interface Keeper {
  keep(content: Readonly<Record<string, unknown>>, release: string): Promise<void>
}

/** Writes one object again and again, each time over the version that it wrote before. */
function keeperOf(cluster: Cluster, ref: ObjectRef, begun: KubeObject | undefined): Keeper {
  let last = begun
  const lost = (why: string, error: unknown): EnvironmentError => new EnvironmentError(because('FM-DEPLOY-JOURNAL-LOST', { says: `The journal ${ref.kind} ${ref.namespace}/${ref.name} could not be written: ${why}` }), { cause: error })
  return {
    async keep(content, release) {
      if (last !== undefined && holds(last, content)) return
      const size = JSON.stringify(content).length
      if (size > journalBytes) throw new EnvironmentError(because('FM-DEPLOY-JOURNAL-FULL', { says: `The journal of ${release} would have ${size} bytes, and at most ${journalBytes} are kept.` }))
      const metadata = { name: ref.name, ...(ref.namespace !== undefined && { namespace: ref.namespace }), labels: managedBy, annotations: { 'fermata.dev/release': release } }
      for (let attempt = 1; ; attempt++) {
        const version = last?.metadata.resourceVersion
        const wanted: KubeObject = { apiVersion: ref.apiVersion, kind: ref.kind, metadata: { ...metadata, ...(version !== undefined && { resourceVersion: version }) }, ...content }
        try {
          last = version === undefined ? await cluster.create(wanted) : await cluster.replace(wanted)
          return
        } catch (error) {
          if (!(error instanceof ClusterError)) throw error
          if (error.kind === 'forbidden' || error.kind === 'invalid' || error.kind === 'unauthorized' || error.kind === 'refused') throw lost(error.reason.message, error)
          // The answer of an earlier attempt may have been lost on its way: then what is there is ours.
          const found = await present(cluster, ref, lost)
          if (found !== undefined && holds(found, content)) {
            last = found
            return
          }
          if (found?.metadata.resourceVersion !== version) throw lost('another run has written it.', error)
          if (attempt >= writeAttempts) throw lost(error.reason.message, error)
        }
      }
    },
  }
}

async function present(cluster: Cluster, ref: ObjectRef, lost: (why: string, error: unknown) => EnvironmentError): Promise<KubeObject | undefined> {
  try {
    return await cluster.get(ref)
  } catch (error) {
    throw error instanceof ClusterError ? lost(error.reason.message, error) : error
  }
}

function holds(object: KubeObject, content: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(content).every(([field, value]) => same(at(object, field), value))
}
