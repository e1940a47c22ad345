/** How much of the budget is left, in steps that have consequences. */
export type Tier = 'free' | 'careful' | 'scarce' | 'spent'

/** More than this is left: `free` above the first, `careful` above the second, `scarce` above zero. */
export const tierLimits = { free: 0.5, careful: 0.1 } as const

/** @param remaining share of the budget; below 0 when more than all of it is spent */
export function tierOf(remaining: number): Tier {
  if (remaining <= 0) return 'spent'
  if (remaining <= tierLimits.careful) return 'scarce'
  return remaining <= tierLimits.free ? 'careful' : 'free'
}
