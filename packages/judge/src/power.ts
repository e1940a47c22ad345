import { atLeast, binomial } from './distribution.ts'
import { fisherOneSided } from './fisher.ts'
import { halved } from './normal.ts'

/** How many requests each side had, and how the test is asked. */
export interface Sight {
  readonly canary: number
  readonly stable: number
  /** The failure rate of stable. */
  readonly rate: number
  readonly level: number
}

/**
 * With which probability one exact test over all the requests would find that the canary fails at `worse`.
 * Sums over all counts that stable may have (as Casagrande, Pike & Smith, Applied Statistics 27, 1978).
 */
export function powerAgainst(sight: Sight, worse: number): number {
  return powerBy(sight, bordersOf(sight), worse)
}

/** The smallest failure rate of the canary that would be found with at least this probability, to four digits; undefined where none would be. */
export function detectableRate(sight: Sight, probability: number): number | undefined {
  const borders = bordersOf(sight)
  const missed = (rate: number): boolean => powerBy(sight, borders, rate) < probability
  return sight.canary === 0 || missed(1) ? undefined : Math.min(1, (Math.floor(halved((step) => missed(Math.floor(step) / 10_000), 0, 10_000)) + 1) / 10_000)
}

/** From how many failures of the canary on the test would find it, and how likely stable's own failures make that the border. */
interface Border {
  readonly probability: number
  readonly needed: number
}

/** So many borders are worked out at most; counts of stable between two of them take the higher one, which never makes the power look larger than it is. */
const mostBorders = 256

function bordersOf({ canary, stable, rate, level }: Sight): readonly Border[] {
  const { from, mass } = binomial(stable, rate)
  const stride = Math.max(1, Math.ceil(mass.length / mostBorders))
  const borders: Border[] = []
  // More failures on stable never make the canary look worse, so the border only rises.
  let needed = 0
  for (let first = 0; first < mass.length; first += stride) {
    const some = mass.slice(first, first + stride)
    const failed = from + first + some.length - 1
    needed = firstFrom(needed, canary + 1, (count) => fisherOneSided({ total: canary, failed: count }, { total: stable, failed }) <= level)
    borders.push({ probability: some.reduce((sum, one) => sum + one, 0), needed })
  }
  return borders
}

/** The first whole number from `low` on for which something holds that then goes on to hold; `end` where it holds for none before. */
function firstFrom(low: number, end: number, holds: (count: number) => boolean): number {
  let step = 1
  let fails = low - 1
  while (fails + step < end && !holds(fails + step)) {
    fails += step
    step *= 2
  }
  let known = Math.min(end, fails + step)
  while (known - fails > 1) {
    const middle = Math.floor((fails + known) / 2)
    if (holds(middle)) known = middle
    else fails = middle
  }
  return known
}

function powerBy({ canary }: Sight, borders: readonly Border[], worse: number): number {
  const failures = binomial(canary, worse)
  return borders.reduce((power, { probability, needed }) => power + (needed > canary ? 0 : probability * atLeast(failures, needed)), 0)
}
