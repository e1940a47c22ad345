import type { Aggregate, Grouping } from './ast.ts'
import { type Column, emptyColumn, type Grid, merged, put } from './columns.ts'
import type { Context } from './context.ts'
import { evaluationError } from './errors.ts'
import { isPinned } from './pinned.ts'
import { average, count, type Fold, greatest, least, one, plainDeviation, plainVariance, quantile, sum } from './folds.ts'
import { type LabelSet, metricName, only, withLabel, without } from './labels.ts'
import { decimalText, shortText } from './literals.ts'

const folds: ReadonlyMap<string, (parameter: number) => Fold> = new Map<string, (parameter: number) => Fold>([
  ['avg', () => average],
  ['count', () => count],
  ['group', () => one],
  ['max', () => greatest],
  ['min', () => least],
  ['stddev', () => plainDeviation],
  ['stdvar', () => plainVariance],
  ['sum', () => sum],
  ['quantile', quantile],
])

function groupLabels(labels: LabelSet, { kind, labels: names }: Grouping): LabelSet {
  return kind === 'by' ? only(labels, names) : without(labels, [...names, metricName])
}

function groupsOf(columns: readonly Column[], grouping: Grouping): readonly { readonly labels: LabelSet; readonly members: readonly Column[] }[] {
  const groups = new Map<string, { readonly labels: LabelSet; readonly members: Column[] }>()
  for (const column of columns) {
    const labels = groupLabels(column.labels, grouping)
    const group = groups.get(labels.key) ?? { labels, members: [] }
    group.members.push(column)
    groups.set(labels.key, group)
  }
  return [...groups.values()]
}

export function aggregated(aggregate: Aggregate, grid: Grid, context: Context): readonly Column[] {
  const { operator, grouping, parameter, of } = aggregate
  const value = context.evaluate(of, grid)
  if (value.kind !== 'vector') throw new Error('An aggregation was evaluated over something else than a vector.')
  const given = parameter === undefined ? undefined : context.evaluate(parameter, grid)
  if (given?.kind === 'string') return countedValues(value.columns, grouping, given.text, grid)
  const each = given?.kind === 'scalar' ? given.values : new Float64Array(grid.count)
  // The server evaluates an aggregation of what is pinned once, and its parameter with it.
  const parameters = isPinned(of) ? each.map(() => each[0] as number) : each
  if (operator === 'topk' || operator === 'bottomk') return selected(value.columns, aggregate, parameters, grid)
  if (operator === 'quantile') noteQuantiles(parameters, aggregate, context)
  const fold = folds.get(operator)
  if (fold === undefined) throw new Error(`There is no aggregation ${operator}.`)
  return groupsOf(value.columns, grouping).map(({ labels, members }) => {
    const column = emptyColumn(labels, grid.count)
    const present = new Float64Array(members.length)
    for (let index = 0; index < grid.count; index++) {
      let size = 0
      for (const { has, values } of members) if (has[index] === 1) present[size++] = values[index] as number
      if (size > 0) put(column, index, fold(parameters[index] as number)(present, 0, size))
    }
    return column
  })
}

/** Of many that are out of bounds, the extremes. */
function noteQuantiles(quantiles: Float64Array, { parameter }: Pick<Aggregate, 'parameter'>, { note }: Context): void {
  const [highest, lowest] = [Math.max(...quantiles), Math.min(...quantiles)]
  const wrong = [...(Number.isNaN(highest) ? [Number.NaN] : []), ...(highest > 1 ? [highest] : []), ...(lowest < 0 ? [lowest] : [])]
  for (const q of wrong) if (parameter !== undefined) note('warning', `quantile value should be between 0 and 1, got ${shortText(q)}`, parameter)
}

/** The k largest or smallest of each group, with all their labels, best first. NaN is last. */
function selected(columns: readonly Column[], { operator, grouping }: Aggregate, parameters: Float64Array, grid: Grid): readonly Column[] {
  if (parameters.every((k) => k < 1)) return []
  if (parameters.some(Number.isNaN)) throw evaluationError('Parameter value is NaN')
  const lowest = Math.min(...parameters)
  const highest = Math.max(...parameters)
  if (lowest <= -(2 ** 63)) throw evaluationError(`Scalar value ${decimalText(lowest)} underflows int64`)
  if (highest >= 2 ** 63) throw evaluationError(`Scalar value ${decimalText(highest)} overflows int64`)
  const direction = operator === 'topk' ? 1 : -1
  return groupsOf(columns, grouping).flatMap(({ members }) => {
    const kept = members.map(({ labels }) => emptyColumn(labels, grid.count))
    let order = members.map((_, position) => position)
    for (let index = 0; index < grid.count; index++) {
      const value = (position: number): number => (members[position] as Column).values[index] as number
      const ranked = members.map((_, position) => position).filter((position) => members[position]?.has[index] === 1)
        .toSorted((a, b) => (Number.isNaN(value(a)) ? (Number.isNaN(value(b)) ? 0 : 1) : Number.isNaN(value(b)) ? -1 : direction * (value(b) - value(a)) || 0))
      for (const position of ranked.slice(0, Math.max(0, Math.trunc(parameters[index] as number)))) put(kept[position] as Column, index, value(position))
      if (grid.single) order = ranked
    }
    return order.map((position) => kept[position] as Column).filter(({ has }) => has.includes(1))
  })
}

/** One series for each value, which becomes a label. */
function countedValues(columns: readonly Column[], { kind, labels: names }: Grouping, label: string, grid: Grid): readonly Column[] {
  if (label === '') throw evaluationError('invalid label name ""')
  const grouping: Grouping = { kind, labels: kind === 'by' ? [...names, label] : names }
  const counts = new Map<string, Column>()
  for (let index = 0; index < grid.count; index++) {
    for (const { labels, has, values } of columns) {
      if (has[index] !== 1) continue
      const group = groupLabels(withLabel(labels, label, decimalText(values[index] as number)), grouping)
      const column = counts.get(group.key) ?? emptyColumn(group, grid.count)
      put(column, index, (column.values[index] as number) + 1)
      counts.set(group.key, column)
    }
  }
  return merged([...counts.values()])
}
