import { proportionAtMost } from '@fermata/judge'
import type { Counted } from './count.ts'
import type { Measurement } from './measure.ts'
import { allowedShare } from './model.ts'
import { isTrouble } from './trouble.ts'
import { type Pair, pairsWithin } from './windows.ts'

/** How fast the budget burns in a window. 1 is the rate at which it just lasts; more is faster. */
export interface Burn {
  readonly window: number
  readonly counted: Counted
  /** The bad share over the allowed share; 0 where nothing was counted. */
  readonly rate: number
  /** The share of the window in which there were samples. */
  readonly coverage: number
}

/** One pair of windows, judged. `few`: above its limit, and chance explains it. */
export type PairState =
  | { readonly pair: Pair; readonly is: 'quiet' | 'firing' | 'few'; readonly long: Burn; readonly short: Burn }
  | { readonly pair: Pair; readonly is: 'unknown' }

/** The state of every pair that fits into the window of the budget. */
export function pairStates(measurement: Measurement): readonly PairState[] {
  return pairsWithin(measurement.slo.window).map((pair) => {
    const [long, short] = [burnIn(pair.long, measurement), burnIn(pair.short, measurement)]
    if (long === undefined || short === undefined) return { pair, is: 'unknown' }
    const above = [long, short].every((burn) => weighed(burn) > pair.factor)
    return { pair, is: !above ? 'quiet' : isChance(long.counted, allowedShare(measurement.slo) * pair.factor) ? 'few' : 'firing', long, short }
  })
}

/**
 * A window that is not full is weighed by how full it is: what was eaten of the budget is a rate times a time, and there was only so much
 * time. Otherwise six hours that hold half an hour would speak like six hours.
 */
function weighed({ rate, coverage }: Burn): number {
  return rate * coverage
}

export function burnIn(window: number, { slo, windows }: Measurement): Burn | undefined {
  const found = windows.find((one) => one.window === window)
  if (found === undefined || isTrouble(found.counted) || isTrouble(found.coverage)) return undefined
  const { counted, coverage } = found
  return { window, counted, coverage, rate: counted.all === 0 ? 0 : counted.bad / counted.all / allowedShare(slo) }
}

/** Below this many expected events a count is held against chance; above it the count itself is the truth. */
const manyExpected = 5

/**
 * Whether so many bad events among so few may be chance, if the true share is the limit. With ten requests an hour, one failure is a
 * burn rate of 100 at 99.9 %, and says little.
 */
export function isChance({ all, bad }: Counted, limit: number): boolean {
  if (all * limit >= manyExpected || limit >= 1) return false
  const total = Math.round(all)
  return proportionAtMost({ total, failed: Math.min(total, Math.max(0, Math.round(bad))) }, limit).is !== 'exceeded'
}
