import type { Call, Expression, Place } from './ast.ts'
import { bucketFraction, bucketQuantile, forcedNotes, ofHistograms } from './buckets.ts'
import { changedValues, type Column, distinct, emptyColumn, type Grid, instantAt, mapped, merged, put } from './columns.ts'
import type { Context, Value } from './context.ts'
import { calendarFunctions, elementFunctions, maximum, minimum, rounded } from './elements.ts'
import { evaluationError } from './errors.ts'
import { isPinned } from './pinned.ts'
import { type LabelSet, labelSet, metricName, noLabels, valueOf, withLabel, withoutName } from './labels.ts'
import { shortText } from './literals.ts'
import { expand, type Pattern, pattern } from './regex.ts'
import { instantVector, rangeVector } from './select.ts'
import { type WindowFunction, windowFunctions } from './windows.ts'

/** One call at all instants of a grid. Types and numbers of arguments have been checked. */
export function calledValue(call: Call, grid: Grid, context: Context): Value {
  switch (call.name) {
    case 'time':
      return { kind: 'scalar', values: overGrid(grid, (index) => instantAt(grid, index) / 1_000) }
    case 'pi':
      return { kind: 'scalar', values: overGrid(grid, () => Math.PI) }
    case 'scalar':
      return { kind: 'scalar', values: singleValues(vectorArg(call, 0, grid, context), grid) }
    default:
      return { kind: 'vector', columns: calledColumns(call, grid, context) }
  }
}

function overGrid(grid: Grid, value: (index: number) => number): Float64Array {
  return Float64Array.from({ length: grid.count }, (_, index) => value(index))
}

function vectorArg({ args }: Call, place: number, grid: Grid, { evaluate }: Context): readonly Column[] {
  const value = evaluate(args[place] as Expression, grid)
  if (value.kind !== 'vector') throw new Error('Another type than a vector came to a place for vectors.')
  return value.columns
}

function scalarArg({ args }: Call, place: number, grid: Grid, { evaluate }: Context): Float64Array {
  const value = evaluate(args[place] as Expression, grid)
  if (value.kind !== 'scalar') throw new Error('Another type than a scalar came to a place for scalars.')
  return value.values
}

function textArg({ args }: Call, place: number): string {
  const arg = args[place]
  if (arg?.kind !== 'string') throw new Error('Another type than a string came to a place for strings.')
  return arg.text
}

/** The value of the only element, NaN where there are none or several. */
function singleValues(columns: readonly Column[], grid: Grid): Float64Array {
  return overGrid(grid, (index) => {
    const present = columns.filter(({ has }) => has[index] === 1)
    return present.length === 1 ? (present[0]?.values[index] as number) : Number.NaN
  })
}

function calledColumns(call: Call, grid: Grid, context: Context): readonly Column[] {
  const { name } = call
  const element = elementFunctions.get(name)
  if (element !== undefined) return changedValues(vectorArg(call, 0, grid, context), element)
  const ofWindow = windowFunctions.get(name)
  if (ofWindow !== undefined) return overWindows(call, ofWindow, grid, context)
  const calendar = calendarFunctions.get(name)
  if (calendar !== undefined) return call.args.length === 0 ? [constant(noLabels, overGrid(grid, (index) => calendar(instantAt(grid, index) / 1_000)))] : changedValues(vectorArg(call, 0, grid, context), calendar)
  switch (name) {
    case 'vector':
      return [constant(noLabels, scalarArg(call, 0, grid, context))]
    case 'timestamp':
      return timestamps(call, grid, context)
    case 'absent':
      return absent(call.args[0] as Expression, vectorArg(call, 0, grid, context), grid)
    case 'absent_over_time':
      return absent(call.args[0] as Expression, overWindows(call, () => 1, grid, context), grid)
    case 'clamp':
    case 'clamp_max':
    case 'clamp_min':
      return clamped(call, grid, context)
    case 'round': {
      const to = call.args.length > 1 ? scalarArg(call, 1, grid, context) : overGrid(grid, () => 1)
      return changedValues(vectorArg(call, 0, grid, context), (value, index) => rounded(value, to[index] as number))
    }
    case 'sort':
    case 'sort_desc':
      return sortedByValue(call, grid, context)
    case 'label_replace':
      return relabelled(call, grid, context)
    case 'label_join':
      return joinedLabels(call, grid, context)
    case 'histogram_quantile':
      return quantiles(call, grid, context)
    case 'histogram_fraction': {
      const [lower, upper] = [scalarArg(call, 0, grid, context), scalarArg(call, 1, grid, context)]
      return ofHistograms(vectorArg(call, 2, grid, context), { grid, where: call.args[2] as Expression, context }, (buckets, index) => bucketFraction(lower[index] as number, upper[index] as number, buckets))
    }
    case 'histogram_avg':
    case 'histogram_count':
    case 'histogram_sum':
    case 'histogram_stddev':
    case 'histogram_stdvar':
      // They take native histograms alone, and the sandbox has none.
      vectorArg(call, 0, grid, context)
      return []
    default:
      throw new Error(`There is no function ${name}.`)
  }
}

function constant(labels: LabelSet, values: Float64Array): Column {
  return { labels, values, has: new Uint8Array(values.length).fill(1) }
}

const keepsName: readonly string[] = ['last_over_time', 'first_over_time']

/** A function of the samples of each range, at each instant. */
function overWindows(call: Call, compute: WindowFunction, grid: Grid, context: Context): readonly Column[] {
  const place = call.args.findIndex(({ kind }) => kind === 'range' || kind === 'subquery')
  const arg = call.args[place] as Expression
  if (arg.kind !== 'range' && arg.kind !== 'subquery') throw new Error('Another type than a range came to a place for ranges.')
  const scalars = call.args.length > 1 ? scalarArg(call, 1 - place, grid, context) : new Float64Array(grid.count)
  const { series, rangeMs, end } = rangeVector(arg, grid, context)
  // In a call that is not pinned, the server takes a pinned subquery for a value of its own and does not look at it: an error that queries live with.
  if (arg.kind === 'subquery' && isPinned(arg) && !isPinned(call)) return []
  const columns = series.map(({ labels, samples: { times, values } }) => {
    const column = emptyColumn(keepsName.includes(call.name) ? labels : withoutName(labels), grid.count)
    let from = 0
    let to = 0
    for (let index = 0; index < grid.count; index++) {
      const last = end(index)
      while (to < times.length && (times[to] as number) <= last) to++
      while (from < to && (times[from] as number) <= last - rangeMs) from++
      if (from === to) continue
      if (call.name === 'quantile_over_time') noteQuantiles([scalars[index] as number], call, context)
      const value = compute({ times, values, from, to, start: last - rangeMs, end: last, at: instantAt(grid, index) }, scalars[index] as number)
      if (value !== undefined) put(column, index, value)
    }
    if ((call.name === 'rate' || call.name === 'increase') && column.has.includes(1)) noteCounter(labels, arg.kind === 'range' ? arg : subqueryPlace, context)
    return column
  })
  return distinct(columns)
}

/** The server has forgotten where a subquery stood by the time that it notes something about it. */
const subqueryPlace: Place = { from: 0, to: 0 }

function noteCounter(labels: LabelSet, where: Place, { note }: Context): void {
  const name = valueOf(labels, metricName)
  if (name !== '' && !/(_total|_sum|_count|_bucket)$/.test(name)) note('info', `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`, where)
}

function noteQuantiles(given: Iterable<number>, { args }: Call, { note }: Context): void {
  for (const q of new Set(given)) if (!(q >= 0 && q <= 1)) note('warning', `quantile value should be between 0 and 1, got ${shortText(q)}`, args[0] as Expression)
}

/** Of a selector, when its samples were taken; of anything else, the instant of the evaluation. Seconds. */
function timestamps(call: Call, grid: Grid, context: Context): readonly Column[] {
  const [arg] = call.args
  if (arg?.kind === 'selector') return merged(instantVector(arg, grid, context, 'time').map((column) => mapped(column, withoutName(column.labels), (value) => value)))
  return changedValues(vectorArg(call, 0, grid, context), (_, index) => instantAt(grid, index) / 1_000)
}

/** 1 where there is nothing, with the labels that the selector asks for by equality. */
function absent(arg: Expression, columns: readonly Column[], grid: Grid): readonly Column[] {
  const column = emptyColumn(absentLabels(arg), grid.count)
  for (let index = 0; index < grid.count; index++) if (columns.every(({ has }) => has[index] === 0)) put(column, index, 1)
  return column.has.includes(1) ? [column] : []
}

function absentLabels(arg: Expression): LabelSet {
  const selector = arg.kind === 'range' ? arg.of : arg
  if (selector.kind !== 'selector') return noLabels
  const matchers = selector.matchers.filter(({ name }) => name !== metricName)
  const named = Map.groupBy(matchers, ({ name }) => name)
  return labelSet([...named].flatMap(([name, list]) => (list.length === 1 && list[0]?.operator === '=' ? [[name, list[0].value] as const] : [])))
}

function clamped(call: Call, grid: Grid, context: Context): readonly Column[] {
  const columns = vectorArg(call, 0, grid, context)
  const infinite = (value: number) => overGrid(grid, () => value)
  const lower = call.name === 'clamp_max' ? infinite(-Infinity) : scalarArg(call, 1, grid, context)
  const upper = call.name === 'clamp_min' ? infinite(Infinity) : scalarArg(call, call.name === 'clamp' ? 2 : 1, grid, context)
  return merged(columns.map(({ labels, values, has }) => {
    const result = emptyColumn(withoutName(labels), grid.count)
    for (let index = 0; index < grid.count; index++) {
      const [least, most] = [lower[index] as number, upper[index] as number]
      if (has[index] === 1 && !(most < least)) put(result, index, maximum(least, minimum(most, values[index] as number)))
    }
    return result
  }))
}

/** By value, NaN last. A range is always ordered by labels. */
function sortedByValue(call: Call, grid: Grid, context: Context): readonly Column[] {
  const columns = vectorArg(call, 0, grid, context)
  if (!grid.single) {
    if (!isPinned(call)) context.note('warning', 'sort is ineffective for range queries since results are always ordered by labels', call)
    return columns
  }
  const direction = call.name === 'sort' ? 1 : -1
  const value = ({ values }: Column): number => values[0] as number
  return columns.toSorted((a, b) => (Number.isNaN(value(a)) ? 1 : Number.isNaN(value(b)) ? -1 : direction * (value(a) - value(b)) || 0))
}

function relabelled(call: Call, grid: Grid, context: Context): readonly Column[] {
  const [target, template, source, expression] = [1, 2, 3, 4].map((place) => textArg(call, place)) as [string, string, string, string]
  const { groups } = compiled(expression, `invalid regular expression in label_replace(): ${expression}`)
  if (target === '') throw evaluationError('invalid destination label name in label_replace(): ')
  return merged(vectorArg(call, 0, grid, context).map((column) => {
    const group = groups(valueOf(column.labels, source))
    return group === undefined ? column : { ...column, labels: withLabel(column.labels, target, expand(template, group)) }
  }))
}

function compiled(expression: string, message: string): Pattern {
  try {
    return pattern(expression)
  } catch (error) {
    throw Object.assign(evaluationError(message), { cause: error })
  }
}

function joinedLabels(call: Call, grid: Grid, context: Context): readonly Column[] {
  const [target, separator] = [textArg(call, 1), textArg(call, 2)]
  const sources = call.args.slice(3).map((_, place) => textArg(call, place + 3))
  if (target === '') throw evaluationError('invalid destination label name in label_join(): ')
  if (sources.includes('')) throw evaluationError('invalid source label name in label_join(): ')
  return merged(vectorArg(call, 0, grid, context).map((column) => ({ ...column, labels: withLabel(column.labels, target, sources.map((source) => valueOf(column.labels, source)).join(separator)) })))
}

function quantiles(call: Call, grid: Grid, context: Context): readonly Column[] {
  const q = scalarArg(call, 0, grid, context)
  const where = call.args[1] as Expression
  const { seen, tell } = forcedNotes()
  const buckets = vectorArg(call, 1, grid, context)
  noteQuantiles(q, call, context)
  const columns = ofHistograms(buckets, { grid, where, context }, (sorted, index) => bucketQuantile(q[index] as number, sorted, (forced) => seen(forced, grid, index)))
  tell(where, context)
  return columns
}
