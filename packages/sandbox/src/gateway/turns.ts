import type { Backend } from './route.ts'

/**
 * Shares without dice: after n requests each backend has had its share of them within one, and so has each failing version.
 * A measurement then shows what was asked for, and a run repeats.
 */
export interface Turns {
  /** The backend whose turn it is under a rule, by weight (smooth weighted round robin). At least one weight is above 0. */
  backend(rule: string, backends: readonly Backend[]): Backend
  /** The next of several that are alike. */
  next<T>(who: string, items: readonly T[]): T | undefined
  /** True for a share of the calls, from 0 to 1, evenly spread. */
  share(what: string, share: number): boolean
}

export function openTurns(): Turns {
  const credits = new Map<string, { readonly signature: string; readonly credit: number[] }>()
  const counters = new Map<string, number>()
  const owed = new Map<string, number>()
  return {
    backend(rule, backends) {
      const signature = JSON.stringify(backends)
      const known = credits.get(rule)
      const state = known?.signature === signature ? known : { signature, credit: backends.map(() => 0) }
      credits.set(rule, state)
      const total = backends.reduce((sum, { weight }) => sum + weight, 0)
      backends.forEach(({ weight }, index) => { state.credit[index] = (state.credit[index] ?? 0) + weight })
      const best = backends.reduce((chosen, { weight }, index) => (weight > 0 && (chosen < 0 || (state.credit[index] ?? 0) > (state.credit[chosen] ?? 0)) ? index : chosen), -1)
      state.credit[best] = (state.credit[best] ?? 0) - total
      return backends[best] as Backend
    },
    next(who, items) {
      const count = counters.get(who) ?? 0
      counters.set(who, count + 1)
      return items[count % Math.max(1, items.length)]
    },
    share(what, share) {
      const sum = (owed.get(what) ?? 0) + share
      // Sums of tenths end a hair below the whole.
      const due = sum > 1 - 1e-9
      owed.set(what, due ? sum - 1 : sum)
      return due
    },
  }
}
