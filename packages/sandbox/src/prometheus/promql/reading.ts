import type { SyntaxNode } from '@lezer/common'
import type { Place } from './ast.ts'
import { parseError, type QueryError } from './errors.ts'
import { numberFrom, textFrom } from './literals.ts'

/** What `step()` and `range()` stand for in a duration. Both are 0 for an instant query. */
export interface AskedFor {
  readonly stepMs: number
  readonly rangeMs: number
}

/** The text of a query while its tree is read. */
export interface Reading extends AskedFor {
  readonly query: string
}

export function textOf({ query }: Reading, { from, to }: Place): string {
  return query.slice(from, to)
}

export function wrong({ query }: Reading, { from }: Place, message: string): QueryError {
  return parseError(query, from, message)
}

export function placeOf({ from, to }: Place): Place {
  return { from, to }
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) if (child.name !== 'LineComment') children.push(child)
  return children
}

export function childOf(node: SyntaxNode, name: string): SyntaxNode | undefined {
  return childrenOf(node).find((child) => child.name === name)
}

export function numberOf(reading: Reading, node: Place): number {
  const value = numberFrom(textOf(reading, node))
  if (value === undefined) throw wrong(reading, node, `error parsing number: ${textOf(reading, node)}`)
  return value
}

export function stringOf(reading: Reading, node: Place): string {
  const value = textFrom(textOf(reading, node))
  if (value === undefined) throw wrong(reading, node, `error unquoting string ${textOf(reading, node)}`)
  return value
}

export function labelNamesOf(reading: Reading, node: SyntaxNode): readonly string[] {
  return childrenOf(node).map((child) => (child.name === 'QuotedLabelName' ? stringOf(reading, child) : textOf(reading, child)))
}
