/** How often something was tried, and how often it failed. Whole numbers. */
export interface Counts {
  readonly total: number
  readonly failed: number
}

/** @throws RangeError for what no counting can give */
export function checkCounts({ total, failed }: Counts): void {
  if (!Number.isSafeInteger(total) || !Number.isSafeInteger(failed) || failed < 0 || failed > total) throw new RangeError(`${failed} failed of ${total} is no count.`)
}

/** The sum of several counts. */
export function together(counts: readonly Counts[]): Counts {
  return { total: counts.reduce((sum, { total }) => sum + total, 0), failed: counts.reduce((sum, { failed }) => sum + failed, 0) }
}
