import type { Instant } from '@fermata/ports'
import { average, count, deviation, type Fold, first, greatest, last, least, one, quantile, sum, variance } from './folds.ts'

/** The samples of one series in one range: those from one index up to but not including another. There is at least one. */
export interface Window {
  readonly times: Float64Array
  readonly values: Float64Array
  readonly from: number
  readonly to: number
  /** The range, its start not part of it. Milliseconds. */
  readonly start: Instant
  readonly end: Instant
  /** The instant of the evaluation, which the range need not end at. */
  readonly at: Instant
}

/** Undefined: too few samples to say anything. */
export type WindowFunction = (window: Window, scalar: number) => number | undefined

const fold = (of: Fold): WindowFunction => ({ values, from, to }) => of(values, from, to)

/** Functions of a range vector, and at most one number. */
export const windowFunctions: ReadonlyMap<string, WindowFunction> = new Map<string, WindowFunction>([
  ['avg_over_time', fold(average)],
  ['count_over_time', fold(count)],
  ['first_over_time', fold(first)],
  ['last_over_time', fold(last)],
  ['max_over_time', fold(greatest)],
  ['min_over_time', fold(least)],
  ['present_over_time', fold(one)],
  ['stddev_over_time', fold(deviation)],
  ['stdvar_over_time', fold(variance)],
  ['sum_over_time', fold(sum)],
  ['quantile_over_time', ({ values, from, to }, q) => quantile(q)(values, from, to)],
  ['rate', (window) => extrapolated(window, { counter: true, perSecond: true })],
  ['increase', (window) => extrapolated(window, { counter: true, perSecond: false })],
  ['delta', (window) => extrapolated(window, { counter: false, perSecond: false })],
  ['irate', (window) => newest(window, true)],
  ['idelta', (window) => newest(window, false)],
  ['changes', (window) => pairs(window, (before, after) => before !== after && !(Number.isNaN(before) && Number.isNaN(after)))],
  ['resets', (window) => pairs(window, (before, after) => after < before)],
  ['deriv', (window) => regression(window, window.times[window.from] as number)?.slope],
  ['predict_linear', (window, seconds) => {
    const line = regression(window, window.at)
    return line && line.slope * seconds + line.intercept
  }],
])

/**
 * The difference of the last and the first sample, stretched to the whole range: to its ends where a sample may have been missed,
 * else by half a distance of samples, and for a counter never below its zero.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#rate
 */
function extrapolated({ times, values, from, to, start, end }: Window, { counter, perSecond }: { readonly counter: boolean; readonly perSecond: boolean }): number | undefined {
  if (to - from < 2) return undefined
  const firstValue = values[from] as number
  let difference = (values[to - 1] as number) - firstValue
  if (counter) for (let index = from + 1; index < to; index++) if ((values[index] as number) < (values[index - 1] as number)) difference += values[index - 1] as number
  const firstTime = times[from] as number
  const lastTime = times[to - 1] as number
  const sampled = (lastTime - firstTime) / 1_000
  const distance = sampled / (to - from - 1)
  const near = distance * 1.1
  let toStart = (firstTime - start) / 1_000
  let toEnd = (end - lastTime) / 1_000
  if (toStart >= near) toStart = distance / 2
  if (counter && difference > 0 && firstValue >= 0) toStart = Math.min(toStart, sampled * (firstValue / difference))
  if (toEnd >= near) toEnd = distance / 2
  const factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled
  return difference * (perSecond ? factor / ((end - start) / 1_000) : factor)
}

/** From the last two samples alone. */
function newest({ times, values, from, to }: Window, counter: boolean): number | undefined {
  if (to - from < 2) return undefined
  const [before, after] = [values[to - 2] as number, values[to - 1] as number]
  const seconds = ((times[to - 1] as number) - (times[to - 2] as number)) / 1_000
  if (seconds === 0) return undefined
  const difference = counter && after < before ? after : after - before
  return counter ? difference / seconds : difference
}

function pairs({ values, from, to }: Window, counts: (before: number, after: number) => boolean): number {
  let found = 0
  for (let index = from + 1; index < to; index++) if (counts(values[index - 1] as number, values[index] as number)) found++
  return found
}

/** Least squares. `origin` is the instant at which the intercept is taken. */
function regression({ times, values, from, to }: Window, origin: Instant): { readonly slope: number; readonly intercept: number } | undefined {
  if (to - from < 2) return undefined
  const firstValue = values[from] as number
  const points = Array.from({ length: to - from }, (_, index) => ({ x: ((times[from + index] as number) - origin) / 1_000, y: values[from + index] as number }))
  if (points.every(({ y }) => y === firstValue)) return Number.isFinite(firstValue) ? { slope: 0, intercept: firstValue } : { slope: Number.NaN, intercept: Number.NaN }
  const n = points.length
  const total = (of: (point: { readonly x: number; readonly y: number }) => number): number => sum(points.map(of), 0, n)
  const [x, y, xy, xx] = [total((point) => point.x), total((point) => point.y), total((point) => point.x * point.y), total((point) => point.x * point.x)]
  const slope = (xy - (x * y) / n) / (xx - (x * x) / n)
  return { slope, intercept: y / n - (slope * x) / n }
}
