import type { ServiceId } from '@fermata/catalog'
import type { Clock } from '@fermata/ports'
import type { Scribe } from '../driver.ts'
import type { ReleaseState } from '../machine/state.ts'
import { keyOf } from '../plan/objects.ts'
import type { Former } from '../undo/former.ts'
import { entryOf, type Formers, type JournalHead } from './entry.ts'
import type { OpenJournal } from './store.ts'

/** Writes the journal of a running release: its state, and what the objects of a service were before they are written. */
export interface JournalScribe extends Scribe {
  /** Resolves when it is kept: only then may the first object of the service be written. */
  remember(service: ServiceId, formers: readonly Former[]): Promise<void>
  /** What the objects of a service were, as far as it has been remembered. */
  formersOf(service: ServiceId): readonly Former[]
}

/** One save at a time; what is asked for in the meantime goes into the next one, together. */
export function journalScribe(head: JournalHead, begun: ReleaseState, known: Formers, store: OpenJournal, clock: Clock): JournalScribe {
  const formers = new Map(known)
  let release = begun
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const save = async (): Promise<void> => store.save({ entry: entryOf(head, release, clock.now()), formers: new Map(formers) })
  const begin = (): Promise<void> => {
    next = undefined
    running = save().finally(() => (running = undefined))
    return running
  }
  const saved = (): Promise<void> => {
    // One that is about to begin will hold this too. Whoever began another in the moment between two would meet itself as a conflict.
    if (next !== undefined) return next
    if (running === undefined) return begin()
    // A save that failed is told to who asked for it; the next one is tried by itself.
    next = running.then(begin, begin)
    return next
  }
  return {
    note(state) {
      release = state
      return saved()
    },
    remember(service, list) {
      // What a run before this one has remembered is what was there before the release; what is there now may be half of it.
      const before = formers.get(service) ?? []
      const remembered = new Set(before.map(aboutWhat))
      formers.set(service, [...before, ...list.filter((former) => !remembered.has(aboutWhat(former)))])
      return saved()
    },
    formersOf: (service) => formers.get(service) ?? [],
  }
}

/** The weights of a route and what else stands in it are remembered apart. */
function aboutWhat(former: Former): string {
  return `${former.is === 'routed' ? 'weights of ' : ''}${keyOf(former.ref)}`
}
