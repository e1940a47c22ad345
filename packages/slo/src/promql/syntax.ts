import { parser } from '@prometheus-io/lezer-promql'
import type { SyntaxNode } from '@lezer/common'

/** A part of an expression. Parentheses and comments have no place in it. */
export interface Part {
  /** Of the official grammar: `BinaryExpr`, `FunctionCall`, `MatrixSelector`, ... */
  readonly name: string
  readonly text: string
  readonly parts: readonly Part[]
}

/** A text that is no expression; `at` counts characters from 1. */
export interface NoExpression {
  readonly at: number
  readonly unexpected: string
}

/** Reads an expression with the grammar of Prometheus' own editor. */
export function parsePromql(text: string): Part | NoExpression {
  const tree = parser.parse(text)
  let wrong: NoExpression | undefined
  tree.iterate({
    enter({ type, from }) {
      if (type.isError) wrong ??= { at: from + 1, unexpected: from >= text.length ? 'the end' : JSON.stringify((text.slice(from).split(/\s/, 1)[0] ?? '').slice(0, 40)) }
    },
  })
  if (wrong !== undefined) return wrong
  const [root] = childrenOf(tree.topNode)
  return root === undefined ? { at: text.length + 1, unexpected: 'the end' } : partOf(text, root)
}

/** Deep enough for what people write; the tree of a hostile text may be deeper than the stack. */
const deepest = 200

function partOf(text: string, node: SyntaxNode, depth = 0): Part {
  const [inner] = childrenOf(node)
  if (node.name === 'ParenExpr' && inner !== undefined && depth < deepest) return partOf(text, inner, depth + 1)
  return { name: node.name, text: text.slice(node.from, node.to), parts: depth >= deepest ? [] : childrenOf(node).map((child) => partOf(text, child, depth + 1)) }
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) if (child.name !== 'LineComment') children.push(child)
  return children
}
