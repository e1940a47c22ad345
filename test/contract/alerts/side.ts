import type { AlertmanagerConfig } from '@fermata/sandbox'

export interface Running {
  readonly url: string
  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): Promise<void>
  now(): number
  stop(): Promise<void>
}

/** One of the two that must be the same: the stand-in on a clock that is told, or the program on the clock on the wall. */
export interface Side {
  readonly name: string
  start(config: AlertmanagerConfig, wish?: { readonly prefix?: string }): Promise<Running>
}

/** Waits for a condition, not for a time. */
export async function until(running: Running, what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    if (await holds()) return
    await running.pass(50)
  }
  throw new Error(`${what}: not within 30 seconds.`)
}
