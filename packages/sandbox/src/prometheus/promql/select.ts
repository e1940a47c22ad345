import type { Instant } from '@fermata/ports'
import { type Samples, withoutStale } from '../samples.ts'
import type { RangeSelector, Selector, Subquery, When } from './ast.ts'
import { type Column, emptyColumn, type Grid, instantAt, put } from './columns.ts'
import type { Context } from './context.ts'
import type { LabelSet } from './labels.ts'

/** The instant that a selector looks at when the evaluation is at `now`. */
function moment({ at, offsetMs }: When, now: Instant, { start, end }: Context): Instant {
  const base = at === undefined ? now : at === 'start' ? start : at === 'end' ? end : at
  return base - offsetMs
}

/** The newest sample of each series within the lookback, if it does not say that the series has ended. `of`: its value, or its time in seconds. */
export function instantVector(selector: Selector, grid: Grid, context: Context, of: 'value' | 'time' = 'value'): readonly Column[] {
  const first = moment(selector, grid.start, context)
  const last = moment(selector, instantAt(grid, grid.count - 1), context)
  const columns = context.find(selector.matchers).map((source) => {
    const { times, values, stale } = source.between(first - context.lookbackMs, last)
    const column = emptyColumn(source.labels, grid.count)
    let next = 0
    for (let index = 0; index < grid.count; index++) {
      const now = moment(selector, instantAt(grid, index), context)
      while (next < times.length && (times[next] as number) <= now) next++
      const newest = next - 1
      if (newest < 0 || (times[newest] as number) <= now - context.lookbackMs || stale?.[newest] === 1) continue
      put(column, index, of === 'value' ? (values[newest] as number) : (times[newest] as number) / 1_000)
    }
    return column
  })
  return columns.filter(({ has }) => has.includes(1))
}

/** Series with the part of their samples that a range looks at, for each instant of a grid. */
export interface Ranges {
  readonly series: readonly { readonly labels: LabelSet; readonly samples: Samples }[]
  readonly rangeMs: number
  /** The end of the range at an instant of the grid; its start is not part of it. */
  readonly end: (index: number) => Instant
}

export function rangeVector(expression: RangeSelector | Subquery, grid: Grid, context: Context): Ranges {
  const { rangeMs } = expression
  const when = expression.kind === 'range' ? expression.of : expression
  const end = (index: number) => moment(when, instantAt(grid, index), context)
  const after = end(0) - rangeMs
  const until = end(grid.count - 1)
  const series = expression.kind === 'range' ? context.find(expression.of.matchers).map((source) => ({ labels: source.labels, samples: withoutStale(source.between(after, until)) })) : subquery(expression, after, until, context)
  return { series: series.filter(({ samples }) => samples.times.length > 0), rangeMs, end }
}

/** Evaluated at multiples of its step, whatever the instant of the query. */
function subquery({ of, stepMs }: Subquery, after: Instant, until: Instant, context: Context): Ranges['series'] {
  const step = stepMs ?? context.defaultStepMs
  const multiple = step * Math.trunc(after / step)
  const start = multiple <= after ? multiple + step : multiple
  if (start > until) return []
  const grid = { start, step, count: Math.floor((until - start) / step) + 1, single: start === until }
  const value = context.evaluate(of, grid)
  if (value.kind !== 'vector') throw new Error('A subquery was evaluated over something else than a vector.')
  return value.columns.map(({ labels, values, has }) => {
    const present = [...has.keys()].filter((index) => has[index] === 1)
    return { labels, samples: { times: Float64Array.from(present, (index) => instantAt(grid, index)), values: Float64Array.from(present, (index) => values[index] as number), stale: undefined } }
  })
}
