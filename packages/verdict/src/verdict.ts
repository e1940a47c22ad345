import type { Reason } from './reason.ts'

/** From best to worst. `inconclusive` is worse than `warn`, since nothing is known, and better than a proven `fail`. */
export const verdicts = ['pass', 'warn', 'inconclusive', 'fail'] as const

/** What a gate answers. There is no fifth value, and the absence of data is never `pass`. */
export type Verdict = (typeof verdicts)[number]

/** What a gate's caller wants `inconclusive` to mean, input `on-inconclusive`. */
export type InconclusivePolicy = 'fail' | 'warn' | 'pass'

/** The worst of several verdicts. Of none it is `inconclusive`: who asked nothing knows nothing. */
export function worst(all: readonly Verdict[]): Verdict {
  if (all.length === 0) return 'inconclusive'
  return all.reduce((a, b) => (verdicts.indexOf(b) > verdicts.indexOf(a) ? b : a))
}

/**
 * The verdict that a set of reasons amounts to, before the caller's policy for `inconclusive`.
 * No reason at all is `pass`: a use case that could not look must say so with a reason.
 */
export function decide(reasons: readonly Reason[]): Verdict {
  return worst(['pass', ...reasons.map((reason) => verdictOfSeverity[reason.severity])])
}

const verdictOfSeverity = { note: 'pass', warning: 'warn', inconclusive: 'inconclusive', error: 'fail' } as const
