import type { Measurement } from './measure.ts'
import { isTrouble } from './trouble.ts'
import { slotsIn } from './windows.ts'

/** How much of the window of a budget was seen. Shares from 0 to 1. */
export interface Filling {
  /** From the first sample to the end. */
  readonly seen: number
  /** Of that, what has no samples. */
  readonly gaps: number
  /** Why the beginning is empty, if it is. */
  readonly beginning: 'seen' | 'young' | 'forgotten' | 'forgotten or young'
}

/**
 * Told by the slots of the window. A beginning without samples was forgotten when the first sample lies where the memory of the server
 * ends, by two slots; it never was when the memory reaches further back.
 */
export function fillingOf({ course, retention, slo }: Measurement): Filling | undefined {
  if (isTrouble(course)) return undefined
  const first = course.findIndex((slot) => slot !== undefined)
  if (first === -1) return undefined
  const since = course.slice(first)
  const seen = since.length / course.length
  const gaps = since.filter((slot) => slot === undefined).length / since.length
  return { seen, gaps, beginning: first === 0 ? 'seen' : beginningOf(retention, seen * slo.window, slo.window) }
}

function beginningOf(retention: Measurement['retention'], age: number, window: number): Filling['beginning'] {
  if (typeof retention !== 'number') return 'forgotten or young'
  return retention < window && age >= retention - (2 * window) / slotsIn(window) ? 'forgotten' : 'young'
}
