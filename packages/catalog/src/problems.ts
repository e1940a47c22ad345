import type { Path, TextDocument } from '@fermata/source'
import { didYouMean, inFile, type Location, type Problem } from '@fermata/verdict'
import type * as z from 'zod/mini'
import { keysAt } from './schema.ts'

/** Places in one file. A place is worked out when it is asked for. */
export interface Places {
  /** Of a value, or of what is nearest to it. */
  value(path: Path): Location
  /** Of the key that a value has. */
  key(path: Path): Location
}

export function placesIn(file: string, document: TextDocument): Places {
  const place = (position: { readonly line: number; readonly column: number }) => inFile(file, position.line, position.column)
  return {
    value: (path) => place(document.positionOf(path) ?? document.nearestPosition(path)),
    key: (path) => place(document.keyPositionOf(path) ?? document.nearestPosition(path)),
  }
}

/** `services.cart.paths[0]`; a key that is no plain word is quoted. */
export function pathText(path: Path): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)}`)).join('')
}

/**
 * Suggests known names, until so many comparisons have been made.
 * A file in which every one of 10,000 names is wrong has another mistake than a slip of the pen, and must not take minutes.
 */
export function suggester(names: Iterable<string>): (word: string) => string {
  let known: readonly string[] | undefined
  let comparisons = 0
  return (word) => {
    known ??= [...names]
    comparisons += known.length
    const meant = comparisons > 200_000 ? undefined : didYouMean(word, known)
    return meant === undefined ? '' : ` Did you mean ${meant}?`
  }
}

type Issue = z.core.$ZodIssue

/** What the schema found, for the person who wrote the file. */
export function shapeProblems(issues: readonly Issue[], value: unknown, places: Places): readonly Problem[] {
  return issues.flatMap((issue) => shapeProblem(issue, issue.path as Path, value, places))
}

function shapeProblem(issue: Issue, path: Path, value: unknown, places: Places): readonly Problem[] {
  const name = path.length === 0 ? 'The catalog' : pathText(path)
  const found = valueAt(value, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, places))
    case 'invalid_key':
      return [{ says: `${pathText(path.slice(0, -1))}: ${JSON.stringify(path.at(-1))} is no valid name: ${issue.issues[0]?.message ?? ''}.`, remedy: 'Rename it; the name goes into labels, outputs and file names.', where: places.key(path) }]
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      const meant = typeof found === 'string' ? suggester(allowed)(found) : ''
      return [{ says: `${name}: ${shown(found)} is not known.${meant}`, remedy: `Write ${oneOf(allowed)}.`, where: places.value(path) }]
    }
    case 'invalid_union': {
      const near = issue.errors.find((branch) => branch.every(({ path: inner, code }) => inner.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value')))
      if (near !== undefined) return near.flatMap((inner) => shapeProblem(inner, [...path, ...(inner.path as Path)], value, places))
      const forms = issue.errors.flatMap((branch) => branch.map(expectation))
      return [{ says: `${name}: ${shown(found)} is not what belongs here.`, remedy: `Write ${forms.join(', or ')}.`, where: places.value(path) }]
    }
    case 'invalid_type':
      if (found === undefined) return [{ says: `${name} is missing.`, remedy: `Write ${expectation(issue)}.`, where: places.key(path) }]
      return [{ says: `${name}: ${found === null ? 'there is nothing' : `${shown(found)} is not what belongs`} here.`, remedy: `Write ${expectation(issue)}.`, where: places.value(path) }]
    default:
      return [{ says: `${name}: ${shown(found)} does not fit: ${issue.message}.`, where: places.value(path) }]
  }
}

function unknownKey(key: string, path: Path, places: Places): Problem {
  const where = places.key([...path, key])
  const within = path.length === 0 ? 'The catalog' : pathText(path)
  if (key === '<<') return { says: `${within} merges with <<, which YAML 1.2 does not have.`, remedy: 'Put what services share under the top-level key defaults.', where }
  const known = keysAt(path)
  return { says: `${within} has an unknown key ${JSON.stringify(key)}.${suggester(known)(key)}`, remedy: `Known keys: ${known.join(', ')}.`, where }
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String))
  if (issue.message.startsWith('expected ')) return issue.message.slice('expected '.length)
  if (issue.code !== 'invalid_type') return 'another value'
  switch (issue.expected) {
    case 'array':
      return 'a list such as [a, b], or [] for none'
    case 'object':
    case 'record':
      return 'a mapping of keys to values'
    default:
      return `a ${issue.expected}`
  }
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`
}

/** Short enough for one line. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => (typeof part === 'object' && part !== null && Object.hasOwn(part, key) ? (part as Readonly<Record<string | number, unknown>>)[key] : undefined), value)
}
