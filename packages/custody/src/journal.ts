import { gunzipSync, gzipSync } from 'node:zlib'
import { at, type Cluster, ClusterError, type KubeObject, type ObjectRef, textAt } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { because } from './codes.ts'
import { journalBytes, writeAttempts } from './defaults.ts'
import { fenceIn } from './fence.ts'
import { fenceAnnotation, hiddenRef, journalKind, journalPrefix, journalRef, managedBy, managedSelector, nameOf, refOf, releaseAnnotation } from './names.ts'
import { same } from './read.ts'
import { explained } from './refusals.ts'

/** What every entry says of itself, whatever family of journals it belongs to. */
export interface AnyEntry {
  /** `fermata/<family>@<version>` */
  readonly schema: string
  readonly startedAt: string
  /** False as long as something may have to be gone on with or undone. */
  readonly ended: boolean
}

/** One state of a journal. */
export interface Page<Entry extends AnyEntry> {
  /** For people and for later runs: lies in the ConfigMap as JSON that can be read. */
  readonly entry: Entry
  /** Any JSON that is too long to be read by people. Lies in the ConfigMap, compressed. */
  readonly kept?: unknown
  /** Any JSON that not everybody who may read ConfigMaps may see. Lies in a Secret of the same name. */
  readonly hidden?: unknown
}

/** Keeps one journal current. Every save replaces exactly the version that this writer saw last; another writer ends it. */
export interface JournalWriter<Entry extends AnyEntry> {
  /** @throws EnvironmentError FM-CUSTODY-JOURNAL-LOST when another has written it or the cluster does not take it, -FULL when it is too large */
  save(page: Page<Entry>): Promise<void>
}

export interface Journals<Entry extends AnyEntry> {
  /**
   * @param fence of the lease under which it is written: a writer with a lower one than the journal carries is refused
   * @throws EnvironmentError when there is one of this name
   */
  create(id: string, page: Page<Entry>, fence?: number): Promise<JournalWriter<Entry>>
  /** The journal as it is, and a writer that goes on from it; undefined where there is none. */
  open(id: string, fence?: number): Promise<{ readonly page: Page<Entry>; readonly writer: JournalWriter<Entry> } | undefined>
  /**
   * Reads, decides and writes, and decides anew when somebody else has written in between. For what several runs keep together.
   * @param decide what it is to be; undefined leaves it as it is
   * @returns what it is now
   */
  change(id: string, decide: (current: Page<Entry> | undefined) => Page<Entry> | undefined): Promise<Page<Entry> | undefined>
  /** Entries of this family, newest first. Of another family nothing is said; of another version it is an error and no empty list. */
  list(): Promise<readonly (readonly [id: string, entry: Entry])[]>
}

const entryKey = 'journal.json'
const keptKey = 'former.json.gz'
/** Says in the ConfigMap where the hidden part is. Without it there is none, and nobody needs a right to read Secrets. */
const hiddenKey = 'hidden'

/**
 * Journals of one family as ConfigMaps `fermata-journal-<id>` of a namespace.
 * @param schema `fermata/<family>@<version>`, of the entries that are written and read here
 */
export function journalsIn<Entry extends AnyEntry>(cluster: Cluster, namespace: string, schema: Entry['schema']): Journals<Entry> {
  const writerOf = (id: string, map: KubeObject | undefined, secret: KubeObject | undefined, fence: number): JournalWriter<Entry> => {
    const ref = hiddenRef(namespace, id)
    const keep = keeperOf(cluster, journalRef(namespace, id), map, id, fence)
    let hide: ReturnType<typeof keeperOf> | undefined
    return {
      async save({ entry, kept, hidden }) {
        // What is hidden first: an entry that speaks of it is then never alone. A run that died in between has left it without one.
        hide ??= hidden === undefined ? undefined : keeperOf(cluster, ref, secret ?? (map === undefined ? undefined : await cluster.get(ref)), id, fence)
        if (hidden !== undefined) await hide?.({ type: 'Opaque', data: { [keptKey]: packed(hidden) } })
        await keep({ data: { [entryKey]: JSON.stringify(entry), ...(hidden !== undefined && { [hiddenKey]: nameOf(ref) }) }, ...(kept !== undefined && { binaryData: { [keptKey]: packed(kept) } }) })
      },
    }
  }
  const read = async (id: string): Promise<{ readonly page: Page<Entry>; readonly map: KubeObject; readonly secret: KubeObject | undefined } | undefined> => {
    const map = await cluster.get(journalRef(namespace, id))
    if (map === undefined) return undefined
    const secret = textAt(map, 'data', hiddenKey) === undefined ? undefined : await cluster.get(hiddenRef(namespace, id))
    const [kept, hidden] = [unpacked(map, 'binaryData'), unpacked(secret, 'data')]
    return { page: { entry: entryIn<Entry>(map, schema), ...(kept !== undefined && { kept }), ...(hidden !== undefined && { hidden }) }, map, secret }
  }
  const journals: Journals<Entry> = {
    async create(id, page, fence = 0) {
      const writer = writerOf(id, undefined, undefined, fence)
      await writer.save(page)
      return writer
    },
    async open(id, fence = 0) {
      const found = await read(id)
      return found && { page: found.page, writer: writerOf(id, found.map, found.secret, fence) }
    },
    async change(id, decide) {
      for (let attempt = 1; ; attempt++) {
        const found = await read(id)
        const wanted = decide(found?.page)
        if (wanted === undefined) return found?.page
        try {
          await writerOf(id, found?.map, found?.secret, fenceIn(found?.map)).save(wanted)
          return wanted
        } catch (error) {
          if (!(error instanceof Overtaken) || attempt >= writeAttempts) throw error
        }
      }
    },
    async list() {
      const { items } = await cluster.list(journalKind, { namespace, labelSelector: managedSelector })
      const own = items.filter((item) => item.metadata.name.startsWith(journalPrefix) && familyOf(item) === family(schema))
      return own.map((item) => [item.metadata.annotations?.[releaseAnnotation] ?? item.metadata.name.slice(journalPrefix.length), entryIn<Entry>(item, schema)] as const).toSorted(([, a], [, b]) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0))
    },
  }
  return journals
}

/** What any journal says of itself. @throws EnvironmentError when it says nothing that can be read */
export function anyEntryIn(object: KubeObject): AnyEntry {
  const entry = parsed(object)
  const [schema, startedAt] = [textAt(entry, 'schema'), textAt(entry, 'startedAt')]
  if (schema === undefined || startedAt === undefined || typeof at(entry, 'ended') !== 'boolean') throw unreadable(object, 'it does not say what it is, when it began and whether it has ended')
  return entry as AnyEntry
}

function entryIn<Entry extends AnyEntry>(object: KubeObject, schema: string): Entry {
  const entry = parsed(object)
  if (textAt(entry, 'schema') !== schema) throw unreadable(object, `it is ${textAt(entry, 'schema') ?? 'of no schema'}, and this version reads ${schema}`)
  return entry as Entry
}

function parsed(object: KubeObject): unknown {
  try {
    return JSON.parse(textAt(object, 'data', entryKey) ?? '')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw unreadable(object, 'its entry is no JSON')
  }
}

/** Of a journal that cannot be read it is not known whose it is, so it is everybody's: reading it then says what is wrong. */
function familyOf(object: KubeObject): string {
  return family(textAt(parsed(object), 'schema') ?? '')
}

function family(schema: string): string {
  return schema.replace(/@.*$/, '')
}

function unreadable(object: KubeObject, why: string): EnvironmentError {
  return new EnvironmentError(because('FM-CUSTODY-JOURNAL-LOST', { says: `${nameOf(refOf(object))} is no journal that can be read: ${why}.`, remedy: 'Use the version of Fermata that wrote it.' }))
}

function packed(value: unknown): string {
  return gzipSync(JSON.stringify(value)).toString('base64')
}

function unpacked(object: KubeObject | undefined, field: 'data' | 'binaryData'): unknown {
  const text = textAt(object, field, keptKey)
  if (object === undefined || text === undefined) return undefined
  try {
    return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8'))
  } catch (cause) {
    throw unreadable(object, `what it keeps is cut off or was changed (${cause instanceof Error ? cause.message : 'unknown'})`)
  }
}

/** Somebody else has written the journal. */
class Overtaken extends EnvironmentError {}

/** Writes one object again and again, each time over the version that it wrote before. */
function keeperOf(cluster: Cluster, ref: ObjectRef, begun: KubeObject | undefined, id: string, fence: number): (content: Readonly<Record<string, unknown>>) => Promise<void> {
  let last = begun
  const lost = (why: string, cause: unknown, Kind = EnvironmentError): EnvironmentError => new Kind(because('FM-CUSTODY-JOURNAL-LOST', { says: `The journal ${nameOf(ref)} could not be written: ${why}` }), { cause })
  const overtaken = (live: KubeObject | undefined, cause: unknown): EnvironmentError => lost(`another run has written it${fenceIn(live) > fence ? ` under fence ${fenceIn(live)}, and this one has ${fence}` : ''}.`, cause, Overtaken)
  return async (content) => {
    if (fenceIn(last) > fence) throw overtaken(last, undefined)
    if (last !== undefined && holds(last, content) && fenceIn(last) === fence) return
    const size = JSON.stringify(content).length
    if (size > journalBytes) throw new EnvironmentError(because('FM-CUSTODY-JOURNAL-FULL', { says: `The journal of ${id} would have ${size} bytes, and at most ${journalBytes} are kept.` }))
    for (let attempt = 1; ; attempt++) {
      const version = last?.metadata.resourceVersion
      const metadata = { name: ref.name, ...(ref.namespace !== undefined && { namespace: ref.namespace }), labels: managedBy, annotations: { [releaseAnnotation]: id, ...(fence > 0 && { [fenceAnnotation]: String(fence) }) }, ...(version !== undefined && { resourceVersion: version }) }
      const wanted: KubeObject = { apiVersion: ref.apiVersion, kind: ref.kind, metadata, ...content }
      try {
        last = version === undefined ? await cluster.create(wanted) : await cluster.replace(wanted)
        return
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error
        if (error.kind === 'forbidden') throw explained(error, 'journal', ref.namespace ?? '', `The journal ${nameOf(ref)} cannot be written`)
        if (error.kind === 'invalid' || error.kind === 'unauthorized' || error.kind === 'refused') throw lost(error.reason.message, error)
        // A refusal of the first attempt is clear. Otherwise an answer may have been lost on its way: then what is there is ours.
        const unclear = attempt > 1 || error.kind !== 'conflict'
        const found = await cluster.get(ref).catch((second: unknown) => {
          throw second instanceof ClusterError ? lost(second.reason.message, second) : second
        })
        if (unclear && found !== undefined && holds(found, content) && fenceIn(found) === fence) {
          last = found
          return
        }
        if (found?.metadata.resourceVersion !== version) throw overtaken(found, error)
        if (attempt >= writeAttempts) throw lost(error.reason.message, error)
      }
    }
  }
}

function holds(object: KubeObject, content: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(content).every(([field, value]) => same(at(object, field), value))
}
