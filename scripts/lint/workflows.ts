import { validate } from '@actions/languageservice'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TextDocument } from 'vscode-languageserver-textdocument'

/**
 * Holds workflows and action.yml files against GitHub's own language service and a few rules of this house.
 * Started through scripts/lint-workflows.ts, since the service's package cannot be imported by Node as it is.
 */
const root = process.argv[2] as string

const workflows = readdirSync(join(root, '.github/workflows')).map((name) => `.github/workflows/${name}`)
const actions = readdirSync(join(root, 'actions')).map((name) => `actions/${name}/action.yml`)
const found: string[] = []

for (const path of [...workflows, ...actions]) {
  const text = readFileSync(join(root, path), 'utf8')
  const document = TextDocument.create(`file:///${path}`, path.startsWith('actions/') ? 'action' : 'workflow', 1, text)
  for (const { range, message } of await validate(document)) found.push(`${path}:${range.start.line + 1}:${range.start.character + 1}: ${message}`)
  if (path.startsWith('.github/')) found.push(...houseRules(path, text))
}

for (const line of found) console.error(line)
console.error(found.length === 0 ? `workflows: ${workflows.length} workflows and ${actions.length} actions, no finding` : `workflows: ${found.length} findings`)
process.exitCode = found.length === 0 ? 0 : 1

/** What the language service does not judge: pins, reasons of permissions, text of events in scripts, limits. */
function houseRules(path: string, text: string): readonly string[] {
  const lines = text.split('\n')
  const at = (index: number, says: string) => `${path}:${index + 1}: ${says}`
  const rules: readonly ((line: string, index: number) => string | undefined)[] = [
    (line) => (/^\s*(-\s+)?uses:\s*[^.$\s]/.test(line) && !/@[0-9a-f]{40} # v\d/.test(line) ? 'actions of others are pinned by full commit SHA, with the version as a comment' : undefined),
    (line) => (/^\s+[a-z-]+: (read|write)\s*$/.test(line) ? 'a permission says in a comment what it is for' : undefined),
    (line, index) => (line.includes('${{') && insideRun(lines, index) ? 'an expression inside run: is an injection; pass it through env:' : undefined),
    (line) => (/secrets:\s*inherit/.test(line) ? 'secrets are named one by one' : undefined),
  ]
  const byLine = lines.flatMap((line, index) => rules.map((rule) => rule(line, index)).filter((says) => says !== undefined).map((says) => at(index, says)))
  const needed: readonly (readonly [RegExp, string])[] = [
    [/^permissions: \{\}$/m, 'a workflow begins with `permissions: {}`'],
    [/^concurrency:/m, 'a workflow says its concurrency'],
    [/^ {4}timeout-minutes: /m, 'a job has a timeout'],
  ]
  return [...byLine, ...needed.filter(([pattern]) => !pattern.test(text)).map(([, says]) => at(0, says))]
}

function insideRun(lines: readonly string[], index: number): boolean {
  if (/^\s*(-\s+)?run:/.test(lines[index] as string)) return true
  const indent = (line: string) => line.length - line.trimStart().length
  const own = indent(lines[index] as string)
  for (let above = index - 1; above >= 0; above--) {
    const line = lines[above] as string
    if (line.trim() !== '' && indent(line) < own) return /^\s*(-\s+)?run:\s*[|>]/.test(line)
  }
  return false
}
