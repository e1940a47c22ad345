import { checkCounts, type Counts } from './counts.ts'
import { atLeast, hypergeometric } from './distribution.ts'

/**
 * How likely chance alone gives the first group so large a part of all failures, or a larger one:
 * Fisher's exact test, one-sided (The Design of Experiments, 1935). 1 where nothing failed.
 */
export function fisherOneSided(first: Counts, second: Counts): number {
  checkCounts(first)
  checkCounts(second)
  return atLeast(hypergeometric(first.total + second.total, first.total, first.failed + second.failed), first.failed)
}
