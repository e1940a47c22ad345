import { type AnyEntry, journalsIn as pagesIn, type Page } from '@fermata/custody'
import type { Cluster } from '@fermata/ports'
import type { ServiceId } from '@fermata/catalog'
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

export interface Opened {
  readonly journal: Journal
  readonly writer: OpenJournal
}

export interface ReleaseJournals {
  /**
   * @param fence of the warrant under which the release runs
   * @throws EnvironmentError when there is one of this name
   */
  create(journal: Journal, fence: number): Promise<OpenJournal>
  /** The journal as it is, and a writer that goes on from it; undefined where there is none. */
  open(release: string, fence: number): Promise<Opened | undefined>
  /** Newest first. */
  list(): Promise<readonly JournalEntry[]>
}

/**
 * Journals of releases. The entry is for people; the former objects lie beside it, compressed.
 * Former values of Secrets never go into a ConfigMap: they lie in a Secret of the same name.
 */
export function journalsIn(cluster: Cluster, namespace: string): ReleaseJournals {
  const pages = pagesIn<JournalEntry & AnyEntry>(cluster, namespace, journalSchemaId)
  return {
    async create(journal, fence) {
      const writer = await pages.create(journal.entry.release, pageOf(journal), fence)
      return { save: (next) => writer.save(pageOf(next)) }
    },
    async open(release, fence) {
      const found = await pages.open(release, fence)
      if (found === undefined) return undefined
      const { page, writer } = found
      return { journal: { entry: page.entry, formers: formersIn(page) }, writer: { save: (next) => writer.save(pageOf(next)) } }
    },
    list: async () => (await pages.list()).map(([, entry]) => entry),
  }
}

type Kept = readonly (readonly [ServiceId, readonly Former[]])[]

function pageOf({ entry, formers }: Journal): Page<JournalEntry> {
  const of = (secret: boolean): Kept => Array.from(formers, ([id, list]) => [id, list.filter(({ ref }) => (ref.kind === 'Secret') === secret)] as const)
  const hidden = of(true).filter(([, list]) => list.length > 0)
  return { entry, kept: of(false), ...(hidden.length > 0 && { hidden }) }
}

function formersIn({ kept, hidden }: Page<JournalEntry>): Formers {
  const formers = new Map<ServiceId, Former[]>()
  for (const [id, list] of [...((kept ?? []) as Kept), ...((hidden ?? []) as Kept)]) formers.set(id, [...(formers.get(id) ?? []), ...list])
  return formers
}
