import type { SloState } from './budget.ts'
import { holdingReasons } from './freeze.ts'
import type { Change } from './change.ts'

/** Outputs of the capability. Numbers are as exact as they are. */
export function outputsOf(states: readonly SloState[], change: Change): Readonly<Record<string, string>> {
  return {
    budget: JSON.stringify(Object.fromEntries(states.map(({ slo, budget }) => [slo.id, budget?.remaining ?? null]))),
    'freeze-until': freezeUntil(states, change),
    worst: worstOf(states)?.slo.id ?? '',
  }
}

/** The latest of the ends of all freezes; empty where one of them has no known end. */
function freezeUntil(states: readonly SloState[], change: Change): string {
  if (change.class !== 'feature') return ''
  const frozen = states.filter((state) => holdingReasons(state).some(({ severity }) => severity === 'error'))
  const ends = frozen.map(({ back }) => back)
  return frozen.length === 0 || ends.includes(undefined) ? '' : new Date(Math.max(...(ends as readonly number[]))).toISOString()
}

/** The least that is left; what is not known is worse than all that is. */
export function worstOf(states: readonly SloState[]): SloState | undefined {
  return states.toSorted((a, b) => (a.budget?.remaining ?? -Infinity) - (b.budget?.remaining ?? -Infinity))[0]
}
