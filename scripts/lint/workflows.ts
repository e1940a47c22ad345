import { validate } from '@actions/languageservice'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { ourName, yamlOfGitHub } from './files.ts'
import { houseRules } from './house-rules.ts'

/**
 * Holds workflows, actions and examples against GitHub's own language service and a few rules of this house.
 * Started through scripts/lint-workflows.ts, since the service's package cannot be imported by Node as it is.
 */
const root = process.argv[2] as string
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const [ourOwner, ourRepository] = ourName.split('/')

/** `$/…`, `./…` and what examples call by our name lie here; the files of others are not looked up. */
const fileProvider = {
  async getFileContent(ref: { readonly path: string; readonly owner?: string; readonly repository?: string }) {
    if (ref.owner !== undefined && (ref.owner !== ourOwner || ref.repository !== ourRepository)) throw new Error(`${ref.owner}/${ref.repository} is not looked up`)
    return { name: ref.path, content: read(ref.path) }
  },
}
const actionsMetadataProvider = {
  async fetchActionMetadata({ owner, name, path = '' }: { readonly owner: string; readonly name: string; readonly path?: string }) {
    const ours = owner === ourOwner && name === ourRepository
    if (!ours) return { name, description: 'of others' }
    const file = join(path, 'action.yml')
    return existsSync(join(root, file)) ? { name, description: '', inputs: inputsOf(read(file)) } : undefined
  },
}

const paths = yamlOfGitHub(root)
const found: string[] = []
for (const path of paths) {
  const text = read(path)
  const document = TextDocument.create(`file:///${path}`, path.endsWith('action.yml') ? 'action' : 'workflow', 1, text)
  for (const { range, message } of await validate(document, { fileProvider, actionsMetadataProvider })) found.push(`${path}:${range.start.line + 1}:${range.start.character + 1}: ${message}`)
  found.push(...houseRules(path, text))
}

for (const line of found) console.error(line)
console.error(found.length === 0 ? `workflows: ${paths.length} workflows and actions, no finding` : `workflows: ${found.length} findings`)
process.exitCode = found.length === 0 ? 0 : 1

/** Our action.yml files are printed, so that their inputs stand where one expects them. */
function inputsOf(text: string): Record<string, { description: string; required: boolean; default?: string }> {
  const block = /^inputs:\n([\s\S]*?)^\S/m.exec(text)?.[1] ?? ''
  return Object.fromEntries(
    block.split(/^(?= {2}\S)/m).map((entry) => [/^ {2}(\S+):/.exec(entry)?.[1] ?? '', { description: '', required: /^ {4}required: true$/m.test(entry), ...(/^ {4}default:/m.test(entry) && { default: '' }) }]),
  )
}
