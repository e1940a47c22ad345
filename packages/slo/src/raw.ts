import type { Instant, MetricSample } from '@fermata/ports'
import { reach } from './windows.ts'

/** How often a counter fell: each time its process began anew. Pairs of samples after the first and up to the second instant. */
export function restartsBetween(samples: readonly MetricSample[], after: Instant, until: Instant): number {
  return pairsOf(samples).filter(([before, sample]) => before.at > after && sample.at <= until && sample.value < before.value).length
}

/**
 * What a counter has counted, by its samples: the rise at each sample after the first and up to the second instant.
 * After a restart it counts from zero.
 */
export function risenBetween(samples: readonly MetricSample[], after: Instant, until: Instant): number {
  return pairsOf(samples)
    .filter(([before, sample]) => sample.at > after && sample.at <= until && before.at > after - reach)
    .reduce((sum, [before, sample]) => sum + (sample.value < before.value ? sample.value : sample.value - before.value), 0)
}

function pairsOf(samples: readonly MetricSample[]): readonly (readonly [MetricSample, MetricSample])[] {
  return samples.slice(1).map((sample, index) => [samples[index] as MetricSample, sample])
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
