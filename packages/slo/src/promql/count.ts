import type { Condition, Selector, Term } from '../model.ts'
import { isRefused, refused, type Refused } from './refused.ts'
import type { Part } from './syntax.ts'

const counting = 'Write a sum of rates of counters, such as sum(rate(http_requests_total[5m])).'

/**
 * The counters that one side of a division adds up. Rates and sums are linear, so what is counted over any window follows
 * from the selectors alone; whatever is not linear is refused.
 */
export function readCount(part: Part, sign: Term['sign'] = 1): readonly Term[] | Refused {
  switch (part.name) {
    case 'FunctionCall':
      return readRate(part, sign)
    case 'AggregateExpr':
      return readSum(part, sign)
    case 'BinaryExpr':
      return readBinary(part, sign)
    case 'VectorSelector':
      return refused(part, 'is the value of a counter and not what it has counted', counting)
    default:
      return refused(part, 'is no count of events', counting)
  }
}

function readRate(part: Part, sign: Term['sign']): readonly Term[] | Refused {
  const [name, body] = part.parts
  const [counter] = body?.parts ?? []
  if (name === undefined || !['rate', 'irate', 'increase'].includes(name.text) || counter === undefined) return refused(part, 'is no count of events', counting)
  if (counter.name !== 'MatrixSelector') return refused(counter, 'looks at another time or at a subquery', 'Leave out offset, @ and subqueries: every window ends when the question is asked.')
  const [selector] = counter.parts
  return selector === undefined ? refused(part, 'selects nothing', counting) : [{ sign, selector: readSelector(selector), absentIsZero: false }]
}

function readSum(part: Part, sign: Term['sign']): readonly Term[] | Refused {
  const operator = part.parts.find(({ name }) => name === 'AggregateOp')
  const [of] = part.parts.find(({ name }) => name === 'FunctionCallBody')?.parts ?? []
  if (operator?.text.toLowerCase() !== 'sum' || of === undefined) return refused(part, 'is no sum', counting)
  if (part.parts.some(({ name }) => name === 'AggregateModifier')) return refused(part, 'gives a budget for each of its groups, and an SLO has one', 'Leave out by and without, or write one SLO for each group with its own selector.')
  return readCount(of, sign)
}

function readBinary(part: Part, sign: Term['sign']): readonly Term[] | Refused {
  const [left, operator, right] = [part.parts[0], part.parts[1], part.parts.at(-1)]
  if (left === undefined || operator === undefined || right === undefined || part.parts.length > 3) return refused(part, 'matches series in a way that a count does not', counting)
  switch (operator.name) {
    case 'Add':
    case 'Sub': {
      const first = readCount(left, sign)
      if (isRefused(first)) return first
      const second = readCount(right, operator.name === 'Add' ? sign : sign === 1 ? -1 : 1)
      return isRefused(second) ? second : [...first, ...second]
    }
    case 'Or': {
      if (!/^vector\s*\(\s*0(\.0)?\s*\)$/.test(right.text)) return refused(part, 'takes one of two counts', 'After or, only vector(0) is understood: what is absent counts as none.')
      const terms = readCount(left, sign)
      return isRefused(terms) ? terms : terms.map((term) => ({ ...term, absentIsZero: true }))
    }
    case 'Gtr':
      return right.text === '0' ? readCount(left, sign) : refused(part, 'compares a count', counting)
    default:
      return refused(part, 'is no count of events', counting)
  }
}

export function readSelector({ text, parts }: Part): Selector {
  const list = parts.find(({ name }) => name === 'LabelMatchers')?.parts ?? []
  const quoted = list.find(({ name }) => name === 'QuotedLabelName')
  const name = parts.find((part) => part.name === 'Identifier')?.text
  if (list.some((one) => one.parts.length !== 3 && one !== quoted)) throw new Error(`The grammar gives an unknown condition in ${text}.`)
  const conditions = list.filter((one) => one !== quoted).map(({ parts: [label, operator, value] }): Condition => ({ label: label?.text ?? '', operator: operator?.text as Condition['operator'], value: value?.text ?? '' }))
  return { metric: name, conditions: quoted === undefined ? conditions : [{ label: '__name__', operator: '=', value: quoted.text }, ...conditions] }
}
