import type { Instant } from '@fermata/ports'
import type { Sample } from './sample.ts'

/** The longest time between two starts of samples in a window, in milliseconds; both ends of the window count as starts. */
export function longestGap(samples: readonly Sample[], from: Instant, to: Instant): number {
  const starts = [from, ...samples.map(({ at }) => at).filter((at) => at > from && at < to), to]
  return starts.slice(1).reduce((longest, start, index) => Math.max(longest, start - (starts[index] as number)), 0)
}
