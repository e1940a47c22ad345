import type { Event } from 'js-yaml'
import { EVENT_ID, YAMLException, constructFromEvents, parseEvents } from 'js-yaml'
import type { Parsed } from './document.ts'
import { textDocument } from './document.ts'
import type { EventTree } from './events.ts'
import { eventTree } from './events.ts'
import { complexKey, explain } from './explain.ts'
import type { Position, TextProblem } from './position.ts'
import { positionsIn } from './position.ts'
import type { YamlVersion } from './schemas.ts'
import { schemas } from './schemas.ts'

/** What a text is called in its problems, and which YAML it is written in. */
export interface YamlSource {
  readonly file: string
  readonly version: YamlVersion
}

/**
 * Reads YAML, one document or several. Never throws for what a text says.
 * An empty text has no documents and no problems; `---` alone is one document whose value is null.
 * Refused, beside what YAML forbids: duplicate keys, aliases that contain themselves or grow beyond a million values, nesting beyond 100.
 */
export function parseYaml(text: string, source: YamlSource): Parsed {
  const schema = schemas[source.version]
  const positionAt = positionsIn(text)
  const refused = (problems: readonly TextProblem[]): Parsed => ({ file: source.file, documents: [], problems })
  let events: readonly Event[]
  let values: readonly unknown[]
  try {
    events = parseEvents(text, {})
  } catch (error) {
    return refused([explain(text, asYamlException(error), positionAt)])
  }
  const tree = eventTree(text, events, schema)
  try {
    values = constructFromEvents(events as Event[], { source: text, schema })
  } catch (error) {
    const exception = asYamlException(error)
    if (exception.reason !== 'duplicated mapping key') return refused([explain(text, exception, positionAt, exception.reason === complexKey ? firstComplexKey(events, tree) : undefined)])
    return refused(duplicateKeys(events, tree, positionAt))
  }
  const swollen = events.some((event) => event.type === EVENT_ID.ALIAS) ? expansionProblem(values, tree, positionAt) : undefined
  if (swollen) return refused([swollen])
  const documents = values.map((value, index) => {
    const root = tree.roots[index] as number
    return textDocument(value, (path) => tree.find(root, path), positionAt)
  })
  return { file: source.file, documents, problems: [] }
}

function asYamlException(error: unknown): YAMLException {
  if (error instanceof YAMLException) return error
  throw error
}

/** Every key that is written twice in one mapping, with the line of the first. Only walked when there is one. */
function duplicateKeys(events: readonly Event[], tree: EventTree, positionAt: (offset: number) => Position): readonly TextProblem[] {
  const problems: TextProblem[] = []
  for (const [node, event] of events.entries()) {
    if (event.type !== EVENT_ID.MAPPING) continue
    const first = new Map<string, number>()
    for (const [name, key] of tree.keys(node)) {
      const earlier = first.get(name)
      if (earlier === undefined) first.set(name, key)
      else problems.push({ says: `The key ${JSON.stringify(name)} is written twice here: the first is on line ${positionAt(tree.start(earlier) ?? 0).line}. Keep one of them.`, ...positionAt(tree.start(key) ?? 0) })
    }
  }
  return problems
}

/** The parser notices a key that is no scalar only after it has forgotten where it began. */
function firstComplexKey(events: readonly Event[], tree: EventTree): number | undefined {
  for (const [node, event] of events.entries()) {
    if (event.type !== EVENT_ID.MAPPING) continue
    const key = tree.keys(node).find(([, at]) => events[tree.target(at) ?? at]?.type !== EVENT_ID.SCALAR)
    if (key) return tree.start(key[1])
  }
  return undefined
}

const mostValues = 1_000_000

/** Aliases make a small text stand for a large value. Whoever walks or prints the value walks all of it. */
function expansionProblem(values: readonly unknown[], tree: EventTree, positionAt: (offset: number) => Position): TextProblem | undefined {
  const sizes = new Map<object, number>()
  const measure = (value: unknown): number => {
    if (value === null || typeof value !== 'object') return 1
    const known = sizes.get(value)
    if (known !== undefined) return known
    sizes.set(value, Number.POSITIVE_INFINITY)                    // met again before it is done: it contains itself
    const size = Object.values(value).reduce<number>((sum, part) => sum + measure(part), 1)
    sizes.set(value, size)
    return size
  }
  for (const [index, value] of values.entries()) {
    const size = measure(value)
    if (size <= mostValues) continue
    const root = tree.roots[index] as number
    const says = size === Number.POSITIVE_INFINITY ? 'An alias stands inside of what it is an alias of. Write the value out.' : `The aliases of this document stand for more than ${mostValues} values. Write out what is needed.`
    return { says, ...positionAt(tree.start(root) ?? 0) }
  }
  return undefined
}
