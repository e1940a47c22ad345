import { type Binary, type Call, comparisons, type Expression, isOneOf, type Place, setOperators } from './ast.ts'
import { parseError, type QueryError } from './errors.ts'
import { aggregations, type Signature, signatures, typeNames, type ValueType } from './signatures.ts'

/** What an expression comes to. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'selector':
    case 'aggregate':
      return 'vector'
    case 'range':
    case 'subquery':
      return 'matrix'
    case 'sign':
      return typeOf(expression.of)
    case 'call':
      return signatures.get(expression.name)?.gives ?? 'vector'
    case 'binary':
      return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar' ? 'scalar' : 'vector'
  }
}

/** @throws QueryError `bad_data` where a part has another type than its place needs */
export function checkTypes(query: string, part: Expression): void {
  switch (part.kind) {
    case 'number':
    case 'string':
    case 'selector':
    case 'range':
      return
    case 'subquery':
      checkTypes(query, part.of)
      if (typeOf(part.of) !== 'vector') throw wrong(query, part, `subquery is only allowed on instant vector, got ${typeOf(part.of)} instead`)
      return
    case 'sign':
      checkTypes(query, part.of)
      if (!isOperand(part.of)) throw wrong(query, part, `unary expression only allowed on expressions of type scalar or instant vector, got "${typeNames[typeOf(part.of)]}"`)
      return
    case 'aggregate': {
      const takes = aggregations.get(part.operator)
      expectType(query, part.of, 'vector', 'aggregation expression')
      if (part.parameter !== undefined && takes !== undefined && takes !== 'nothing') expectType(query, part.parameter, takes, 'aggregation parameter')
      return
    }
    case 'call':
      checkCall(query, part)
      return
    case 'binary':
      checkTypes(query, part.left)
      checkTypes(query, part.right)
      checkBinary(query, part)
  }
}

function wrong(query: string, { from }: Place, message: string): QueryError {
  return parseError(query, from, message)
}

function expectType(query: string, part: Expression, type: ValueType, where: string): void {
  checkTypes(query, part)
  const found = typeOf(part)
  if (found !== type) throw wrong(query, part, `expected type ${typeNames[type]} in ${where}, got ${typeNames[found]}`)
}

function checkCall(query: string, call: Call): void {
  const signature = signatures.get(call.name)
  const name = JSON.stringify(call.name)
  if (signature === undefined) throw wrong(query, call, `function ${name} is not enabled`)
  const { args, variadic } = signature
  if (!accepts(signature, call.args.length)) {
    const wanted = variadic === 0 ? String(args.length) : call.args.length < args.length ? `at least ${args.length - 1}` : `at most ${args.length - 1 + variadic}`
    throw wrong(query, call, `expected ${wanted} argument(s) in call to ${name}, got ${call.args.length}`)
  }
  for (const [index, part] of call.args.entries()) expectType(query, part, (args[index] ?? args.at(-1)) as ValueType, `call to function ${name}`)
}

function accepts({ args, variadic }: Signature, given: number): boolean {
  if (variadic === 0) return given === args.length
  return given >= args.length - 1 && (variadic < 0 || given <= args.length - 1 + variadic)
}

function checkBinary(query: string, binary: Binary): void {
  const { operator, left, right, bool, matching } = binary
  const refuse = (message: string, where: Place = binary): never => {
    throw wrong(query, where, message)
  }
  const scalars = [left, right].filter((side) => typeOf(side) === 'scalar').length
  for (const side of [left, right]) if (!isOperand(side)) refuse('binary expression must contain only scalar and instant vector types', side)
  if (bool && !isOneOf(comparisons, operator)) refuse('bool modifier can only be used on comparison operators')
  if (isOneOf(comparisons, operator) && !bool && scalars === 2) refuse('comparisons between scalars must use BOOL modifier')
  if (matching.kind === 'on' && matching.group?.include.some((label) => matching.labels.includes(label))) refuse('a label must not occur in ON and GROUP clause at once')
  if (scalars > 0 && matching.labels.length > 0) refuse('vector matching only allowed between instant vectors')
  if (isOneOf(setOperators, operator) && scalars > 0) refuse(`set operator ${JSON.stringify(operator)} not allowed in binary scalar expression`)
  if (isOneOf(setOperators, operator) && matching.group !== undefined) refuse(`no grouping allowed for ${JSON.stringify(operator)} operation`)
}

function isOperand(expression: Expression): boolean {
  const type = typeOf(expression)
  return type === 'scalar' || type === 'vector'
}
