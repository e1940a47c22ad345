/** One number of many, from one index up to but not including another. There is at least one. */
export type Fold = (values: ArrayLike<number>, from: number, to: number) => number

/** Adds with the error of each addition kept beside the sum (Neumaier 1974, Kahan-Babuska). */
function add(sum: number, error: number, value: number): readonly [sum: number, error: number] {
  const next = sum + value
  if (next === Infinity || next === -Infinity) return [next, 0]
  return [next, error + (Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum)]
}

export const sum: Fold = (values, from, to) => {
  let total = values[from] as number
  let error = 0
  for (let index = from + 1; index < to; index++) [total, error] = add(total, error, values[index] as number)
  return total + error
}

/** The sum by the count, unless the sum overflows: then the mean is kept from there on. */
export const average: Fold = (values, from, to) => {
  let total = values[from] as number
  let error = 0
  for (let index = from + 1; index < to; index++) {
    const [next, nextError] = add(total, error, values[index] as number)
    if (next === Infinity || next === -Infinity) return running(values, { from, index, to, mean: total / (index - from), error: error / (index - from) })
    ;[total, error] = [next, nextError]
  }
  const count = to - from
  return total / count + error / count
}

function running(values: ArrayLike<number>, { from, index, to, mean, error }: { readonly from: number; readonly index: number; readonly to: number; readonly mean: number; readonly error: number }): number {
  let result = mean
  let rest = error
  for (let next = index; next < to; next++) {
    const count = next - from + 1
    const share = (count - 1) / count
    ;[result, rest] = add(share * result, share * rest, (values[next] as number) / count)
  }
  return result + rest
}

/** Welford's running mean and squares, each with its error kept. */
export const variance: Fold = (values, from, to) => {
  let [mean, meanError, squares, squaresError] = [0, 0, 0, 0]
  for (let index = from; index < to; index++) {
    const value = values[index] as number
    const delta = value - (mean + meanError)
    ;[mean, meanError] = add(mean, meanError, delta / (index - from + 1))
    ;[squares, squaresError] = add(squares, squaresError, delta * (value - (mean + meanError)))
  }
  return (squares + squaresError) / (to - from)
}

export const deviation: Fold = (values, from, to) => Math.sqrt(variance(values, from, to))

/** As aggregations have it: without keeping the error of each addition. */
export const plainVariance: Fold = (values, from, to) => {
  let mean = values[from] as number
  let squares = Number.isFinite(mean) ? 0 : Number.NaN
  for (let index = from + 1; index < to; index++) {
    const value = values[index] as number
    const delta = value - mean
    mean += delta / (index - from + 1)
    squares += delta * (value - mean)
  }
  return squares / (to - from)
}

export const plainDeviation: Fold = (values, from, to) => Math.sqrt(plainVariance(values, from, to))

/** NaN only when all are. */
const extreme = (better: (a: number, b: number) => boolean): Fold => (values, from, to) => {
  let best = values[from] as number
  for (let index = from + 1; index < to; index++) if (better(values[index] as number, best) || Number.isNaN(best)) best = values[index] as number
  return best
}

export const greatest = extreme((a, b) => a > b)
export const least = extreme((a, b) => a < b)
export const count: Fold = (_, from, to) => to - from
export const one: Fold = () => 1
export const first: Fold = (values, from) => values[from] as number
export const last: Fold = (values, _, to) => values[to - 1] as number

/** Between two values weighed by their distance; NaN sorts first. */
export function quantile(q: number): Fold {
  return (values, from, to) => {
    if (Number.isNaN(q)) return Number.NaN
    if (q < 0) return -Infinity
    if (q > 1) return Infinity
    const sorted = Array.from({ length: to - from }, (_, index) => values[from + index] as number).toSorted((a, b) => (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b))
    const rank = q * (sorted.length - 1)
    const lower = Math.max(0, Math.floor(rank))
    const upper = Math.min(sorted.length - 1, lower + 1)
    const weight = rank - Math.floor(rank)
    return (sorted[lower] as number) * (1 - weight) + (sorted[upper] as number) * weight
  }
}
