import type { Instant } from '@fermata/ports'
import type { LabelSet } from './promql/labels.ts'

/** Samples of one series in order of time. `stale` marks those that say that the series has ended; their values mean nothing. */
export interface Samples {
  readonly times: Float64Array
  readonly values: Float64Array
  readonly stale: Uint8Array | undefined
}

/** One series, wherever its samples come from. */
export interface SeriesSource {
  readonly labels: LabelSet
  /** Samples after the first and up to the second instant. */
  between(after: Instant, until: Instant): Samples
}

/** The first index whose time is after the instant. */
export function indexAfter(times: Float64Array, instant: Instant): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] as number) > instant) high = middle
    else low = middle + 1
  }
  return low
}

/** The part after the first and up to the second instant, without copying. */
export function cut({ times, values, stale }: Samples, after: Instant, until: Instant): Samples {
  const from = indexAfter(times, after)
  const to = indexAfter(times, until)
  return { times: times.subarray(from, to), values: values.subarray(from, to), stale: stale?.subarray(from, to) }
}

/** What range functions see: an ended series has no samples where it ended. */
export function withoutStale(samples: Samples): Samples {
  const { times, values, stale } = samples
  if (stale === undefined || !stale.includes(1)) return { times, values, stale: undefined }
  const kept = [...times.keys()].filter((index) => stale[index] === 0)
  return { times: Float64Array.from(kept, (index) => times[index] as number), values: Float64Array.from(kept, (index) => values[index] as number), stale: undefined }
}
