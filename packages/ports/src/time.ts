/** Milliseconds since the epoch. */
export type Instant = number

export interface Clock {
  now(): Instant
  /** Rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** Numbers from 0 up to but not including 1. */
export interface Random {
  next(): number
}
