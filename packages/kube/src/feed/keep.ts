import { ClusterError, type ObjectKind } from '@fermata/ports'
import { type Asker, parsedJson } from '../ask.ts'
import type { Resource } from '../discovery.ts'
import { listAsk, listOn } from '../list.ts'
import { linesOf } from './lines.ts'
import type { Shelf } from './shelf.ts'

/** Which objects to keep current, where, and by whom. */
export interface Subject {
  readonly asker: Asker
  readonly resource: Resource
  readonly kind: ObjectKind
  readonly namespace: string
}

export interface Heard {
  /** Something is different now. */
  changed(): void
  /** The server has confirmed what is known. */
  confirmed(): void
}

/**
 * When nothing was heard for so long, not even a bookmark, the connection may be dead without knowing it.
 * kube-apiserver sends a bookmark every minute; a limit of just that would list again shortly before each one.
 */
const silenceLimit = 75_000
/**
 * A watch that ends without a word says nothing about what is known. Proxies end quiet ones, often after a minute, and the next begins as quietly:
 * a list then says that nothing has changed, or nobody would ever know.
 */
const confirmedLongAgo = 15_000
/** So many watches in a row without one word, and it is better to poll. */
const failureLimit = 3
const pollFirst = 2_000
const pollLongest = 5_000
/** Then the watch gets another chance, if it was not forbidden. */
const pollsBeforeWatch = 24
/** Seconds after which the server ends a watch by itself; as client-go, between five and ten minutes. */
const watchSeconds = 300

type Ended = 'ended' | 'expired' | 'silent' | 'forbidden' | 'failed'

/** Lists anew. Transient failures were retried inside; what is thrown means that the server cannot be asked. */
export async function relist({ asker, resource, kind, namespace }: Subject, shelf: Shelf, heard: Heard, signal: AbortSignal): Promise<boolean> {
  const different = shelf.replace(await listOn(asker, resource, kind, { namespace }, signal))
  heard.confirmed()
  if (different) heard.changed()
  return different
}

/**
 * Keeps a shelf current from its last list on: watches, goes on where a watch ended, lists again after anything doubtful,
 * and polls while watching is forbidden or does not work. Ends only by its signal or by an error of `relist`.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function keep(subject: Subject, shelf: Shelf, { changed, confirmed }: Heard, signal: AbortSignal): Promise<void> {
  const { clock, random } = subject.asker
  let failures = 0
  let lastConfirmed = clock.now()
  const heard: Heard = {
    changed,
    confirmed: () => {
      lastConfirmed = clock.now()
      confirmed()
    },
  }
  for (;;) {
    signal.throwIfAborted()
    const { ended, words } = await watchOnce(subject, shelf, heard, signal)
    if (ended === 'forbidden') return poll(subject, shelf, heard, signal, Number.POSITIVE_INFINITY)
    if (ended !== 'ended' || clock.now() - lastConfirmed >= confirmedLongAgo) await relist(subject, shelf, heard, signal)
    failures = ended === 'failed' && words === 0 ? failures + 1 : 0
    if (failures === failureLimit) {
      await poll(subject, shelf, heard, signal, pollsBeforeWatch)
      failures = 0
    } else if (words === 0 && ended !== 'silent') await clock.sleep(500 * 2 ** failures * (0.5 + random.next() / 2), signal)
  }
}

async function poll(subject: Subject, shelf: Shelf, heard: Heard, signal: AbortSignal, times: number): Promise<void> {
  let wait = pollFirst
  for (let time = 0; time < times; time++) {
    await subject.asker.clock.sleep(wait, signal)
    wait = (await relist(subject, shelf, heard, signal)) ? pollFirst : Math.min(pollLongest, wait * 1.25)
  }
}

/** One watch, from its first to its last word. */
async function watchOnce({ asker, resource, namespace }: Subject, shelf: Shelf, heard: Heard, signal: AbortSignal): Promise<{ readonly ended: Ended; readonly words: number }> {
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  const seconds = Math.round(watchSeconds * (1 + asker.random.next()))
  const asked = listAsk(resource, { namespace }, `watch=true&allowWatchBookmarks=true&resourceVersion=${encodeURIComponent(shelf.version())}&timeoutSeconds=${seconds}`, both)
  let words = 0
  let lastWord = asker.clock.now()
  const guard = watchdog(asker, both, () => lastWord, () => over.abort(silence))
  try {
    const stream = await asker.stream(asked)
    for await (const line of linesOf(stream.chunks)) {
      lastWord = asker.clock.now()
      const taken = shelf.take(parsedJson(asked, line))
      if (taken === 'expired' || taken === 'failed') return { ended: taken, words }
      words++
      heard.confirmed()
      if (taken === 'changed') heard.changed()
    }
    return { ended: 'ended', words }
  } catch (error) {
    signal.throwIfAborted()
    return { ended: endedBy(error), words }
  } finally {
    over.abort(finished)
    await guard
  }
}

const silence = new Error('nothing was heard for too long')
const finished = new Error('the watch is over')

/** Anything but a refusal is a reason to list: the list then tells whether the server can still be asked. */
function endedBy(error: unknown): Ended {
  if (error === silence) return 'silent'
  if (!(error instanceof ClusterError)) throw error
  if (error.kind === 'gone') return 'expired'
  return error.kind === 'forbidden' ? 'forbidden' : 'failed'
}

/** Barks once when the last word is too long ago; sleeps until the signal otherwise. */
async function watchdog({ clock }: Asker, signal: AbortSignal, lastWord: () => number, bark: () => void): Promise<void> {
  while (!signal.aborted) {
    const left = lastWord() + silenceLimit - clock.now()
    if (left <= 0) return bark()
    try {
      await clock.sleep(left, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
