import type { SyntaxNode } from '@lezer/common'
import type { Matcher, MatchOperator } from './ast.ts'
import { metricName } from './labels.ts'
import { childOf, childrenOf, type Reading, stringOf, textOf, wrong } from './reading.ts'
import { pattern } from './regex.ts'

/** The conditions of a selector. The name before the braces is one of them, the last. */
export function matchersOf(reading: Reading, node: SyntaxNode): readonly Matcher[] {
  const name = childOf(node, 'Identifier')
  const list = childOf(node, 'LabelMatchers')
  const inBraces = list === undefined ? [] : childrenOf(list).map((child) => matcherOf(reading, child))
  const [named] = inBraces.filter((one) => one.name === metricName)
  if (name !== undefined && named !== undefined) throw wrong(reading, node, `metric name must not be set twice: ${JSON.stringify(textOf(reading, name))} or ${JSON.stringify(named.value)}`)
  const all = name === undefined ? inBraces : [...inBraces, equal(metricName, textOf(reading, name))]
  if (all.every(({ matches }) => matches(''))) throw wrong(reading, node, 'vector selector must contain at least one non-empty matcher')
  return all
}

function matcherOf(reading: Reading, node: SyntaxNode): Matcher {
  if (node.name === 'QuotedLabelName') return equal(metricName, stringOf(reading, node))
  const [label, sign, text] = childrenOf(node) as [SyntaxNode, SyntaxNode, SyntaxNode]
  const name = label.name === 'QuotedLabelName' ? stringOf(reading, label) : textOf(reading, label)
  const operator = textOf(reading, sign) as MatchOperator
  const value = stringOf(reading, text)
  switch (operator) {
    case '=':
      return equal(name, value)
    case '!=':
      return { name, operator, value, matches: (other) => other !== value }
    case '=~':
    case '!~': {
      const wanted = operator === '=~'
      const { matches } = compiled(reading, text, value)
      return { name, operator, value, matches: (other) => matches(other) === wanted }
    }
  }
}

function equal(name: string, value: string): Matcher {
  return { name, operator: '=', value, matches: (other) => other === value }
}

function compiled(reading: Reading, node: SyntaxNode, expression: string): ReturnType<typeof pattern> {
  try {
    return pattern(expression)
  } catch (error) {
    throw Object.assign(wrong(reading, node, `error parsing regexp: ${expression}`), { cause: error })
  }
}
