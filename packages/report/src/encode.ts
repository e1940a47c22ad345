/*
 * One encoder for each place that text from outside is put into. Text is plain until it meets one of these, and none is applied twice.
 * Names come from pull requests, clusters and metric labels: whoever can write there must not be able to write here.
 */

/** Terminal escape sequences: CSI, OSC and the other string sequences, then any two-character escape. */
const escapeSequences = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g

/** Control characters other than tab and newline. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Characters that reorder or hide what stands around them (Unicode TR 36, 3.2; CVE-2021-42574). Right-to-left letters need none of them. */
const reordering = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/g

/** What every visible place has in common: well-formed, no controls, nothing that reorders its surroundings. Newlines stay. */
function visible(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(controls, '\ufffd').replace(reordering, '\ufffd')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** For a terminal: escape sequences are gone, not shown. Newlines stay. */
export function encodeTerminal(text: string): string {
  return text.toWellFormed().replace(escapeSequences, '').replace(/\r\n?/g, '\n').replace(controls, '').replace(reordering, '').replaceAll('\t', '  ')
}

/** For one line of a terminal. */
export function encodeTerminalLine(text: string): string {
  return oneLine(encodeTerminal(text))
}

/**
 * For the log of a workflow step. A line that begins with `::`, or holds `##[` anywhere, would be a command to the runner
 * (actions/runner, ActionCommand.cs: TryParseV2 and TryParse); a space takes its meaning away and leaves it readable.
 */
export function encodeLog(text: string): string {
  return encodeTerminal(text).replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')
}

const htmlEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For HTML and SVG: text and quoted attributes alike. */
export function encodeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (mark) => htmlEntities[mark] as string)
}

/** For XML 1.0: characters that it cannot hold, not even as references, become U+FFFD. */
export function encodeXml(text: string): string {
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd').replace(/[&<>"']/g, (mark) => htmlEntities[mark] as string)
}

/** For a script element that holds JSON: nothing in it can end the element, or begin a comment. */
export function encodeJsonIsland(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Every ASCII punctuation mark may be escaped by a backslash (CommonMark 0.31, 2.4). These are the ones with a meaning inside of a line. */
const inlineMarks = /[\\`*_[\]|~]/g

/** What GitHub reads after Markdown has been parsed, so that no backslash helps: mentions, issue numbers, emoji codes, mathematics. */
const afterwards = /@(?=[\w])|#(?=\d)|:(?=[\w+-]+:)|\$|\bGH-(?=\d)/gi

/**
 * For a line of GitHub Flavored Markdown, and for the cell of a table. HTML in the text is shown and not obeyed,
 * nobody is mentioned, nothing is linked that does not look like an address.
 */
export function encodeMarkdown(text: string): string {
  const line = oneLine(visible(text))
  return withoutMarkup(line).replace(afterwards, (mark) => `<span>${mark}</span>`).replace(/^(?:(?=[-+=#])|(\d+)(?=[.)](?:\s|$)))/, '$1\\')
}

function withoutMarkup(line: string): string {
  return line.replace(/[&<>]/g, (mark) => htmlEntities[mark] as string).replace(inlineMarks, '\\$&')
}

/** For a name in monospace inside of a line or a cell. In code GitHub looks for no mentions, issues or emoji, but for mathematics. */
export function encodeMarkdownCode(text: string): string {
  return `<code>${withoutMarkup(oneLine(visible(text))).replaceAll('$', '<span>$</span>')}</code>`
}

/** A sentence in which names stand between backticks, as our own messages have them: those become code. */
export function encodeMarkdownProse(text: string): string {
  return prose(oneLine(visible(text)), encodeMarkdown, encodeMarkdownCode)
}

/** The same for HTML. */
export function encodeHtmlProse(text: string): string {
  return prose(visible(text), encodeHtml, (name) => `<code>${encodeHtml(name)}</code>`)
}

function prose(text: string, plain: (text: string) => string, name: (text: string) => string): string {
  return text.split(/(`[^`\n]+`)/).map((part, index) => (index % 2 === 1 ? name(part.slice(1, -1)) : spaced(part, plain))).join('')
}

/** The encoders of a line trim it; between two names its spaces are needed. */
function spaced(part: string, plain: (text: string) => string): string {
  const [, before = '', middle = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(part) ?? []
  return before + plain(middle) + after
}

/** A fenced block whose fence is longer than any run of backticks in it. */
export function encodeFence(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language.replace(/[^\w+-]/g, '')}\n${visible(text)}\n${fence}`
}

/** For a quoted label in a mermaid diagram: its own entities for everything but letters, digits and harmless marks. */
export function encodeMermaid(text: string): string {
  // An empty label would end the diagram.
  const short = truncate(oneLine(visible(text)), 40) || 'unnamed'
  return short.replace(/[^\p{L}\p{N} .,:_\-/✅❌⚠❔…]/gu, (mark) => `#${mark.codePointAt(0)};`)
}

/** For an `id` and the fragment that leads to it: the same text gives the same anchor, different texts different ones. */
export function encodeAnchor(text: string): string {
  return text.toWellFormed().replace(/[^A-Za-z0-9.-]/g, (mark) => `_${mark.codePointAt(0)?.toString(16)}_`)
}

/** An address that a page may link to, or nothing: other schemes could run something. */
export function webAddress(text: string): string | undefined {
  const parsed = URL.parse(text)
  return parsed !== null && (parsed.protocol === 'https:' || parsed.protocol === 'http:') ? parsed.href : undefined
}

/** At most so many characters, never half of one, the last of them an ellipsis where something is missing. */
export function truncate(text: string, most: number): string {
  if (text.length <= most) return text
  const cut = text.slice(0, most - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
