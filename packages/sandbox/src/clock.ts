import type { Clock, Instant } from '@fermata/ports'

export type Cancel = () => void

/** A clock that also runs things later. Everything in the sandbox that waits, waits on one of these. */
export interface SandboxClock extends Clock {
  /** Runs `action` once, `milliseconds` from now. What comes back forgets it. */
  after(milliseconds: number, action: () => void, kind?: TimerKind): Cancel
}

/** `background` timers (bookmarks, expiry of watches) fire when time passes them, but are no reason for time to pass. */
export type TimerKind = 'foreground' | 'background'

export interface AutoAdvance {
  /** True while somebody works: a request is under way, a process runs. Time stands still meanwhile. */
  readonly busy?: () => boolean
}

export interface VirtualClock extends SandboxClock {
  /** Moves time on and fires what becomes due, in order; between two timers everything that they started may settle. */
  advance(milliseconds: number): Promise<void>
  /** Jumps to the next timer whenever nothing is under way, until the returned function is called. */
  autoAdvance(options?: AutoAdvance): Cancel
  /** How many foreground timers wait. */
  pending(): number
}

function sleepOn(clock: Pick<SandboxClock, 'after'>, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) { reject(signal.reason); return }
    const cancel = clock.after(milliseconds, () => { signal?.removeEventListener('abort', stop); resolve() })
    function stop(): void { cancel(); reject(signal?.reason) }
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** Wall time, or `speed` times as fast. A timer of the wall clock keeps no process alive. */
export function realClock({ speed = 1 }: { readonly speed?: number } = {}): SandboxClock {
  if (!(speed > 0)) throw new RangeError(`speed must be above 0, is ${speed}`)
  const started = Date.now()
  const longest = 2 ** 31 - 1
  const clock = {
    now: (): Instant => started + (Date.now() - started) * speed,
    after(milliseconds: number, action: () => void): Cancel {
      const timer = setTimeout(action, Math.min(longest, Math.max(0, milliseconds / speed)))
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
  return { ...clock, sleep: (milliseconds, signal) => sleepOn(clock, milliseconds, signal) }
}

interface Timer {
  readonly at: Instant
  readonly order: number
  readonly action: () => void
  readonly kind: TimerKind
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

/** Turns of the event loop without work after which nothing is under way any more: enough for a TLS handshake's messages over loopback. */
const quietTurns = 24

/** Requests of libuv that are under way in this process: reads of files, lookups, connects, writes, child processes. */
const underWay = (): boolean => process.getActiveResourcesInfo().some((resource) => /Req|ConnectWrap|WriteWrap|ShutdownWrap|ProcessWrap/.test(resource))

/**
 * Time that moves only when told to. It starts at a fixed instant, so that runs repeat.
 * A thing that a timer throws is thrown by `advance`, or by the process when time advances by itself.
 */
export function virtualClock({ start = Date.UTC(2026, 0, 5, 9) }: { readonly start?: Instant } = {}): VirtualClock {
  let now = start
  let made = 0
  const timers = new Set<Timer>()
  const next = (until: Instant): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers) if (timer.at <= until && (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))) first = timer
    return first
  }
  const fire = (timer: Timer): void => { timers.delete(timer); now = Math.max(now, timer.at); timer.action() }
  const pending = (): number => [...timers].filter((timer) => timer.kind === 'foreground').length
  const clock = {
    now: (): Instant => now,
    after(milliseconds: number, action: () => void, kind: TimerKind = 'foreground'): Cancel {
      const timer = { at: now + Math.max(0, milliseconds), order: made++, action, kind }
      timers.add(timer)
      return () => { timers.delete(timer) }
    },
  }
  return {
    ...clock,
    sleep: (milliseconds, signal) => sleepOn(clock, milliseconds, signal),
    pending,
    async advance(milliseconds) {
      const until = now + milliseconds
      await settled(() => false, 2)
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        const at = timer.at
        for (let due: Timer | undefined = timer; due !== undefined; due = next(at)) fire(due)
        await settled(() => false, 2)
      }
      now = until
    },
    autoAdvance({ busy = () => false } = {}) {
      let running = true
      const drive = async (): Promise<void> => {
        while (running) {
          await settled(busy, quietTurns)
          if (!running) return
          const timer = pending() === 0 ? undefined : next(Infinity)
          if (timer === undefined) await turn()
          else for (let due: Timer | undefined = timer; due !== undefined; due = next(timer.at)) fire(due)
        }
      }
      void drive()
      return () => { running = false }
    },
  }
}

async function settled(busy: () => boolean, turns: number): Promise<void> {
  for (let quiet = 0; quiet < turns; quiet++) {
    await turn()
    if (busy() || (turns === quietTurns && underWay())) quiet = -1
  }
}
