import { ApiError } from '../api/status.ts'
import type { Core } from '../core.ts'
import type { Change } from '../store/store.ts'
import type { Cancel, TimerKind } from '../../clock.ts'

/** A loop that brings one kind of object to what it should be. */
export interface Controller {
  readonly name: string
  /** Of a loop that looks again and again for ever: no reason for a virtual clock to go on. */
  readonly patience?: 'background'
  /** Keys of the objects that must be looked at after a change. */
  keys(change: Change): readonly string[]
  /** Looks at one object. What comes back says after how many milliseconds to look again, if nothing changes before. */
  sync(key: string): number | undefined
}

/** How long after a change a controller acts. A real one takes about as long; without it no client would ever see a stale status. */
export const reaction = 10

const longestRetry = 60_000

/** Runs controllers on the cluster's clock until the returned function is called; they begin with what is there. An API refusal is tried again, later and later. */
export function runControllers(core: Core, controllers: readonly Controller[]): () => void {
  const runs = controllers.map((controller) => runController(core, controller))
  for (const collection of core.store.collections()) {
    for (const object of core.store.list(collection)) for (const run of runs) run.observe({ type: 'ADDED', revision: core.store.revision(), collection, object, before: undefined })
  }
  const unsubscribe = core.store.subscribe((change) => { for (const run of runs) run.observe(change) })
  return () => { unsubscribe(); for (const run of runs) run.stop() }
}

function runController(core: Core, controller: Controller): { observe(change: Change): void; stop(): void } {
  const waiting = new Map<string, { readonly at: number; readonly cancel: Cancel }>()
  const failures = new Map<string, number>()
  const schedule = (key: string, delay: number, kind: TimerKind = 'foreground'): void => {
    const at = core.clock.now() + delay
    const known = waiting.get(key)
    if (known !== undefined && known.at <= at) return
    known?.cancel()
    waiting.set(key, { at, cancel: core.clock.after(delay, () => { waiting.delete(key); run(key) }, kind) })
  }
  const run = (key: string): void => {
    try {
      const again = controller.sync(key)
      failures.delete(key)
      if (again !== undefined) schedule(key, Math.max(1, again), controller.patience)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const count = (failures.get(key) ?? 0) + 1
      failures.set(key, count)
      schedule(key, Math.min(longestRetry, reaction * 2 ** count))
    }
  }
  return {
    observe(change) { for (const key of controller.keys(change)) schedule(key, reaction) },
    stop() { for (const { cancel } of waiting.values()) cancel(); waiting.clear() },
  }
}
