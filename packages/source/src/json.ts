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

/** Walks the text once. A broken text gives undefined and a fault; duplicate keys give faults and a tree. */
function scan(text: string, faults: Fault[]): JsonNode | undefined {
  let at = text.startsWith('\ufeff') ? 1 : 0

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const stop = (says: string): never => {
    faults.push({ says, offset: at })
    throw new Stop()
  }
  const expected = (what: string): never => stop(at >= text.length ? `The text ends where ${what} should stand.` : `${what} should stand here, not ${JSON.stringify([...text.slice(at, at + 2)][0])}.`)
  const skip = (character: string): boolean => {
    take(blank)
    if (text[at] !== character) return false
    at++
    return true
  }
  const readString = (what: string): string => take(string) ?? (text[at] === '"' ? stop('This text in quotes is never closed, or holds a raw control character or an unknown escape.') : expected(what))

  const readObject = (start: number, depth: number): JsonNode => {
    const parts = new Map<string, { readonly key: number; readonly node: JsonNode }>()
    if (skip('}')) return { start, parts }
    do {
      take(blank)
      const key = at
      const name = JSON.parse(readString('a key in double quotes')) as string
      const earlier = parts.get(name)
      if (earlier) faults.push({ says: `The key ${JSON.stringify(name)} is written twice here: the first is on line ${positionsIn(text)(earlier.key).line}. Keep one of them.`, offset: key })
      if (!skip(':')) expected('a colon')
      parts.set(name, { key, node: readValue(depth) })
    } while (skip(','))
    if (!skip('}')) expected('a comma or }')
    return { start, parts }
  }
  const readArray = (start: number, depth: number): JsonNode => {
    const parts = new Map<number, { readonly key: undefined; readonly node: JsonNode }>()
    if (skip(']')) return { start, parts }
    do parts.set(parts.size, { key: undefined, node: readValue(depth) })
    while (skip(','))
    if (!skip(']')) expected('a comma or ]')
    return { start, parts }
  }
  const readValue = (depth: number): JsonNode => {
    take(blank)
    const start = at
    if (depth > deepest) stop(`Nested deeper than ${deepest} levels.`)
    if (skip('{')) return readObject(start, depth + 1)
    if (skip('[')) return readArray(start, depth + 1)
    if (text[at] === '"') readString('a value')
    else if (take(scalar) === undefined) expected('a value')
    return { start, parts: nothing }
  }

  try {
    const root = readValue(0)
    take(blank)
    if (at < text.length) expected('the end of the text')
    return root
  } catch (error) {
    if (error instanceof Stop) return undefined
    throw error
  }
}
