import { type Clock, ClusterError, type Instant } from '@fermata/ports'
import { EnvironmentError, type Reason } from '@fermata/verdict'
import { margin, renewalsPerTerm, retryEvery } from './defaults.ts'

/** Something that ends unless it is renewed: a lease, a fuse. */
export interface Renewable {
  /** How long one renewal lasts. */
  readonly termMs: number
  readonly until: () => Instant
  /** False when it is lost for good. A ClusterError is a failure that may pass. */
  renew(): Promise<boolean>
  /** Why nothing more may be done once it is lost. */
  readonly loss: (why: string) => Reason
}

export interface Alive {
  /** Aborted, with an EnvironmentError as its reason, when one of the things is lost or could not be renewed in time. */
  readonly lost: AbortSignal
  /** Keeps one more thing alive from now on. */
  add(thing: Renewable): void
  /**
   * Call right before each write.
   * @throws EnvironmentError when something is lost, or ends so soon by this clock that the write might arrive too late
   */
  assure(): void
  /** Renews no more. Resolves when no renewal is under way. */
  close(): Promise<void>
}

/**
 * Renews things until closed, each when a third of its time has passed, on the clock that is given.
 * A renewal that fails is tried again every second; what cannot be renewed until shortly before its end is lost.
 * It is not ended by a request to stop: the way back needs the right to write too.
 */
export function keepAlive(clock: Clock, things: readonly Renewable[]): Alive {
  const lost = new AbortController()
  const over = new AbortController()
  const kept: Promise<void>[] = []
  const all: Renewable[] = []
  const lose = (thing: Renewable, why: string): void => lost.abort(new EnvironmentError(thing.loss(why)))

  async function keep(thing: Renewable): Promise<void> {
    let pause = thing.termMs / renewalsPerTerm
    while (await paused(clock, pause, over.signal, lost.signal)) {
      try {
        if (!(await thing.renew())) return lose(thing, 'somebody else has taken or removed it')
        pause = thing.termMs / renewalsPerTerm
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error
        if (clock.now() >= thing.until() - margin) return lose(thing, error.reason.message)
        pause = retryEvery
      }
    }
  }

  const alive: Alive = {
    lost: lost.signal,
    add(thing) {
      all.push(thing)
      // What is no answer of a cluster is a mistake of ours; whoever awaits `close` learns of it, and nothing more is written.
      kept.push(keep(thing).catch((error: unknown) => {
        lost.abort(error)
        throw error
      }))
      kept.at(-1)?.catch(() => undefined)
    },
    assure() {
      lost.signal.throwIfAborted()
      const ending = all.find((thing) => clock.now() >= thing.until() - margin)
      if (ending !== undefined) lose(ending, 'it ended before it could be renewed')
      lost.signal.throwIfAborted()
    },
    async close() {
      over.abort()
      await Promise.all(kept)
    },
  }
  for (const thing of things) alive.add(thing)
  return alive
}

/** False when it is over. */
async function paused(clock: Clock, milliseconds: number, ...ends: readonly AbortSignal[]): Promise<boolean> {
  const end = AbortSignal.any([...ends])
  try {
    await clock.sleep(milliseconds, end)
  } catch (error) {
    if (!end.aborted) throw error
  }
  return !end.aborted
}
