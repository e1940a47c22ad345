import type { Instant } from '@fermata/ports'
import { aggregated } from './aggregate.ts'
import type { Expression } from './ast.ts'
import { binaryResult } from './binary.ts'
import { calledValue } from './calls.ts'
import { typeOf } from './check.ts'
import { changedValues, type Column, type Grid, instantAt } from './columns.ts'
import { annotations, type Annotations, type Context, type Value } from './context.ts'
import { QueryError } from './errors.ts'
import { compareLabels, type LabelSet } from './labels.ts'
import { parse } from './parse.ts'
import { instantVector, rangeVector } from './select.ts'
import { typeNames } from './signatures.ts'

/** Where queries are evaluated. */
export type Engine = Pick<Context, 'find' | 'lookbackMs' | 'defaultStepMs'>

export interface Point {
  readonly at: Instant
  readonly value: number
}

export interface Line {
  readonly labels: LabelSet
  readonly points: readonly Point[]
}

export type Result = Annotations &
  (
    | { readonly type: 'vector' | 'matrix'; readonly lines: readonly Line[] }
    | { readonly type: 'scalar'; readonly point: Point }
    | { readonly type: 'string'; readonly at: Instant; readonly text: string }
  )

/** @throws QueryError */
export function instantQuery(engine: Engine, query: string, at: Instant): Result {
  const expression = parse(query)
  const notes = annotations(query)
  const grid = { start: at, step: 1, count: 1, single: true }
  const context = contextOf(engine, grid, notes)
  if (expression.kind === 'range' || expression.kind === 'subquery') return { type: 'matrix', lines: samplesOf(expression, grid, context), warnings: notes.warnings, infos: notes.infos }
  const value = context.evaluate(expression, grid)
  switch (value.kind) {
    case 'scalar':
      return { type: 'scalar', point: { at, value: value.values[0] as number }, warnings: notes.warnings, infos: notes.infos }
    case 'string':
      return { type: 'string', at, text: value.text, warnings: notes.warnings, infos: notes.infos }
    case 'vector':
      return { type: 'vector', lines: value.columns.filter(({ has }) => has[0] === 1).map((column) => lineOf(column, grid)), warnings: notes.warnings, infos: notes.infos }
  }
}

/** @throws QueryError */
export function rangeQuery(engine: Engine, query: string, { start, end, step }: { readonly start: Instant; readonly end: Instant; readonly step: number }): Result {
  const expression = parse(query, { stepMs: step, rangeMs: end - start })
  const type = typeOf(expression)
  if (type !== 'vector' && type !== 'scalar') throw new QueryError('bad_data', `invalid expression type "${typeNames[type]}" for range query, must be Scalar or instant Vector`)
  const notes = annotations(query)
  const grid = { start, step, count: Math.floor((end - start) / step) + 1, single: start === end }
  const value = contextOf(engine, grid, notes, end).evaluate(expression, grid)
  const columns = value.kind === 'vector' ? value.columns : value.kind === 'scalar' ? [{ labels: { key: '', entries: [] }, values: value.values, has: new Uint8Array(grid.count).fill(1) }] : []
  const lines = columns.map((column) => lineOf(column, grid)).filter(({ points }) => points.length > 0)
  return { type: 'matrix', lines: lines.toSorted((a, b) => compareLabels(a.labels, b.labels)), warnings: notes.warnings, infos: notes.infos }
}

function contextOf(engine: Engine, grid: Grid, { note }: Pick<Context, 'note'>, end = instantAt(grid, grid.count - 1)): Context {
  const context: Context = { ...engine, start: grid.start, end, note, evaluate: (expression, on) => evaluated(expression, on, context) }
  return context
}

function evaluated(expression: Expression, grid: Grid, context: Context): Value {
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', values: new Float64Array(grid.count).fill(expression.value) }
    case 'string':
      return { kind: 'string', text: expression.text }
    case 'selector':
      return { kind: 'vector', columns: instantVector(expression, grid, context) }
    case 'sign':
      return signed(expression.negative, context.evaluate(expression.of, grid))
    case 'call':
      return calledValue(expression, grid, context)
    case 'aggregate':
      return { kind: 'vector', columns: aggregated(expression, grid, context) }
    case 'binary':
      return binaryResult(expression, grid, context)
    case 'range':
    case 'subquery':
      throw new Error('A range has no value of its own.')
  }
}

function signed(negative: boolean, value: Value): Value {
  if (!negative || value.kind === 'string') return value
  return value.kind === 'scalar' ? { kind: 'scalar', values: value.values.map((one) => -one) } : { kind: 'vector', columns: changedValues(value.columns, (one) => -one) }
}

/** The samples of a range themselves. */
function samplesOf(expression: Extract<Expression, { readonly kind: 'range' | 'subquery' }>, grid: Grid, context: Context): readonly Line[] {
  const { series } = rangeVector(expression, grid, context)
  const lines = series.map(({ labels, samples: { times, values } }) => ({ labels, points: [...times].map((at, index) => ({ at, value: values[index] as number })) }))
  return lines.toSorted((a, b) => compareLabels(a.labels, b.labels))
}

function lineOf({ labels, values, has }: Column, grid: Grid): Line {
  const points: Point[] = []
  for (let index = 0; index < grid.count; index++) if (has[index] === 1) points.push({ at: instantAt(grid, index), value: values[index] as number })
  return { labels, points }
}
