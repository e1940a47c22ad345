import { checkCounts, type Counts } from './counts.ts'
import { atLeast, binomial } from './distribution.ts'
import { halved } from './normal.ts'

/** Both ends as ratios from 0 to 1. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * The exact interval of a proportion: every proportion in it could have given such a count, by a test on each side with half of the rest.
 * It is never narrower than its confidence says (Clopper & Pearson, Biometrika 26, 1934). Of nothing it says nothing: 0 to 1.
 * @param confidence of both sides together, such as 0.95
 */
export function clopperPearson(counts: Counts, confidence = 0.95): Interval {
  const side = (1 - confidence) / 2
  return { low: lowerBound(counts, side), high: upperBound(counts, side) }
}

/** The smallest proportion that would give so many failures or more with at least this probability. */
function lowerBound(counts: Counts, error: number): number {
  checkCounts(counts)
  const { total, failed } = counts
  return failed === 0 ? 0 : halved((rate) => atLeast(binomial(total, rate), failed) < error, 0, 1)
}

/** The largest proportion that would give so few failures or fewer with at least this probability: the mirror image of the other bound. */
function upperBound({ total, failed }: Counts, error: number): number {
  return 1 - lowerBound({ total, failed: total - failed }, error)
}

/** Whether a proportion keeps a limit. `undecided`: both could be, so neither is said. */
export interface Proportion {
  readonly is: 'held' | 'exceeded' | 'undecided'
  /** The share that was counted; undefined when nothing was. */
  readonly rate: number | undefined
  readonly interval: Interval
  readonly confidence: number
}

/**
 * Whether the rate behind a count is at most a limit. Each answer is wrong with at most 1 - confidence:
 * `held` when the one-sided upper bound is at or below the limit, `exceeded` when the lower bound is above it.
 * To show 1 % by 95 % takes 299 tries without a failure; nothing tried is undecided.
 */
export function proportionAtMost(counts: Counts, limit: number, confidence = 0.95): Proportion {
  const interval = clopperPearson(counts, 2 * confidence - 1)
  const is = interval.high <= limit ? 'held' : interval.low > limit ? 'exceeded' : 'undecided'
  return { is: counts.total === 0 ? 'undecided' : is, rate: counts.total === 0 ? undefined : counts.failed / counts.total, interval, confidence }
}
