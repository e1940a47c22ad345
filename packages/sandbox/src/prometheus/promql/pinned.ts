import type { Expression } from './ast.ts'

/** What depends on the instant of the evaluation even when all that it looks at is pinned by `@`. */
const ofTheInstant: readonly string[] = ['days_in_month', 'day_of_month', 'day_of_week', 'day_of_year', 'hour', 'minute', 'month', 'year', 'predict_linear', 'time', 'timestamp']

/** Whether an expression is the same at every instant: the server then evaluates it once. */
export function isPinned(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return true
    case 'selector':
    case 'subquery':
      return expression.at !== undefined
    case 'range':
      return isPinned(expression.of)
    case 'sign':
    case 'aggregate':
      return isPinned(expression.of)
    case 'binary':
      return isPinned(expression.left) && isPinned(expression.right)
    case 'call':
      return expression.args.every(isPinned) && (!ofTheInstant.includes(expression.name) || (expression.name === 'timestamp' && expression.args[0]?.kind === 'selector'))
  }
}
