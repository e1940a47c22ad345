import { RE2JS } from 're2js'
import type { Labels } from './labels.ts'

/** As the API writes it. */
export interface MatcherShape {
  readonly name: string
  readonly value: string
  readonly isRegex: boolean
  readonly isEqual: boolean
}

export interface LabelMatcher extends MatcherShape {
  /** Of an absent label, the value is empty. */
  readonly matches: (labels: Labels) => boolean
}

/** Undefined for an expression that is not RE2. */
export function labelMatcher(shape: MatcherShape): LabelMatcher | undefined {
  const { name, value, isRegex, isEqual } = shape
  const holds = isRegex ? wholeMatch(value) : (text: string) => text === value
  return holds && { ...shape, matches: (labels) => holds(labels[name] ?? '') === isEqual }
}

/** A regular expression that the whole text must match. */
export function wholeMatch(expression: string): ((text: string) => boolean) | undefined {
  try {
    const compiled = RE2JS.compile(`^(?:${expression})$`)
    return (text) => compiled.matches(text)
  } catch (error) {
    if (error instanceof Error && /error parsing regexp|syntax/i.test(`${error.name} ${error.message}`)) return undefined
    throw error
  }
}

/** A name, quoted where it is not plain; an operator; a value, quoted or as it stands. */
const form = /^\s*("(?:[^"\\]|\\.)*"|[^{}!=~,\\"'`\s]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"].*?|)\s*$/s

/** Reads `severity="page"`, `severity=~page|ticket`. Undefined where it is none. */
export function matcherFrom(text: string): LabelMatcher | undefined {
  const [, name, operator, value] = form.exec(text) ?? []
  if (name === undefined || operator === undefined || value === undefined) return undefined
  const [plainName, plainValue] = [unquoted(name), unquoted(value)]
  if (plainName === undefined || plainValue === undefined || plainName === '') return undefined
  return labelMatcher({ name: plainName, value: plainValue, isRegex: operator.endsWith('~'), isEqual: operator.startsWith('=') })
}

function unquoted(text: string): string | undefined {
  if (!text.startsWith('"')) return text
  try {
    return JSON.parse(text) as string
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** `{a="b",c=~"d"}`, as in the key of a group. */
export function matchersText(matchers: readonly MatcherShape[]): string {
  return `{${matchers.map(({ name, value, isRegex, isEqual }) => `${name}${isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!='}${JSON.stringify(value)}`).join(',')}}`
}
