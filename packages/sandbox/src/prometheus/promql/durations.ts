import type { SyntaxNode } from '@lezer/common'
import { calculate } from './arithmetic.ts'
import type { Arithmetic } from './ast.ts'
import { childrenOf, numberOf, type Reading, textOf, wrong } from './reading.ts'

/** Whole milliseconds of a duration, or of arithmetic with durations. */
export function millisecondsOf(reading: Reading, node: SyntaxNode): number {
  const value = secondsOf(reading, node)
  if (!Number.isFinite(value)) throw wrong(reading, node, 'duration is NaN or infinite')
  if (Math.abs(value) > 2 ** 63 / 1e9) throw wrong(reading, node, 'duration out of range')
  return Math.trunc(value * 1_000)
}

export function positiveMillisecondsOf(reading: Reading, node: SyntaxNode): number {
  const value = millisecondsOf(reading, node)
  if (value <= 0) throw wrong(reading, node, 'duration must be greater than 0')
  return value
}

function secondsOf(reading: Reading, node: SyntaxNode): number {
  const [first, second, third] = childrenOf(node)
  const inner = (part: SyntaxNode | undefined): number => secondsOf(reading, part as SyntaxNode)
  if (first === undefined) return numberOf(reading, node)
  switch (first.name) {
    case 'DurationStep':
      return reading.stepMs / 1_000
    case 'DurationRange':
      return reading.rangeMs / 1_000
    case 'DurationMinOf':
      return Math.min(inner(second), inner(third))
    case 'DurationMaxOf':
      return Math.max(inner(second), inner(third))
    case 'UnaryOp':
      return (textOf(reading, first) === '-' ? -1 : 1) * inner(second)
    default:
      return second === undefined ? inner(first) : combined(reading, second, inner(first), inner(third))
  }
}

function combined(reading: Reading, operator: SyntaxNode, a: number, b: number): number {
  const sign = textOf(reading, operator) as Arithmetic
  if (b === 0 && (sign === '/' || sign === '%')) throw wrong(reading, operator, sign === '/' ? 'division by zero' : 'modulo by zero')
  return calculate(sign, a, b)
}
