import type { Instant } from '@fermata/ports'
import { evaluationError } from './errors.ts'
import { type LabelSet, withoutName } from './labels.ts'

/** The instants of an evaluation: one for an instant query, many for a range query or a subquery. */
export interface Grid {
  readonly start: Instant
  readonly step: number
  readonly count: number
  /** One instant that was asked for, and not a range that happens to have one. */
  readonly single: boolean
}

export function instantAt(grid: Grid, index: number): Instant {
  return grid.start + index * grid.step
}

/** One series of a result: a value for each instant of the grid where it has one. */
export interface Column {
  readonly labels: LabelSet
  readonly values: Float64Array
  readonly has: Uint8Array
}

export function emptyColumn(labels: LabelSet, count: number): Column {
  return { labels, values: new Float64Array(count), has: new Uint8Array(count) }
}

export function put(column: Column, index: number, value: number): void {
  column.values[index] = value
  column.has[index] = 1
}

/** The column that a change of each value gives. */
export function mapped(column: Column, labels: LabelSet, change: (value: number, index: number) => number): Column {
  const { has } = column
  return { labels, has, values: column.values.map((value, index) => (has[index] === 1 ? change(value, index) : 0)) }
}

/** A change of values: the result is another metric and loses its name. */
export function changedValues(columns: readonly Column[], change: (value: number, index: number) => number): readonly Column[] {
  return merged(columns.map((column) => mapped(column, withoutName(column.labels), change)))
}

const sameLabels = 'vector cannot contain metrics with the same labelset'

/**
 * One column for each set of labels, without empty ones.
 * @throws QueryError `execution` when two have a value at the same instant
 */
export function merged(columns: readonly Column[]): readonly Column[] {
  const byKey = new Map<string, Column>()
  for (const column of columns) {
    if (!column.has.includes(1)) continue
    const known = byKey.get(column.labels.key)
    byKey.set(column.labels.key, known === undefined ? column : joined(known, column))
  }
  return [...byKey.values()]
}

function joined(a: Column, b: Column): Column {
  if (a.has.some((has, index) => has === 1 && b.has[index] === 1)) throw evaluationError(sameLabels)
  return { labels: a.labels, has: a.has.map((has, index) => has | (b.has[index] as number)), values: a.values.map((value, index) => (a.has[index] === 1 ? value : (b.values[index] as number))) }
}

/** @throws QueryError `execution` when two columns have the same labels, wherever their values are */
export function distinct(columns: readonly Column[]): readonly Column[] {
  const full = columns.filter(({ has }) => has.includes(1))
  if (new Set(full.map(({ labels }) => labels.key)).size !== full.length) throw evaluationError(sameLabels)
  return full
}
