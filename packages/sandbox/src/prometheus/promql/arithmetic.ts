import type { Arithmetic } from './ast.ts'

/** Go knows that 1 to any power is 1, and so is -1 to an infinite one. */
function power(base: number, exponent: number): number {
  return base === 1 || (base === -1 && (exponent === Infinity || exponent === -Infinity)) ? 1 : base ** exponent
}

/** As Go calculates. */
export function calculate(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '%':
      return a % b
    case '^':
      return power(a, b)
    case 'atan2':
      return Math.atan2(a, b)
  }
}
