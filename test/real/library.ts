import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ourName, yamlOfGitHub } from '../../scripts/lint/files.ts'

export const root = join(import.meta.dirname, '../..')

/** Writes out how a workflow names its own repository: `$/actions/x` and `OWNER/fermata/actions/x@v1` both become what `reference` says. */
export function withReferences(text: string, reference: (path: string) => string): string {
  return text.replace(new RegExp(`(\\buses:\\s*)(?:\\$/|${ourName}/)([^\\s@#]+)(?:@v\\d+)?`, 'g'), (_, uses: string, path: string) => `${uses}${reference(path)}`)
}

/** Neither act nor actionlint knows how a waiting line is asked for. GitHub does, and its language service looks at it. */
function withoutQueue(text: string): string {
  return text.replace(/^ +queue: max\n/gm, '')
}

/**
 * The workflows and actions of this repository in a folder of their own, with every reference to it as `reference` says.
 * Callers from examples/ lie among the workflows, named after their example.
 */
export function copyWorkflows(folder: string, reference: (path: string) => string): readonly string[] {
  return yamlOfGitHub(root).map((path) => {
    const example = /^examples\/([^/]+)\//.exec(path)?.[1]
    const target = example === undefined ? path : `.github/workflows/example-${example}-${basename(path)}`
    mkdirSync(join(folder, dirname(target)), { recursive: true })
    writeFileSync(join(folder, target), withoutQueue(withReferences(readFileSync(join(root, path), 'utf8'), reference)))
    return target
  })
}

/** The folder of the built actions: FERMATA_DIST, or the one that is committed. */
export function copyDist(folder: string): void {
  cpSync(process.env['FERMATA_DIST'] ?? join(root, 'dist'), join(folder, 'dist'), { recursive: true })
}

/** Callers for users to copy, by name. */
export function examples(): readonly string[] {
  const folder = join(root, 'examples')
  return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name) : []
}
