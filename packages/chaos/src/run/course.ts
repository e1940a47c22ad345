import type { Instant } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import type { Victim } from '../faults/fault.ts'
import type { Sample } from '../measure/sample.ts'
import type { Rollback } from './entry.ts'

/** By what a fault was seen: the cluster shows it, or probes fail through it. */
export type Effect = { readonly is: 'proven'; readonly at: Instant; readonly by: 'cluster' | 'probes' } | { readonly is: 'unproven' }

/** What happened, in order, and nothing about what it means. */
export interface Course {
  readonly begunAt: Instant
  readonly endedAt: Instant
  /** All samples of the steady state. */
  readonly samples: readonly Sample[]
  /** Those by which the effect was looked for; the same where there are no others. */
  readonly effectSamples: readonly Sample[]
  /** Whether the steady state held before anything was done; `says` what did not. */
  readonly before: { readonly held: true } | { readonly held: false; readonly says: string }
  /** Undefined when nothing was injected. */
  readonly injectedAt: Instant | undefined
  readonly hit: readonly Victim[]
  readonly effect: Effect
  /** When a fault that lasts was gone. */
  readonly liftedAt: Instant | undefined
  readonly rollback: Rollback
  /** How many pods were ready before, and since when as many are again. */
  readonly readyBefore: number
  readonly readyNow: number
  readonly backAt: Instant | undefined
  /** What went wrong on the way. */
  readonly trouble: readonly Reason[]
}
