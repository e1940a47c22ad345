import { proportionAtMost } from '@fermata/judge'
import { confidence } from '../defaults.ts'
import type { Sample } from './sample.ts'

/** The share of requests that failed in a window, and whether it keeps a limit. */
export interface FailedShare {
  readonly failed: number
  readonly total: number
  /** Undefined when nothing was counted. */
  readonly rate: number | undefined
  readonly is: 'held' | 'exceeded' | 'undecided' | 'too-few'
  /** The exact upper bound of the rate, by the confidence of `defaults.ts`. */
  readonly atMost: number
}

/**
 * A limit of 0 means that none of the counted requests failed; that none ever would cannot be shown by counting.
 * @param counted the samples of the window
 */
export function failedShare(counted: readonly Sample[], limit: number): FailedShare {
  const counts = { failed: counted.filter(({ good }) => !good).length, total: counted.length }
  const { is: found, rate, interval } = proportionAtMost(counts, limit, confidence)
  const is = limit === 0 && counts.failed === 0 && counts.total >= samplesToShow(0) ? 'held' : found
  const few = is === 'undecided' && counts.total < samplesToShow(limit)
  return { ...counts, rate, is: few ? 'too-few' : is, atMost: interval.high }
}

/**
 * How many samples without a failure it takes to show that a rate is at most the limit: (1 - limit)^n <= 1 - confidence.
 * 299 for 1 % at 95 %; a limit of 0 takes as many as that.
 */
export function samplesToShow(limit: number): number {
  if (limit >= 1) return 1
  return limit <= 0 ? samplesToShow(0.01) : Math.ceil(Math.log(1 - confidence) / Math.log(1 - limit))
}

/** How long failed requests are counted where the experiment says nothing: long enough for the limit, with a twentieth to spare, and not shorter than the time to recover. */
export function usualWindow(limit: number, everyMs: number, recoverySlaMs: number, longest: number): number {
  return Math.min(longest, Math.max(recoverySlaMs, Math.ceil((samplesToShow(limit) * everyMs * 1.05) / 1000) * 1000))
}
