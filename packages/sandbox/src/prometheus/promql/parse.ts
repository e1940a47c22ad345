import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { type Arithmetic, type Binary, type BinaryOperator, type Expression, type Grouping, type Matcher, type Matching, type MatchOperator, type Place, type Selector, type When } from './ast.ts'
import { calculate } from './arithmetic.ts'
import { checkTypes } from './check.ts'
import { parseError } from './errors.ts'
import { metricName } from './labels.ts'
import { numberFrom, textFrom } from './literals.ts'
import { pattern } from './regex.ts'
import { aggregations } from './signatures.ts'

/** What `step()` and `range()` stand for in a duration. Both are 0 for an instant query. */
export interface AskedFor {
  readonly stepMs: number
  readonly rangeMs: number
}

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
  const root = tree.topNode.firstChild === null ? undefined : childrenOf(tree.topNode)[0]
  if (root === undefined) throw parseError(query, query.length, 'no expression found in input')
  const expression = reader(query, asked).expression(root)
  checkTypes(query, expression)
  return expression
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) if (child.name !== 'LineComment') children.push(child)
  return children
}

function childOf(node: SyntaxNode, name: string): SyntaxNode | undefined {
  return childrenOf(node).find((child) => child.name === name)
}

type Reader = { readonly expression: (node: SyntaxNode) => Expression }

function reader(query: string, asked: AskedFor): Reader {
  const text = ({ from, to }: Place): string => query.slice(from, to)
  const wrong = ({ from }: Place, message: string): Error => parseError(query, from, message)
  const place = ({ from, to }: Place): Place => ({ from, to })

  function expression(node: SyntaxNode): Expression {
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', value: number(node), ...place(node) }
      case 'StringLiteral':
        return { kind: 'string', text: string(node), ...place(node) }
      case 'ParenExpr':
        return expression(childrenOf(node)[0] as SyntaxNode)
      case 'UnaryExpr': {
        const [operator, of] = childrenOf(node) as [SyntaxNode, SyntaxNode]
        return { kind: 'sign', negative: text(operator) === '-', of: expression(of), ...place(node) }
      }
      case 'VectorSelector':
        return { kind: 'selector', matchers: matchers(node), offsetMs: 0, at: undefined, ...place(node) }
      case 'MatrixSelector':
        return matrixSelector(node)
      case 'SubqueryExpr': {
        const [of, range, step] = childrenOf(node) as [SyntaxNode, SyntaxNode, SyntaxNode | undefined]
        return { kind: 'subquery', of: expression(of), rangeMs: positive(range), stepMs: step === undefined ? undefined : positive(step), offsetMs: 0, at: undefined, ...place(node) }
      }
      case 'OffsetExpr':
        return shifted(node)
      case 'StepInvariantExpr':
        return pinned(node)
      case 'FunctionCall':
        return call(node)
      case 'AggregateExpr':
        return aggregate(node)
      case 'BinaryExpr':
        return binary(node)
      case 'AnchoredExpr':
      case 'SmoothedExpr':
        throw wrong(node, `${node.name.slice(0, -4).toLowerCase()} modifier is experimental and not enabled`)
      default:
        throw wrong(node, `unexpected ${node.name}`)
    }
  }

  function number(node: Place): number {
    const value = numberFrom(text(node))
    if (value === undefined) throw wrong(node, `error parsing number: ${text(node)}`)
    return value
  }

  function string(node: Place): string {
    const value = textFrom(text(node))
    if (value === undefined) throw wrong(node, `error unquoting string ${text(node)}`)
    return value
  }

  /** Whole milliseconds of a duration, or of arithmetic with durations. */
  function milliseconds(node: SyntaxNode): number {
    const value = inSeconds(node)
    if (!Number.isFinite(value)) throw wrong(node, 'duration is NaN or infinite')
    if (Math.abs(value) > 2 ** 63 / 1e9) throw wrong(node, 'duration out of range')
    return Math.trunc(value * 1_000)
  }

  function inSeconds(node: SyntaxNode): number {
    const [first, second, third] = childrenOf(node)
    if (first === undefined) return number(node)
    switch (first.name) {
      case 'DurationStep':
        return asked.stepMs / 1_000
      case 'DurationRange':
        return asked.rangeMs / 1_000
      case 'DurationMinOf':
      case 'DurationMaxOf':
        return Math[first.name === 'DurationMinOf' ? 'min' : 'max'](inSeconds(second as SyntaxNode), inSeconds(third as SyntaxNode))
      case 'UnaryOp':
        return (text(first) === '-' ? -1 : 1) * inSeconds(second as SyntaxNode)
      default:
        return second === undefined ? inSeconds(first) : combined(second, inSeconds(first), inSeconds(third as SyntaxNode))
    }
  }

  function combined(operator: SyntaxNode, a: number, b: number): number {
    const sign = text(operator) as Arithmetic
    if (b === 0 && (sign === '/' || sign === '%')) throw wrong(operator, sign === '/' ? 'division by zero' : 'modulo by zero')
    return calculate(sign, a, b)
  }

  function positive(node: SyntaxNode): number {
    const value = milliseconds(node)
    if (value <= 0) throw wrong(node, 'duration must be greater than 0')
    return value
  }

  function matchers(node: SyntaxNode): readonly Matcher[] {
    const name = childOf(node, 'Identifier')
    const list = childOf(node, 'LabelMatchers')
    const inBraces = list === undefined ? [] : childrenOf(list).map(matcher)
    const names = inBraces.filter((one) => one.name === metricName)
    if (name !== undefined && names.length > 0) throw wrong(node, `metric name must not be set twice: ${JSON.stringify(text(name))} or ${JSON.stringify(names[0]?.value)}`)
    const all = name === undefined ? inBraces : [...inBraces, equal(metricName, text(name))]
    if (all.every(({ matches }) => matches(''))) throw wrong(node, 'vector selector must contain at least one non-empty matcher')
    return all
  }

  function matcher(node: SyntaxNode): Matcher {
    if (node.name === 'QuotedLabelName') return equal(metricName, string(node))
    const [label, operator, value] = childrenOf(node) as [SyntaxNode, SyntaxNode, SyntaxNode]
    const name = label.name === 'QuotedLabelName' ? string(label) : text(label)
    return matcherOf(name, text(operator) as MatchOperator, string(value), () => wrong(node, `error parsing regexp: ${text(value)}`))
  }

  function matrixSelector(node: SyntaxNode): Expression {
    const [of, range] = childrenOf(node) as [SyntaxNode, SyntaxNode]
    if (of.name === 'OffsetExpr') throw wrong(node, 'no offset modifiers allowed before range')
    if (of.name === 'StepInvariantExpr') throw wrong(node, 'no @ modifiers allowed before range')
    if (of.name !== 'VectorSelector') throw wrong(node, 'ranges only allowed for vector selectors')
    return { kind: 'range', of: expression(of) as Selector, rangeMs: positive(range), ...place(node) }
  }

  /** Gives a selector, or the selector of a range, or a subquery another time. */
  function changed(node: SyntaxNode, of: SyntaxNode, what: string, change: (when: When) => Partial<When>): Expression {
    const inner = expression(of)
    if (of.name === 'ParenExpr' || !(inner.kind === 'selector' || inner.kind === 'range' || inner.kind === 'subquery')) {
      throw wrong(node, `${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`)
    }
    return inner.kind === 'range' ? { ...inner, of: { ...inner.of, ...change(inner.of) } } : { ...inner, ...change(inner) }
  }

  function shifted(node: SyntaxNode): Expression {
    const [of, , by] = childrenOf(node) as [SyntaxNode, SyntaxNode, SyntaxNode]
    return changed(node, of, 'offset', ({ offsetMs }) => {
      if (offsetMs !== 0) throw wrong(node, 'offset may not be set multiple times')
      return { offsetMs: milliseconds(by) }
    })
  }

  function pinned(node: SyntaxNode): Expression {
    const [of, , to] = childrenOf(node) as [SyntaxNode, SyntaxNode, SyntaxNode]
    return changed(node, of, '@', ({ at }) => {
      if (at !== undefined) throw wrong(node, '@ <timestamp> may not be set multiple times')
      if (to.name === 'AtModifierPreprocessors') return { at: to.firstChild?.name === 'AtStart' ? 'start' : 'end' }
      const seconds = number(to)
      if (!Number.isFinite(seconds)) throw wrong(to, 'timestamp out of bounds for @ modifier')
      return { at: Math.round(seconds * 1_000) }
    })
  }

  function args(node: SyntaxNode): readonly Expression[] {
    const body = childOf(node, 'FunctionCallBody')
    return body === undefined ? [] : childrenOf(body).map(expression)
  }

  function call(node: SyntaxNode): Expression {
    return { kind: 'call', name: text(childrenOf(node)[0] as SyntaxNode), args: args(node), ...place(node) }
  }

  function aggregate(node: SyntaxNode): Expression {
    const operator = text(childrenOf(node)[0] as SyntaxNode).toLowerCase()
    const takes = aggregations.get(operator)
    if (takes === undefined) throw wrong(node, `${operator}() is experimental and must be enabled with --enable-feature=promql-experimental-functions`)
    const given = args(node)
    const wanted = takes === 'nothing' ? 1 : 2
    if (given.length !== wanted) throw wrong(node, given.length === 0 ? 'no arguments for aggregate expression provided' : `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${given.length}`)
    return { kind: 'aggregate', operator, grouping: grouping(childOf(node, 'AggregateModifier')), parameter: wanted === 2 ? given[0] : undefined, of: given.at(-1) as Expression, ...place(node) }
  }

  function grouping(node: SyntaxNode | undefined): Grouping {
    if (node === undefined) return { kind: 'by', labels: [] }
    const [kind, labels] = childrenOf(node) as [SyntaxNode, SyntaxNode]
    return { kind: kind.name === 'By' ? 'by' : 'without', labels: labelNames(labels) }
  }

  function labelNames(node: SyntaxNode): readonly string[] {
    return childrenOf(node).map((child) => (child.name === 'QuotedLabelName' ? string(child) : text(child)))
  }

  function binary(node: SyntaxNode): Expression {
    const children = childrenOf(node)
    const [left, operator, right] = [children[0], children[1], children.at(-1)] as [SyntaxNode, SyntaxNode, SyntaxNode]
    if (operator.name === 'TrimUpper' || operator.name === 'TrimLower') throw wrong(operator, 'the sandbox has no native histograms to trim')
    if (childOf(node, 'FillModifier') !== undefined) throw wrong(node, 'binop fill modifiers are experimental and not enabled')
    const word = text(operator).toLowerCase() as BinaryOperator
    const base = { operator: word, bool: childOf(node, 'BoolModifier') !== undefined, matching: matching(childOf(node, 'MatchingModifierClause')), right: expression(right), ...place(node) }
    // The grammar takes a sign for a part of the number; the power binds tighter than the sign: -2^2 is -4.
    const signed = word === '^' && left.name === 'NumberDurationLiteral' ? /^[+-]/.exec(text(left))?.[0] : undefined
    if (signed === undefined) return { kind: 'binary', left: expression(left), ...base }
    const power: Binary = { kind: 'binary', left: { kind: 'number', value: Math.abs(number(left)), ...place(left) }, ...base }
    return { kind: 'sign', negative: signed === '-', of: power, ...place(node) }
  }

  function matching(node: SyntaxNode | undefined): Matching {
    if (node === undefined) return { kind: 'ignoring', labels: [], group: undefined }
    const [kind, labels, side, include] = childrenOf(node) as [SyntaxNode, SyntaxNode, SyntaxNode | undefined, SyntaxNode | undefined]
    return {
      kind: kind.name === 'On' ? 'on' : 'ignoring',
      labels: labelNames(labels),
      group: side === undefined ? undefined : { many: side.name === 'GroupLeft' ? 'left' : 'right', include: include === undefined ? [] : labelNames(include) },
    }
  }

  return { expression }
}

function equal(name: string, value: string): Matcher {
  return { name, operator: '=', value, matches: (other) => other === value }
}

/** @throws what `wrong` gives for an expression that is not RE2 */
export function matcherOf(name: string, operator: MatchOperator, value: string, wrong: (error: unknown) => Error): Matcher {
  switch (operator) {
    case '=':
      return equal(name, value)
    case '!=':
      return { name, operator, value, matches: (other) => other !== value }
    case '=~':
    case '!~': {
      const wanted = operator === '=~'
      const { matches } = compiled(value, wrong)
      return { name, operator, value, matches: (other) => matches(other) === wanted }
    }
  }
}

function compiled(expression: string, wrong: (error: unknown) => Error): ReturnType<typeof pattern> {
  try {
    return pattern(expression)
  } catch (error) {
    throw wrong(error)
  }
}

/** The selectors of the metadata API: `up{job="cart"}` and nothing around it. */
export function parseSelector(query: string): Selector {
  const expression = parse(query)
  if (expression.kind !== 'selector' || expression.offsetMs !== 0 || expression.at !== undefined) throw parseError(query, 0, 'a vector selector is expected')
  return expression
}

