import { type Binary, type Call, comparisons, type Expression, isOneOf, type Place, setOperators } from './ast.ts'
import { parseError } from './errors.ts'
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
export function checkTypes(query: string, expression: Expression): void {
  const wrong = ({ from }: Place, message: string): Error => parseError(query, from, message)
  const expect = (part: Expression, type: ValueType, where: string): void => {
    const found = typeOf(part)
    if (found !== type) throw wrong(part, `expected type ${typeNames[type]} in ${where}, got ${typeNames[found]}`)
  }

  function check(part: Expression): void {
    switch (part.kind) {
      case 'number':
      case 'string':
      case 'selector':
      case 'range':
        return
      case 'subquery':
        check(part.of)
        if (typeOf(part.of) !== 'vector') throw wrong(part, `subquery is only allowed on instant vector, got ${typeOf(part.of)} instead`)
        return
      case 'sign':
        check(part.of)
        if (!isArithmetic(part.of)) throw wrong(part, `unary expression only allowed on expressions of type scalar or instant vector, got "${typeNames[typeOf(part.of)]}"`)
        return
      case 'aggregate': {
        const takes = aggregations.get(part.operator)
        check(part.of)
        expect(part.of, 'vector', 'aggregation expression')
        if (part.parameter === undefined || takes === undefined || takes === 'nothing') return
        check(part.parameter)
        expect(part.parameter, takes, 'aggregation parameter')
        return
      }
      case 'call':
        checkCall(part)
        return
      case 'binary':
        check(part.left)
        check(part.right)
        checkBinary(part)
    }
  }

  function checkCall(call: Call): void {
    const signature = signatures.get(call.name)
    if (signature === undefined) throw wrong(call, `function ${JSON.stringify(call.name)} is not enabled`)
    const { args, variadic } = signature
    if (!accepts(signature, call.args.length)) {
      const wanted = variadic === 0 ? String(args.length) : call.args.length < args.length ? `at least ${args.length - 1}` : `at most ${args.length - 1 + variadic}`
      throw wrong(call, `expected ${wanted} argument(s) in call to ${JSON.stringify(call.name)}, got ${call.args.length}`)
    }
    for (const [index, part] of call.args.entries()) {
      check(part)
      expect(part, (args[index] ?? args.at(-1)) as ValueType, `call to function ${JSON.stringify(call.name)}`)
    }
  }

  function checkBinary(binary: Binary): void {
    const { operator, left, right, bool, matching } = binary
    const scalars = [left, right].filter((side) => typeOf(side) === 'scalar').length
    for (const side of [left, right]) if (!isArithmetic(side)) throw wrong(side, 'binary expression must contain only scalar and instant vector types')
    if (bool && !isOneOf(comparisons, operator)) throw wrong(binary, 'bool modifier can only be used on comparison operators')
    if (isOneOf(comparisons, operator) && !bool && scalars === 2) throw wrong(binary, 'comparisons between scalars must use BOOL modifier')
    if (matching.kind === 'on' && matching.group?.include.some((label) => matching.labels.includes(label))) throw wrong(binary, 'a label must not occur in ON and GROUP clause at once')
    if (scalars > 0 && matching.labels.length > 0) throw wrong(binary, 'vector matching only allowed between instant vectors')
    if (!isOneOf(setOperators, operator)) return
    if (scalars > 0) throw wrong(binary, `set operator ${JSON.stringify(operator)} not allowed in binary scalar expression`)
    if (matching.group !== undefined) throw wrong(binary, `no grouping allowed for ${JSON.stringify(operator)} operation`)
  }

  check(expression)
}

function isArithmetic(expression: Expression): boolean {
  const type = typeOf(expression)
  return type === 'scalar' || type === 'vector'
}

function accepts({ args, variadic }: Signature, given: number): boolean {
  if (variadic === 0) return given === args.length
  return given >= args.length - 1 && (variadic < 0 || given <= args.length - 1 + variadic)
}
