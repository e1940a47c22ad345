import { calculate } from './arithmetic.ts'
import { arithmetic, type Binary, type Comparison, isOneOf, type Matching, type SetOperator, setOperators } from './ast.ts'
import { type Column, emptyColumn, type Grid, merged, put } from './columns.ts'
import type { Context, Value } from './context.ts'
import { evaluationError } from './errors.ts'
import { type LabelSet, labelsText, metricName, only, valueOf, withLabel, without, withoutName } from './labels.ts'

function holds(operator: Comparison, a: number, b: number): boolean {
  switch (operator) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '>':
      return a > b
    case '<':
      return a < b
    case '>=':
      return a >= b
    case '<=':
      return a <= b
  }
}

type Scalar = Extract<Value, { readonly kind: 'scalar' }>

/** Undefined where a comparison does not hold and filters. `kept` is what it lets through. */
function outcome({ operator, bool }: Binary, a: number, b: number, kept: number): number | undefined {
  if (isOneOf(arithmetic, operator)) return calculate(operator, a, b)
  const holding = holds(operator as Comparison, a, b)
  if (bool) return holding ? 1 : 0
  return holding ? kept : undefined
}

/** A result that is no longer the metric that it was: calculated, or 0 and 1 of `bool`. */
function losesName({ operator, bool }: Binary): boolean {
  return bool || isOneOf(arithmetic, operator)
}

export function binaryResult(binary: Binary, grid: Grid, context: Context): Value {
  const left = context.evaluate(binary.left, grid)
  const right = context.evaluate(binary.right, grid)
  if (left.kind === 'string' || right.kind === 'string') throw new Error('A text cannot be an operand.')
  if (left.kind === 'scalar' && right.kind === 'scalar') return { kind: 'scalar', values: left.values.map((a, index) => outcome(binary, a, right.values[index] as number, a) ?? 0) }
  if (left.kind === 'scalar') return { kind: 'vector', columns: withScalar(binary, (right as Exclude<Value, Scalar | { kind: 'string' }>).columns, left.values, 'left') }
  if (right.kind === 'scalar') return { kind: 'vector', columns: withScalar(binary, left.columns, right.values, 'right') }
  const { operator } = binary
  return { kind: 'vector', columns: isOneOf(setOperators, operator) ? setResult(operator, binary.matching, left.columns, right.columns, grid) : matched(binary, left.columns, right.columns, grid) }
}

/** Comparisons let the element of the vector through, whichever side it is on. */
function withScalar(binary: Binary, columns: readonly Column[], scalars: Float64Array, scalarSide: 'left' | 'right'): readonly Column[] {
  return merged(columns.map(({ labels, values, has }) => {
    const result = emptyColumn(losesName(binary) ? withoutName(labels) : labels, values.length)
    for (let index = 0; index < values.length; index++) {
      if (has[index] !== 1) continue
      const [element, scalar] = [values[index] as number, scalars[index] as number]
      const value = scalarSide === 'left' ? outcome(binary, scalar, element, element) : outcome(binary, element, scalar, element)
      if (value !== undefined) put(result, index, value)
    }
    return result
  }))
}

function signature(labels: LabelSet, { kind, labels: names }: Matching): string {
  return (kind === 'on' ? only(labels, names) : without(labels, [...names, metricName])).key
}

function setResult(operator: SetOperator, matching: Matching, left: readonly Column[], right: readonly Column[], grid: Grid): readonly Column[] {
  const presence = (columns: readonly Column[]): ReadonlyMap<string, Uint8Array> => {
    const found = new Map<string, Uint8Array>()
    for (const { labels, has } of columns) {
      const key = signature(labels, matching)
      const known = found.get(key) ?? new Uint8Array(grid.count)
      for (let index = 0; index < grid.count; index++) known[index] = (known[index] as number) | (has[index] as number)
      found.set(key, known)
    }
    return found
  }
  const filtered = (columns: readonly Column[], other: ReadonlyMap<string, Uint8Array>, wanted: 0 | 1): readonly Column[] =>
    columns.map(({ labels, values, has }) => {
      const match = other.get(signature(labels, matching))
      return { labels, values, has: has.map((one, index) => (one === 1 && (match?.[index] ?? 0) === wanted ? 1 : 0)) }
    })
  switch (operator) {
    case 'and':
      return merged(filtered(left, presence(right), 1))
    case 'unless':
      return merged(filtered(left, presence(right), 0))
    case 'or':
      return merged([...left, ...filtered(right, presence(left), 0)])
  }
}

/**
 * Each element of the many side with the one of the other side that has the same matching labels.
 * @throws QueryError `execution` where there are several on a side that may have one
 */
function matched(binary: Binary, left: readonly Column[], right: readonly Column[], grid: Grid): readonly Column[] {
  const { matching } = binary
  const swapped = matching.group?.many === 'right'
  const [many, one] = swapped ? [right, left] : [left, right]
  const bySignature = Map.groupBy(one, ({ labels }) => signature(labels, matching))
  const taken = new Map<string, Map<string, Uint8Array>>()
  refuseDuplicates(bySignature, matching, swapped, { many, grid })
  const results = many.flatMap((column) => {
    const key = signature(column.labels, matching)
    return (bySignature.get(key) ?? []).map((partner) => {
      const labels = resultLabels(column.labels, partner.labels, binary)
      const result = emptyColumn(labels, grid.count)
      const marks = marksFor(taken, key, matching.group === undefined ? '' : labels.key, grid.count)
      for (let index = 0; index < grid.count; index++) {
        if (column.has[index] !== 1 || partner.has[index] !== 1) continue
        if (marks[index] === 1) throw evaluationError(matching.group === undefined ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)' : 'multiple matches for labels: grouping labels must ensure unique matches')
        marks[index] = 1
        const [a, b] = swapped ? [partner.values[index] as number, column.values[index] as number] : [column.values[index] as number, partner.values[index] as number]
        const value = outcome(binary, a, b, a)
        if (value !== undefined) put(result, index, value)
      }
      return result
    })
  })
  return merged(results)
}

function marksFor(taken: Map<string, Map<string, Uint8Array>>, signatureKey: string, resultKey: string, count: number): Uint8Array {
  const results = taken.get(signatureKey) ?? new Map<string, Uint8Array>()
  const marks = results.get(resultKey) ?? new Uint8Array(count)
  taken.set(signatureKey, results.set(resultKey, marks))
  return marks
}

/** At no instant may the one side have two elements of a signature, whether or not anything matches them, as long as the other side has any. */
function refuseDuplicates(bySignature: ReadonlyMap<string, readonly Column[]>, matching: Matching, swapped: boolean, { many, grid }: { readonly many: readonly Column[]; readonly grid: Grid }): void {
  for (const [, columns] of bySignature) {
    if (columns.length < 2) continue
    for (let index = 0; index < grid.count; index++) {
      const present = columns.filter(({ has }) => has[index] === 1)
      if (present.length < 2 || !many.some(({ has }) => has[index] === 1)) continue
      const [first, second] = present as [Column, Column]
      const labels = matching.kind === 'on' ? only(first.labels, matching.labels) : without(first.labels, [...matching.labels, metricName])
      throw evaluationError(`found duplicate series for the match group ${labelsText(labels)} on the ${swapped ? 'left' : 'right'} hand-side of the operation: [${labelsText(second.labels)}, ${labelsText(first.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`)
    }
  }
}

function resultLabels(many: LabelSet, one: LabelSet, binary: Binary): LabelSet {
  const { matching } = binary
  const named = losesName(binary) ? withoutName(many) : many
  if (matching.group === undefined) return matching.kind === 'on' ? only(named, matching.labels) : without(named, matching.labels)
  return matching.group.include.reduce((labels, name) => withLabel(labels, name, valueOf(one, name)), named)
}
