import { COLLECTION_STYLE, EVENT_ID, parseEvents } from 'js-yaml'
import type { EventTree } from './events.ts'
import { eventTree } from './events.ts'
import type { Path } from './position.ts'
import { positionsIn } from './position.ts'
import { schemas } from './schemas.ts'
import type { YamlSource } from './yaml.ts'
import { parseYaml } from './yaml.ts'

/** A changed text, or why it was left alone. */
export type Edit = { readonly text: string } | { readonly problem: string; readonly line: number; readonly column: number }

/**
 * Adds lines at the end of the mapping at a path of the first document, and touches no other character of the text.
 * Comments that are indented like the mapping's keys and follow its last entry stay before the new lines.
 * A mapping that is empty (`services:`, `services: {}`) is filled; a top-level key that is missing is added at the end.
 * Left alone: a text that cannot be read, a mapping in braces, a path below the top that is missing.
 * @param path an empty path adds to the root
 * @param lines the new entries, as they would stand at the left margin, without line ends
 */
export function insertUnder(text: string, path: Path, lines: readonly string[], source: YamlSource): Edit {
  const edit = insert(text, path, lines, source)
  if ('problem' in edit) return edit
  const [problem] = parseYaml(edit.text, source).problems
  return problem === undefined ? edit : { problem: `The new lines do not fit into it: ${problem.says}`, line: problem.line, column: problem.column }
}

function insert(text: string, path: Path, lines: readonly string[], source: YamlSource): Edit {
  const parsed = parseYaml(text, source)
  const [problem] = parsed.problems
  if (problem) return { problem: problem.says, line: problem.line, column: problem.column }
  const end = lineEndOf(text)
  if (parsed.documents.length === 0) return { text: `${withFinalBreak(text, end)}${[...topKeys(path), ...indent(lines, 2 * path.length)].map((line) => `${line}${end}`).join('')}` }
  const events = parseEvents(text, {})
  const tree = eventTree(text, events, schemas[source.version])
  const root = tree.roots[0] as number
  const refuse = (says: string, node: number): Edit => ({ problem: says, ...positionsIn(text)(tree.start(node) ?? 0) })

  const node = tree.nodeAt(root, path)
  if (node === undefined) {
    if (path.length !== 1) return refuse(`There is no ${path.join('.')} to add to.`, root)
    return insert(text, [], [...topKeys(path), ...indent(lines, 2)], source)
  }
  const event = events[node]
  const name = path.length === 0 ? 'The document' : path.join('.')
  if (event?.type === EVENT_ID.MAPPING && event.style === COLLECTION_STYLE.BLOCK) {
    return splice(text, endOfBlock(text, tree, node), indent(lines, columnOf(text, event.start)), end)
  }
  const entry = path.length === 0 ? undefined : tree.find(root, path)
  const column = entry?.key === undefined ? 0 : columnOf(text, entry.key) + 2
  if (event?.type === EVENT_ID.MAPPING && tree.keys(node).length === 0) return fillEmpty(text, tree, node, indent(lines, column), end) ?? refuse(`${name} is an empty mapping with a comment inside. Write it without braces.`, node)
  if (event?.type === EVENT_ID.SCALAR && event.valueStart === -1 && event.anchorStart === -1 && event.tagStart === -1) {
    const at = entry?.key === undefined ? text.length : endOfLine(text, text.indexOf(':', tree.end(keyOf(tree, root, path))))
    return splice(text, at, indent(lines, column), end)
  }
  if (event?.type === EVENT_ID.MAPPING) return refuse(`${name} is written in braces. Write it as indented lines to have entries added.`, node)
  return refuse(`${name} is no mapping: nothing can be added to it.`, node)
}

function topKeys(path: Path): readonly string[] {
  return path.map((key, depth) => `${' '.repeat(2 * depth)}${key}:`)
}

function keyOf(tree: EventTree, root: number, path: Path): number {
  const above = tree.nodeAt(root, path.slice(0, -1)) as number
  return tree.entries(above).get(path.at(-1) as string)?.key as number
}

/** `services: {}` becomes `services:` with lines below. A comment after the braces stays where it is. */
function fillEmpty(text: string, tree: EventTree, node: number, lines: readonly string[], end: string): Edit | undefined {
  const start = tree.start(node) as number
  const braces = /^\{[ \t]*\}/.exec(text.slice(start, start + 200))?.[0]
  if (braces === undefined) return undefined
  const before = text.slice(0, start).replace(/[ \t]+$/, '')
  const rest = `${before}${text.slice(start + braces.length)}`
  return splice(rest, endOfLine(rest, before.length), lines, end)
}

/** Offset of the line end (or the end of the text) after the last line of a block mapping. */
function endOfBlock(text: string, tree: EventTree, node: number): number {
  const column = columnOf(text, tree.start(node) as number)
  const last = closersAfter(text, tree.end(node))
  // A block text that keeps its blank lines ends after a line break: its last line is the one before.
  let at = endOfLine(text, text[last - 1] === '\n' ? last - (text[last - 2] === '\r' ? 2 : 1) : last)
  for (let next = lineAfter(text, at); next !== undefined; next = lineAfter(text, next.end)) {
    const comment = /^([ \t]*)#/.exec(next.line)
    if (!comment || (comment[1] as string).length < Math.max(column, 1)) break
    at = next.end
  }
  return at
}

/** Brackets that close what ends there, with comments and line ends between. */
function closersAfter(text: string, from: number): number {
  const gap = /(?:[\s,]|(?<=[\s,])#[^\n\r]*)*/y
  let at = from
  for (;;) {
    gap.lastIndex = at
    const next = at + (gap.exec(text)?.[0].length ?? 0)
    if (text[next] !== ']' && text[next] !== '}') return at
    at = next + 1
  }
}

function lineAfter(text: string, lineEnd: number): { readonly line: string; readonly end: number } | undefined {
  if (lineEnd >= text.length) return undefined
  const start = lineEnd + (text.startsWith('\r\n', lineEnd) ? 2 : 1)
  if (start >= text.length) return undefined
  const end = endOfLine(text, start)
  return { line: text.slice(start, end), end }
}

function endOfLine(text: string, offset: number): number {
  const found = /[\r\n]/.exec(text.slice(offset))
  return found === null ? text.length : offset + found.index
}

/** Puts whole lines after the line that ends at an offset. */
function splice(text: string, at: number, lines: readonly string[], end: string): Edit {
  const added = lines.map((line) => `${line}${end}`).join('')
  if (at === text.length) return { text: `${withFinalBreak(text, end)}${added}` }
  const next = at + (text.startsWith('\r\n', at) ? 2 : 1)
  return { text: `${text.slice(0, next)}${added}${text.slice(next)}` }
}

function indent(lines: readonly string[], columns: number): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `${' '.repeat(columns)}${line}`))
}

function columnOf(text: string, offset: number): number {
  return positionsIn(text)(offset).column - 1
}

function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

function withFinalBreak(text: string, end: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}${end}`
}

