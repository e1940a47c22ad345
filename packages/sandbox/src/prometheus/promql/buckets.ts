import type { Place } from './ast.ts'
import { type Column, emptyColumn, type Grid, instantAt, merged, put } from './columns.ts'
import type { Context } from './context.ts'
import { type LabelSet, valueOf, without, withoutName } from './labels.ts'
import { shortText } from './literals.ts'

/** A bucket of a classic histogram: how many observations were at most this large. */
interface Bucket {
  readonly bound: number
  readonly count: number
}

interface Histogram {
  readonly labels: LabelSet
  readonly columns: readonly { readonly bound: number; readonly column: Column }[]
}

/** What is computed of the buckets of one histogram at one instant, sorted by bound and without two of the same bound. */
type OfBuckets = (buckets: readonly Bucket[], index: number) => number

/** One series for each histogram: series that differ in `le` alone. A bucket without a bound is left out, with a warning. */
export function ofHistograms(columns: readonly Column[], { grid, where, context }: { readonly grid: Grid; readonly where: Place; readonly context: Context }, compute: OfBuckets): readonly Column[] {
  const histograms = new Map<string, { readonly labels: LabelSet; readonly columns: { readonly bound: number; readonly column: Column }[] }>()
  for (const column of columns) {
    const le = valueOf(column.labels, 'le')
    const bound = boundFrom(le)
    if (bound === undefined) {
      context.note('warning', `bucket label "le" is missing or has a malformed value of ${JSON.stringify(le)}`, where)
      continue
    }
    const labels = without(column.labels, ['le'])
    const histogram = histograms.get(labels.key) ?? { labels, columns: [] }
    histogram.columns.push({ bound, column })
    histograms.set(labels.key, histogram)
  }
  return merged([...histograms.values()].map((histogram) => computed(histogram, grid, compute)))
}

function computed({ labels, columns }: Histogram, grid: Grid, compute: OfBuckets): Column {
  const result = emptyColumn(withoutName(labels), grid.count)
  for (let index = 0; index < grid.count; index++) {
    const counts = new Map<number, number>()
    for (const { bound, column } of columns) if (column.has[index] === 1) counts.set(bound, (counts.get(bound) ?? 0) + (column.values[index] as number))
    if (counts.size === 0) continue
    const buckets = [...counts].map(([bound, count]) => ({ bound, count })).toSorted((a, b) => (a.bound < b.bound ? -1 : a.bound > b.bound ? 1 : 0))
    put(result, index, compute(buckets, index))
  }
  return result
}

function boundFrom(le: string): number | undefined {
  if (/^[+]?inf(inity)?$/i.test(le)) return Infinity
  if (/^-inf(inity)?$/i.test(le)) return -Infinity
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(le) ? Number(le) : undefined
}

/**
 * The value below which a share of the observations lies, spread evenly over each bucket.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function bucketQuantile(q: number, buckets: readonly Bucket[], forced: (between: Forced) => void): number {
  if (Number.isNaN(q)) return Number.NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  if (buckets.at(-1)?.bound !== Infinity) return Number.NaN
  const rising = monotonic(buckets, forced)
  const observations = (rising.at(-1) as Bucket).count
  if (rising.length < 2 || observations === 0 || Number.isNaN(observations)) return Number.NaN
  const rank = q * observations
  const found = rising.findIndex(({ count }) => count >= rank)
  const place = found < 0 ? rising.length - 1 : found
  const { bound, count } = rising[place] as Bucket
  if (place === rising.length - 1) return (rising[place - 1] as Bucket).bound
  if (place === 0) return bound <= 0 ? bound : bound * (rank / count)
  const below = rising[place - 1] as Bucket
  return below.bound + (bound - below.bound) * ((rank - below.count) / (count - below.count))
}

export interface Forced {
  readonly lowest: number
  readonly highest: number
  readonly difference: number
}

/** Relative difference that is taken for an error of floating point, as Prometheus does. */
const tolerance = 1e-12

/** Buckets hold all that lower ones hold: a lower count is raised, silently where it is a rounding error. */
function monotonic(buckets: readonly Bucket[], forced: (between: Forced) => void): readonly Bucket[] {
  let highest = (buckets[0] as Bucket).count
  let found: Forced | undefined
  const rising = buckets.map(({ bound, count }, index) => {
    if (index === 0 || count === highest) return { bound, count }
    if (almostEqual(highest, count)) return { bound, count: highest }
    if (count < highest) {
      found = { lowest: Math.min(found?.lowest ?? Infinity, bound), highest: Math.max(found?.highest ?? -Infinity, bound), difference: Math.max(found?.difference ?? 0, highest - count) }
      return { bound, count: highest }
    }
    highest = count
    return { bound, count }
  })
  if (found !== undefined) forced(found)
  return rising
}

const smallestNormal = 2 ** -1022

function almostEqual(a: number, b: number): boolean {
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < smallestNormal) return difference < tolerance * smallestNormal
  return difference / Math.min(sum, Number.MAX_VALUE) < tolerance
}

/** The share of the observations between two values. */
export function bucketFraction(lower: number, upper: number, buckets: readonly Bucket[]): number {
  const all = (buckets.at(-1) as Bucket).count
  if (buckets.at(-1)?.bound !== Infinity || all === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN
  if (lower >= upper) return 0
  return (rankOf(upper, buckets) - rankOf(lower, buckets)) / all
}

/** How many observations are at most this large. Nothing is known inside of a bucket without an end. */
function rankOf(value: number, buckets: readonly Bucket[]): number {
  let below = { bound: (buckets[0] as Bucket).bound > 0 ? 0 : -Infinity, count: 0 }
  for (const bucket of buckets) {
    if (below.bound >= value) return below.count
    if (bucket.bound > value) return below.bound === -Infinity ? bucket.count : below.count + ((bucket.count - below.count) * (value - below.bound)) / (bucket.bound - below.bound)
    below = bucket
  }
  return Math.min(below.count, (buckets.at(-1) as Bucket).count)
}

/** Tells, once for a query, that counts were raised: from which to which bucket, how much at most, when. */
export function forcedNotes(): { readonly seen: (forced: Forced, grid: Grid, index: number) => void; readonly tell: (where: Place, context: Context) => void } {
  let all: (Forced & { readonly samples: number; readonly from: number; readonly to: number }) | undefined
  const time = (milliseconds: number): string => new Date(Math.floor(milliseconds / 1_000) * 1_000).toISOString().replace('.000Z', 'Z')
  return {
    seen({ lowest, highest, difference }, grid, index) {
      const at = instantAt(grid, index)
      all = {
        lowest: Math.min(all?.lowest ?? Infinity, lowest),
        highest: Math.max(all?.highest ?? -Infinity, highest),
        difference: Math.max(all?.difference ?? 0, difference),
        samples: (all?.samples ?? 0) + 1,
        from: Math.min(all?.from ?? Infinity, at),
        to: Math.max(all?.to ?? -Infinity, at),
      }
    },
    tell(where, { note }) {
      if (all === undefined) return
      const text = `input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile), from buckets ${shortText(all.lowest)} to ${shortText(all.highest)}, with a max diff of ${shortText(Number(all.difference.toPrecision(2)), 2)}, over ${all.samples} samples from ${time(all.from)} to ${time(all.to)}`
      note('info', text, where)
    },
  }
}
