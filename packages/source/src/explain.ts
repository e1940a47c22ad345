import { YAMLException, parseEvents } from 'js-yaml'
import type { Position, TextProblem } from './position.ts'

/**
 * What the parser says, put for the person who wrote the text, and placed where the mistake is rather than where it was noticed.
 * @param knownOffset where the mistake is, when the caller knows better than the parser
 */
export function explain(text: string, error: YAMLException, positionAt: (offset: number) => Position, knownOffset?: number): TextProblem {
  const offset = Math.min(knownOffset ?? error.mark?.position ?? 0, text.length)
  const opener = unclosed.test(error.reason) ? openingBefore(text, offset) : undefined
  if (opener) return { says: opener.says, ...positionAt(opener.offset) }
  return { says: sentence(error.reason, text, offset), ...positionAt(offset) }
}

/** Reasons that may come from a quote or bracket that was opened earlier and never closed. */
const unclosed = /^(?:deficient indentation|unexpected end of the (?:stream|document) within|missed comma between|expected ':' after|can not read a block mapping entry; a multiline key|bad indentation of a mapping entry)/

/** The parser's words for a list or a mapping where a key should be. */
export const complexKey = 'object-based map does not support complex keys'

const openers = { "'": 'single quotes', '"': 'double quotes', '[': '[', '{': '{' } as const
type Opener = keyof typeof openers

/** More looks than this are not worth it: each one parses the text up to there. */
const mostLooks = 40

/**
 * Finds the opening quote or bracket. The parser does not tell it, but complains about every cut of the text
 * inside of the open thing and no more about a cut right before it.
 */
function openingBefore(text: string, noticed: number): { readonly says: string; readonly offset: number } | undefined {
  const lineStart = Math.max(text.lastIndexOf('\n', noticed - 1), 0)
  const open = complaint(text.slice(0, noticed)) ?? complaint(text.slice(0, lineStart))
  if (open === undefined) return undefined
  let looks = 0
  for (let offset = noticed - 1; offset >= 0 && looks < mostLooks; offset--) {
    const character = text[offset] as string
    if (!open.includes(character as Opener)) continue
    looks++
    if (complaint(text.slice(0, offset))?.[0] === open[0]) continue
    const name = openers[character as Opener]
    return { says: name.length === 1 ? `What begins with ${name} here is never closed.` : `The text in ${name} that begins here is never closed.`, offset }
  }
  return undefined
}

/** Which characters could have opened what a cut text leaves open, or undefined when nothing is open. */
function complaint(text: string): readonly Opener[] | undefined {
  try {
    parseEvents(text, {})
    return undefined
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    if (error.reason.includes('within a double quoted scalar')) return ['"']
    if (error.reason.includes('within a single quoted scalar')) return ["'"]
    if (error.reason.includes('within a flow collection')) return ['[', '{']
    return undefined
  }
}

function sentence(reason: string, text: string, offset: number): string {
  const here = text.slice(offset, offset + 2)
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const lineEnd = text.indexOf('\n', offset)
  const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd)
  if (/\{\{.*\}\}|^\s*\{\{|\{%/.test(line)) return 'This is a template and not yet YAML. Render it first (for a Helm chart: helm template).'
  if (reason.startsWith('tab characters')) return 'The line is indented with a tab. YAML allows spaces only.'
  if (/^\s*\t/.test(line)) return 'The line begins with a tab. YAML allows spaces only.'
  if (here[0] === '@' || here[0] === '`' || here[0] === '%') return `A value cannot begin with ${here[0]}. Put it in quotes.`
  if (reason.startsWith('bad indentation') && here[0] === ':') return 'A colon and a space begin a value here, in the middle of another. Put the whole value in quotes.'
  if (reason.startsWith('bad indentation')) return 'This does not fit the indentation of the lines above, or the value above needs quotes.'
  if (reason.startsWith('can not read a block mapping entry')) return 'The line above has no colon: each entry is written `key: value`.'
  if (reason.startsWith("expected ':' after")) return 'A key without a colon: each entry is written `key: value`.'
  if (reason.startsWith('end of the stream or a document separator')) return 'This is neither part of what stands above nor a new document. The indentation may be wrong, or a quote is missing.'
  if (reason.startsWith('nesting exceeded')) return 'Nested deeper than 100 levels.'
  if (reason.startsWith('unidentified alias')) return `There is no anchor for ${reason.slice('unidentified alias '.length)} above. A value that begins with * needs quotes.`
  if (reason === complexKey) return 'A list or a mapping cannot be a key.'
  return `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`
}
