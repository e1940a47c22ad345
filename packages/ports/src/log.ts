import type { State } from '@fermata/verdict'
import type { Instant } from './time.ts'

/** One change of state of one thing, for whoever watches. */
export interface Progress {
  readonly at: Instant
  /** A service id, or the name of a step. */
  readonly subject: string
  /** Counts from 1. */
  readonly wave?: number
  /** One or two words: `applying`, `waiting`, `ready`, `undone`. */
  readonly phase: string
  readonly state: State
  readonly says?: string
}

/** Every text is plain; the adapter encodes it for its place and masks secrets. */
export interface Log {
  debug(message: string): void
  info(message: string): void
  warning(message: string): void
  progress(event: Progress): void
}
