import { badRequest } from '../api/status.ts'
import { labelValueProblem, qualifiedNameProblem } from '../objects/rules.ts'
import type { Labels } from '../objects/types.ts'

/** Whether labels satisfy one term of a selector. */
export type LabelTerm = (labels: Labels) => boolean

type Token = { readonly kind: 'word' | 'end' | '=' | '==' | '!=' | '!' | '(' | ')' | ',' | '<' | '>' | 'in' | 'notin'; readonly text: string }

/** Parses `app=cart,tier in (web, api),!canary`. Refused with 400, in the words of the label parser of apimachinery. */
export function parseLabelSelector(selector: string): readonly LabelTerm[] {
  const tokens = tokenize(selector)
  let at = 0
  const peek = (): Token => tokens[at] ?? { kind: 'end', text: '' }
  const take = (): Token => { const token = peek(); at++; return token }
  const terms: LabelTerm[] = []
  if (peek().kind === 'end') return terms
  for (;;) {
    if (peek().kind !== 'word' && peek().kind !== '!' && !isName(peek())) throw refuse(peek(), "!, identifier, or 'end of string'")
    terms.push(requirement(peek, take))
    const next = take()
    if (next.kind === 'end') return terms
    if (next.kind !== ',') throw refuse(next, "',' or 'end of string'")
    if (peek().kind !== 'word' && peek().kind !== '!' && !isName(peek())) throw refuse(peek(), 'identifier after \',\'', 'found')
  }
}

const isName = (token: Token): boolean => token.kind === 'in' || token.kind === 'notin'

const refuse = (token: Token, expected: string, prefix = 'found'): Error => badRequest(`unable to parse requirement: ${prefix} '${token.text}', expected: ${expected}`)

function tokenize(selector: string): readonly Token[] {
  const tokens: Token[] = []
  for (const [text] of selector.matchAll(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g)) {
    const symbols = ['==', '!=', '=', '!', '(', ')', ',', '<', '>', 'in', 'notin'] as const
    tokens.push({ kind: symbols.find((symbol) => symbol === text) ?? 'word', text })
  }
  return tokens
}

function requirement(peek: () => Token, take: () => Token): LabelTerm {
  if (peek().kind === '!') {
    take()
    const key = labelKey(word(take(), 'identifier'))
    return (labels) => labels[key] === undefined
  }
  const key = labelKey(word(take(), 'identifier'))
  if (peek().kind === 'end' || peek().kind === ',') return (labels) => labels[key] !== undefined
  const operator = take()
  switch (operator.kind) {
    case '=': case '==': { const [value] = valuesOf(key, [single(peek, take)]); return (labels) => labels[key] === value }
    case '!=': { const [value] = valuesOf(key, [single(peek, take)]); return (labels) => labels[key] !== value }
    case 'in': { const values = valuesOf(key, set(take, peek)); return (labels) => labels[key] !== undefined && values.includes(labels[key]) }
    case 'notin': { const values = valuesOf(key, set(take, peek)); return (labels) => labels[key] === undefined || !values.includes(labels[key]) }
    case '>': case '<': {
      const value = Number(single(peek, take))
      return (labels) => labels[key] !== undefined && (operator.kind === '>' ? Number(labels[key]) > value : Number(labels[key]) < value)
    }
    default: throw refuse(operator, "in, notin, =, ==, !=, gt, lt")
  }
}

function labelKey(key: string): string {
  const problem = qualifiedNameProblem(key)
  if (problem !== undefined) throw badRequest(`unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}: ${problem}`)
  return key
}

function valuesOf(key: string, values: readonly string[]): readonly string[] {
  values.forEach((value, index) => {
    const problem = labelValueProblem(value)
    if (problem !== undefined) throw badRequest(`unable to parse requirement: values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${problem}`)
  })
  return values
}

function word(token: Token, expected: string): string {
  if (token.kind !== 'word' && !isName(token)) throw refuse(token, expected)
  return token.text
}

/** A value may be empty: `app=`. */
const single = (peek: () => Token, take: () => Token): string => (peek().kind === 'end' || peek().kind === ',' ? '' : word(take(), 'identifier'))

function set(take: () => Token, peek: () => Token): readonly string[] {
  const open = take()
  if (open.kind !== '(') throw refuse(open, "'('")
  const values: string[] = []
  for (;;) {
    if (peek().kind === ')') { take(); return values.length === 0 ? [''] : values }
    if (peek().kind === ',') { take(); continue }
    values.push(word(take(), "',', or identifier"))
  }
}
