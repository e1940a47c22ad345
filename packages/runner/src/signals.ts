import { Cancelled } from '@fermata/verdict'

/** How long a use case may take to leave a safe state: GitHub sends SIGTERM 7.5 s after SIGINT, and kills 2.5 s later. */
export const timeToCleanUp = 7_500

export interface Interruption {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Resolves when the time to clean up is over, or at the second signal: nobody waits for the use case any longer. */
  readonly overdue: Promise<void>
  readonly stop: () => void
}

/**
 * The first signal asks the use case to stop, the second one stops waiting for it, and a third one ends the process there and then.
 * The second must not end it at once: it is how GitHub says that the time is over, and the report is still to be written.
 */
export function listenForInterruption(said: (message: string) => void): Interruption {
  const controller = new AbortController()
  const overdue = Promise.withResolvers<void>()
  let signals = 0
  let timer: NodeJS.Timeout | undefined
  const heard = (name: NodeJS.Signals) => {
    signals += 1
    if (signals === 1) {
      timer = setTimeout(overdue.resolve, timeToCleanUp)
      controller.abort(new Cancelled(`Stopped by ${name}.`))
      said(`${name}: stopping. There are ${timeToCleanUp / 1000} seconds to leave a safe state; a second signal does not wait for them.`)
    } else if (signals === 2) overdue.resolve()
    else process.exit(130)
  }
  process.on('SIGINT', heard).on('SIGTERM', heard)
  return {
    signal: controller.signal,
    overdue: overdue.promise,
    stop: () => {
      clearTimeout(timer)
      process.off('SIGINT', heard).off('SIGTERM', heard)
    },
  }
}
