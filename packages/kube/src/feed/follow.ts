import { ClusterError, type Feed, type Instant, type ObjectKind } from '@fermata/ports'
import type { Asker } from '../ask.ts'
import type { Discovery } from '../discovery.ts'
import { abortable } from '../wire/transport.ts'
import { keep, relist } from './keep.ts'
import { emptyShelf, type Shelf } from './shelf.ts'

/**
 * Several kinds of a namespace, kept current together. Answers after the first lists.
 * A change that comes while nobody waits is not lost: the next `changed` resolves at once.
 */
export async function followOn(asker: Asker, discovery: Discovery, kinds: readonly ObjectKind[], namespace: string, signal?: AbortSignal): Promise<Feed> {
  const own = new AbortController()
  const outer = [signal, asker.signal].filter((each) => each !== undefined)
  const both = AbortSignal.any([own.signal, ...outer])
  const confirmedAt = new Map<string, Instant>()
  const waiters = new Set<() => void>()
  const shelves = new Map<string, Shelf>()
  let news = false
  const failures: unknown[] = []
  const wake = () => {
    for (const waiter of waiters) waiter()
    waiters.clear()
  }

  async function begin(kind: ObjectKind): Promise<void> {
    const subject = { asker, resource: await discovery.require(kind), kind, namespace }
    const shelf = emptyShelf()
    shelves.set(kindKey(kind), shelf)
    const heard = {
      changed: () => {
        news = true
        wake()
      },
      confirmed: () => confirmedAt.set(kindKey(kind), asker.clock.now()),
    }
    await relist(subject, shelf, heard, both)
    keep(subject, shelf, heard, both).catch((error: unknown) => {
      failures.push(error)
      wake()
    })
  }

  try {
    await Promise.all(kinds.map(begin))
  } catch (error) {
    own.abort(new Error('the feed could not begin'))
    throw error
  }
  news = false

  return {
    objects: (kind) => {
      const found = shelves.get(kindKey(kind))
      if (found === undefined) throw new ClusterError('unknown-kind', `${kindKey(kind)} is not followed.`, { remedy: 'Name it when the feed is begun.' })
      return found.objects()
    },
    changed: async (withinMs) => {
      both.throwIfAborted()
      if (!news && failures.length === 0) await wokenWithin(asker, withinMs, waiters, both)
      if (failures.length > 0) throw failures[0]
      news = false
    },
    // What is known is only as fresh as its oldest part.
    confirmedAt: () => Math.min(...confirmedAt.values()),
    close: () => {
      own.abort(new Error('the feed was closed'))
      wake()
    },
  }
}

async function wokenWithin(asker: Asker, withinMs: number, waiters: Set<() => void>, signal: AbortSignal): Promise<void> {
  const enough = new AbortController()
  const woken = new Promise<void>((settle) => waiters.add(settle))
  const slept = asker.clock.sleep(withinMs, AbortSignal.any([enough.signal, signal]))
  // The sleep that lost the race ends with a rejection that nobody waits for.
  slept.catch(() => undefined)
  try {
    await abortable(Promise.race([woken, slept]), signal)
  } finally {
    enough.abort(new Error('woken'))
  }
}

function kindKey({ apiVersion, kind }: ObjectKind): string {
  return `${apiVersion} ${kind}`
}
