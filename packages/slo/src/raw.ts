import type { Instant, MetricSample } from '@fermata/ports'
import { reach } from './windows.ts'

/** How often a counter fell: each time its process began anew. Pairs of samples after the first and up to the second instant. */
export function restartsBetween(samples: readonly MetricSample[], after: Instant, until: Instant): number {
  let restarts = 0
  eachPair(samples, (before, sample) => {
    if (before.at > after && sample.at <= until && sample.value < before.value) restarts++
  })
  return restarts
}

/**
 * What a counter has counted, by its samples: the rise at each sample after the first and up to the second instant.
 * After a restart it counts from zero.
 */
export function risenBetween(samples: readonly MetricSample[], after: Instant, until: Instant): number {
  let risen = 0
  eachPair(samples, (before, sample) => {
    if (sample.at > after && sample.at <= until && before.at > after - reach) risen += sample.value < before.value ? sample.value : sample.value - before.value
  })
  return risen
}

function eachPair(samples: readonly MetricSample[], look: (before: MetricSample, sample: MetricSample) => void): void {
  for (let index = 1; index < samples.length; index++) look(samples[index - 1] as MetricSample, samples[index] as MetricSample)
}

/** Only the samples that decide what was counted between any two of the boundaries: those beside a boundary, beside a fall, and both ends. */
export function condensed(samples: readonly MetricSample[], boundaries: readonly Instant[]): readonly MetricSample[] {
  const kept = new Set<number>([0, samples.length - 1])
  samples.forEach(({ value }, index) => {
    if (index > 0 && value < (samples[index - 1] as MetricSample).value) kept.add(index - 1).add(index)
  })
  let next = 0
  for (const boundary of boundaries.toSorted((a, b) => a - b)) {
    while (next < samples.length && (samples[next] as MetricSample).at <= boundary) next++
    kept.add(next - 1).add(next)
  }
  return samples.filter((_, index) => kept.has(index))
}
