import type { Parsed, Place } from './document.ts'
import { textDocument } from './document.ts'
import type { Path, TextProblem } from './position.ts'
import { positionsIn } from './position.ts'

/** Where a value of a JSON text begins, and its parts. */
interface JsonNode {
  readonly start: number
  readonly parts: ReadonlyMap<string | number, { readonly key: number | undefined; readonly node: JsonNode }>
}

interface Fault {
  readonly says: string
  readonly offset: number
}

const deepest = 100
const nothing: JsonNode['parts'] = new Map()

/**
 * Reads JSON as RFC 8259 has it: no comments, no trailing commas. Never throws for what a text says.
 * Duplicate keys are problems, all of them; so is nesting beyond 100. A byte order mark is passed over.
 * An empty text has no documents and one problem: no JSON text is empty.
 */
export function parseJson(text: string, source: { readonly file: string }): Parsed {
  const positionAt = positionsIn(text)
  const faults: Fault[] = []
  const root = scan(text, faults)
  if (!root || faults.length > 0) {
    const problems = faults.map(({ says, offset }): TextProblem => ({ says, ...positionAt(offset) }))
    return { file: source.file, documents: [], problems }
  }
  const value: unknown = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  return { file: source.file, documents: [textDocument(value, (path) => findPlace(root, path), positionAt)], problems: [] }
}

function findPlace(root: JsonNode, path: Path): Place | undefined {
  let place: Place = { value: root.start, key: undefined }
  let node = root
  for (const key of path) {
    const part = node.parts.get(key)
    if (!part) return undefined
    place = { value: part.node.start, key: part.key }
    node = part.node
  }
  return place
}

const blank = /[ \t\n\r]*/y
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const scalar = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null/y

/** Thrown inside of one scan only: what follows a mistake cannot be told. */
class Stop extends Error {}

/** A place in a text that moves on. Faults that do not end the walk are gathered on the way. */
interface Cursor {
  readonly text: string
  readonly faults: Fault[]
  at: number
}

/** Walks the text once. A broken text gives undefined and a fault; duplicate keys give faults and a tree. */
function scan(text: string, faults: Fault[]): JsonNode | undefined {
  const cursor: Cursor = { text, faults, at: text.startsWith('\ufeff') ? 1 : 0 }
  try {
    const root = readValue(cursor, 0)
    take(cursor, blank)
    if (cursor.at < text.length) expected(cursor, 'the end of the text')
    return root
  } catch (error) {
    if (error instanceof Stop) return undefined
    throw error
  }
}

function readValue(cursor: Cursor, depth: number): JsonNode {
  take(cursor, blank)
  const start = cursor.at
  if (depth > deepest) stop(cursor, `Nested deeper than ${deepest} levels.`)
  if (skip(cursor, '{')) return readObject(cursor, start, depth + 1)
  if (skip(cursor, '[')) return readArray(cursor, start, depth + 1)
  if (cursor.text[start] === '"') readString(cursor, 'a value')
  else if (take(cursor, scalar) === undefined) expected(cursor, 'a value')
  return { start, parts: nothing }
}

function readObject(cursor: Cursor, start: number, depth: number): JsonNode {
  const parts = new Map<string, { readonly key: number; readonly node: JsonNode }>()
  if (skip(cursor, '}')) return { start, parts }
  do {
    take(cursor, blank)
    const key = cursor.at
    const name = JSON.parse(readString(cursor, 'a key in double quotes')) as string
    const earlier = parts.get(name)
    if (earlier) cursor.faults.push({ says: `The key ${JSON.stringify(name)} is written twice here: the first is on line ${positionsIn(cursor.text)(earlier.key).line}. Keep one of them.`, offset: key })
    if (!skip(cursor, ':')) expected(cursor, 'a colon')
    parts.set(name, { key, node: readValue(cursor, depth) })
  } while (skip(cursor, ','))
  if (!skip(cursor, '}')) expected(cursor, 'a comma or }')
  return { start, parts }
}

function readArray(cursor: Cursor, start: number, depth: number): JsonNode {
  const parts = new Map<number, { readonly key: undefined; readonly node: JsonNode }>()
  if (skip(cursor, ']')) return { start, parts }
  do parts.set(parts.size, { key: undefined, node: readValue(cursor, depth) })
  while (skip(cursor, ','))
  if (!skip(cursor, ']')) expected(cursor, 'a comma or ]')
  return { start, parts }
}

function readString(cursor: Cursor, what: string): string {
  return take(cursor, string) ?? (cursor.text[cursor.at] === '"' ? stop(cursor, 'This text in quotes is never closed, or holds a raw control character or an unknown escape.') : expected(cursor, what))
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)?.[0]
  if (found !== undefined) cursor.at += found.length
  return found
}

function skip(cursor: Cursor, character: string): boolean {
  take(cursor, blank)
  if (cursor.text[cursor.at] !== character) return false
  cursor.at++
  return true
}

function stop(cursor: Cursor, says: string): never {
  cursor.faults.push({ says, offset: cursor.at })
  throw new Stop()
}

function expected(cursor: Cursor, what: string): never {
  const found = cursor.text.codePointAt(cursor.at)
  return stop(cursor, found === undefined ? `The text ends where ${what} should stand.` : `${what} should stand here, not ${JSON.stringify(String.fromCodePoint(found))}.`)
}
