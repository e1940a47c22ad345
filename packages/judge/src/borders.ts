import type { Counts } from './counts.ts'
import { certainly, type Distribution, hypergeometric, plus } from './distribution.ts'
import type { Spending } from './spending.ts'

/** What came to both sides between the look before and this one. */
export interface CanaryLook {
  /** Which share of the planned time was over, from 0 to 1. What is looked at later counts as 1. */
  readonly share: number
  readonly canary: Counts
  readonly stable: Counts
}

/** Holds each look against its border. What a border would have crossed is taken out of the distribution: it has ended there. */
export function watched(looks: readonly CanaryLook[], { level, spending }: { readonly level: number; readonly spending: Spending }): { readonly crossed: boolean; readonly failsFrom: number; readonly spent: number } {
  let running = certainly(0)
  let failures = 0
  let spent = 0
  let failsFrom = 1
  for (const look of looks) {
    // Where the canary has answered nothing there is nothing to look at, and nothing is spent.
    if (look.canary.total === 0) continue
    running = plus(running, byChance(look))
    failures += look.canary.failed
    const { border, probability, rest } = cut(running, spending(look.share, level) - spent)
    running = rest
    spent += probability
    failsFrom = border
    if (failures >= border) return { crossed: true, failsFrom, spent }
  }
  return { crossed: false, failsFrom, spent }
}

/** How the failures of a look fall on the canary by chance alone. */
export function byChance({ canary, stable }: CanaryLook): Distribution {
  return hypergeometric(canary.total + stable.total, canary.total, canary.failed + stable.failed)
}

/** The smallest border that is crossed with at most the allowed probability. Whole numbers seldom use all of it; what is left goes to the next look. */
function cut({ from, mass }: Distribution, allowed: number): { readonly border: number; readonly probability: number; readonly rest: Distribution } {
  let kept = mass.length
  let probability = 0
  while (kept > 1 && probability + (mass[kept - 1] as number) <= allowed) probability += mass[--kept] as number
  return { border: from + kept, probability, rest: { from, mass: mass.slice(0, kept) } }
}
