const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A long window that says that it matters, and a short one that says that it still goes on. Milliseconds. */
export interface Pair {
  readonly long: number
  readonly short: number
  /** How many times faster than sustainable the budget burns. */
  readonly factor: number
  /** `page`: days are left at that rate, or hours. `ticket`: it would just not last. */
  readonly urgency: 'page' | 'ticket'
}

/**
 * The four pairs of the SRE workbook, chapter 5. Windows and factors stay as they are for every window of a budget:
 * a factor is a rate. A pair whose long window is longer than that of the budget is left out.
 */
export const pairs: readonly Pair[] = [
  { long: hour, short: 5 * minute, factor: 14.4, urgency: 'page' },
  { long: 6 * hour, short: 30 * minute, factor: 6, urgency: 'page' },
  { long: day, short: 2 * hour, factor: 3, urgency: 'ticket' },
  { long: 3 * day, short: 6 * hour, factor: 1, urgency: 'ticket' },
]

export function pairsWithin(window: number): readonly Pair[] {
  return pairs.filter(({ long }) => long <= window)
}

/** Every window of the pairs, shortest first, each once. */
export function windowsOf(window: number): readonly number[] {
  return [...new Set(pairsWithin(window).flatMap(({ long, short }) => [long, short]))].toSorted((a, b) => a - b)
}

/** A step in which a service that is scraped shows at least one sample. */
export const pulse = 5 * minute

/**
 * Into how many equal parts the window of a budget is cut, to see gaps and to tell when a budget comes back:
 * at most 240, each of whole seconds and, as far as the window allows, of at least three pulses.
 */
export function slotsIn(window: number): number {
  for (let count = Math.min(240, Math.max(1, Math.floor(window / (3 * pulse)))); count > 1; count--) if ((window / count) % 1_000 === 0) return count
  return 1
}

/** How long before a window a sample may lie from which the first rise in it is counted. */
export const reach = hour

/** More series than this with restarts are not fetched sample by sample. */
export const mostRestarted = 40
