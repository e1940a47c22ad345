import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import type { Binary, BinaryOperator, Expression, Grouping, Matching, Selector, When } from './ast.ts'
import { checkTypes } from './check.ts'
import { millisecondsOf, positiveMillisecondsOf } from './durations.ts'
import { parseError } from './errors.ts'
import { matchersOf } from './matchers.ts'
import { type AskedFor, childOf, childrenOf, labelNamesOf, numberOf, placeOf, type Reading, stringOf, textOf, wrong } from './reading.ts'
import { aggregations } from './signatures.ts'

/**
 * Reads a query with the grammar of Prometheus' own editor, and refuses what that grammar lets pass but the server does not.
 * @throws QueryError `bad_data`, also for what the server has behind a feature flag
 */
export function parse(query: string, asked: AskedFor = { stepMs: 0, rangeMs: 0 }): Expression {
  const tree = parser.parse(query)
  tree.iterate({
    enter({ type, from }) {
      if (type.isError) throw parseError(query, from, from >= query.length ? 'unexpected end of input' : `unexpected ${JSON.stringify(query.slice(from).split(/\s/, 1)[0])}`)
    },
  })
  const [root] = childrenOf(tree.topNode)
  if (root === undefined) throw parseError(query, query.length, 'no expression found in input')
  const expression = expressionOf({ query, ...asked }, root)
  checkTypes(query, expression)
  return expression
}

/** The selectors of the metadata API: `up{job="cart"}` and nothing around it. */
export function parseSelector(query: string): Selector {
  const expression = parse(query)
  if (expression.kind !== 'selector' || expression.offsetMs !== 0 || expression.at !== undefined) throw parseError(query, 0, 'a vector selector is expected')
  return expression
}

function expressionOf(reading: Reading, node: SyntaxNode): Expression {
  const [first, second, third] = childrenOf(node)
  switch (node.name) {
    case 'NumberDurationLiteral':
      return { kind: 'number', value: numberOf(reading, node), ...placeOf(node) }
    case 'StringLiteral':
      return { kind: 'string', text: stringOf(reading, node), ...placeOf(node) }
    case 'ParenExpr':
      return expressionOf(reading, first as SyntaxNode)
    case 'UnaryExpr':
      return { kind: 'sign', negative: textOf(reading, first as SyntaxNode) === '-', of: expressionOf(reading, second as SyntaxNode), ...placeOf(node) }
    case 'VectorSelector':
      return { kind: 'selector', matchers: matchersOf(reading, node), offsetMs: 0, at: undefined, ...placeOf(node) }
    case 'MatrixSelector':
      return rangeOf(reading, node)
    case 'SubqueryExpr':
      return {
        kind: 'subquery',
        of: expressionOf(reading, first as SyntaxNode),
        rangeMs: positiveMillisecondsOf(reading, second as SyntaxNode),
        stepMs: third === undefined ? undefined : positiveMillisecondsOf(reading, third),
        offsetMs: 0,
        at: undefined,
        ...placeOf(node),
      }
    case 'OffsetExpr':
      return shifted(reading, node)
    case 'StepInvariantExpr':
      return pinned(reading, node)
    case 'FunctionCall':
      return { kind: 'call', name: textOf(reading, first as SyntaxNode), args: argsOf(reading, node), ...placeOf(node) }
    case 'AggregateExpr':
      return aggregateOf(reading, node)
    case 'BinaryExpr':
      return binaryOf(reading, node)
    case 'AnchoredExpr':
    case 'SmoothedExpr':
      throw wrong(reading, node, `${node.name.slice(0, -4).toLowerCase()} modifier is experimental and not enabled`)
    default:
      throw wrong(reading, node, `unexpected ${node.name}`)
  }
}

function rangeOf(reading: Reading, node: SyntaxNode): Expression {
  const [of, range] = childrenOf(node) as [SyntaxNode, SyntaxNode]
  if (of.name === 'OffsetExpr') throw wrong(reading, node, 'no offset modifiers allowed before range')
  if (of.name === 'StepInvariantExpr') throw wrong(reading, node, 'no @ modifiers allowed before range')
  if (of.name !== 'VectorSelector') throw wrong(reading, node, 'ranges only allowed for vector selectors')
  return { kind: 'range', of: expressionOf(reading, of) as Selector, rangeMs: positiveMillisecondsOf(reading, range), ...placeOf(node) }
}

/** Gives a selector, or the selector of a range, or a subquery another time. */
function moved(reading: Reading, node: SyntaxNode, what: string, change: (when: When) => Partial<When>): Expression {
  const [of] = childrenOf(node) as [SyntaxNode]
  const inner = expressionOf(reading, of)
  if (of.name === 'ParenExpr' || !(inner.kind === 'selector' || inner.kind === 'range' || inner.kind === 'subquery')) {
    throw wrong(reading, node, `${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`)
  }
  return inner.kind === 'range' ? { ...inner, of: { ...inner.of, ...change(inner.of) } } : { ...inner, ...change(inner) }
}

function shifted(reading: Reading, node: SyntaxNode): Expression {
  return moved(reading, node, 'offset', ({ offsetMs }) => {
    if (offsetMs !== 0) throw wrong(reading, node, 'offset may not be set multiple times')
    return { offsetMs: millisecondsOf(reading, childrenOf(node)[2] as SyntaxNode) }
  })
}

function pinned(reading: Reading, node: SyntaxNode): Expression {
  return moved(reading, node, '@', ({ at }) => {
    const to = childrenOf(node)[2] as SyntaxNode
    if (at !== undefined) throw wrong(reading, node, '@ <timestamp> may not be set multiple times')
    if (to.name === 'AtModifierPreprocessors') return { at: to.firstChild?.name === 'AtStart' ? 'start' : 'end' }
    const seconds = numberOf(reading, to)
    if (!Number.isFinite(seconds)) throw wrong(reading, to, 'timestamp out of bounds for @ modifier')
    return { at: Math.round(seconds * 1_000) }
  })
}

function argsOf(reading: Reading, node: SyntaxNode): readonly Expression[] {
  const body = childOf(node, 'FunctionCallBody')
  return body === undefined ? [] : childrenOf(body).map((child) => expressionOf(reading, child))
}

function aggregateOf(reading: Reading, node: SyntaxNode): Expression {
  const operator = textOf(reading, childrenOf(node)[0] as SyntaxNode).toLowerCase()
  const takes = aggregations.get(operator)
  if (takes === undefined) throw wrong(reading, node, `${operator}() is experimental and must be enabled with --enable-feature=promql-experimental-functions`)
  const given = argsOf(reading, node)
  const wanted = takes === 'nothing' ? 1 : 2
  if (given.length !== wanted) throw wrong(reading, node, given.length === 0 ? 'no arguments for aggregate expression provided' : `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${given.length}`)
  return { kind: 'aggregate', operator, grouping: groupingOf(reading, childOf(node, 'AggregateModifier')), parameter: wanted === 2 ? given[0] : undefined, of: given.at(-1) as Expression, ...placeOf(node) }
}

function groupingOf(reading: Reading, node: SyntaxNode | undefined): Grouping {
  if (node === undefined) return { kind: 'by', labels: [] }
  const [kind, labels] = childrenOf(node) as [SyntaxNode, SyntaxNode]
  return { kind: kind.name === 'By' ? 'by' : 'without', labels: labelNamesOf(reading, labels) }
}

function binaryOf(reading: Reading, node: SyntaxNode): Expression {
  const children = childrenOf(node)
  const [left, sign, right] = [children[0], children[1], children.at(-1)] as [SyntaxNode, SyntaxNode, SyntaxNode]
  if (sign.name === 'TrimUpper' || sign.name === 'TrimLower') throw wrong(reading, sign, 'the sandbox has no native histograms to trim')
  if (childOf(node, 'FillModifier') !== undefined) throw wrong(reading, node, 'binop fill modifiers are experimental and not enabled')
  const operator = textOf(reading, sign).toLowerCase() as BinaryOperator
  const base = { operator, bool: childOf(node, 'BoolModifier') !== undefined, matching: matchingOf(reading, childOf(node, 'MatchingModifierClause')), right: expressionOf(reading, right), ...placeOf(node) }
  // The grammar takes a sign for a part of the number; the power binds tighter than the sign: -2^2 is -4.
  const signed = operator === '^' && left.name === 'NumberDurationLiteral' ? /^[+-]/.exec(textOf(reading, left))?.[0] : undefined
  if (signed === undefined) return { kind: 'binary', left: expressionOf(reading, left), ...base }
  const power: Binary = { kind: 'binary', left: { kind: 'number', value: Math.abs(numberOf(reading, left)), ...placeOf(left) }, ...base }
  return { kind: 'sign', negative: signed === '-', of: power, ...placeOf(node) }
}

function matchingOf(reading: Reading, node: SyntaxNode | undefined): Matching {
  if (node === undefined) return { kind: 'ignoring', labels: [], group: undefined }
  const [kind, labels, side, include] = childrenOf(node) as [SyntaxNode, SyntaxNode, SyntaxNode | undefined, SyntaxNode | undefined]
  return {
    kind: kind.name === 'On' ? 'on' : 'ignoring',
    labels: labelNamesOf(reading, labels),
    group: side === undefined ? undefined : { many: side.name === 'GroupLeft' ? 'left' : 'right', include: include === undefined ? [] : labelNamesOf(reading, include) },
  }
}
