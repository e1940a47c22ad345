import type { Instant } from '@fermata/ports'
import type { Measurement } from './measure.ts'
import { allowedShare } from './model.ts'
import { tierLimits } from './tier.ts'
import { isTrouble } from './trouble.ts'

/**
 * When a feature may go out again, if nothing more fails and the traffic stays what it was on average: the window moves on, and the bad
 * events leave it one slot after the other. Rounded up to a slot. Undefined where the course is not known.
 */
export function budgetBack({ slo, at, course }: Measurement): Instant | undefined {
  if (isTrouble(course)) return undefined
  const known = course.filter((slot) => slot !== undefined)
  const usual = known.reduce((sum, { all }) => sum + all, 0) / Math.max(1, known.length)
  const slot = slo.window / course.length
  for (let gone = 1; gone <= course.length; gone++) {
    const left = course.slice(gone).filter((one) => one !== undefined)
    const bad = left.reduce((sum, one) => sum + one.bad, 0)
    const all = left.reduce((sum, one) => sum + one.all, usual * gone)
    if (all > 0 && 1 - bad / all / allowedShare(slo) > tierLimits.careful) return at + gone * slot
  }
  return undefined
}
