import type { FileEntry, Files } from '@fermata/ports'
import { ConfigurationError } from '@fermata/verdict'
import { patternOf, type Pattern } from './pattern.ts'

export interface FoundFiles {
  /** Paths, sorted, each once. */
  readonly paths: readonly string[]
  /** Patterns that took nothing. */
  readonly unused: readonly string[]
  /** Files that folders hold and that have another extension. */
  readonly passedOver: number
  /** What folders hold that is neither file nor folder, such as a link that leads outside: it cannot be read. */
  readonly unreachable: readonly string[]
}

const deepestFolder = 32
/** What is told of a path that cannot be reached. */
export const unreachableText = 'This is no file, but a link that leads outside of the working directory, or nowhere.'
/** More files than anybody means. */
export const mostFiles = 50_000

/**
 * The files that a list of paths and patterns means. The last pattern that matches a file decides. In folders hidden
 * names and node_modules are passed over, unless a pattern names them.
 * @param wanted which extensions a folder is searched for; a file that is named itself may have any
 * @throws ConfigurationError for more than 50,000 files, or folders nested deeper than 32
 */
export async function findFiles(written: readonly string[], wanted: RegExp, files: Files): Promise<FoundFiles> {
  const patterns = written.map(patternOf)
  const taken = new Map<string, Set<Pattern>>()
  const others = new Set<string>()
  const unreachable = new Set<string>()
  for (const pattern of patterns.filter(({ negative }) => !negative)) {
    for await (const { path, isFile } of below(pattern, files)) {
      if (!pattern.matches(path)) continue
      if (!isFile) {
        if (takes(patterns, path)) unreachable.add(path)
        continue
      }
      if (!wanted.test(path) && path !== pattern.root) {
        others.add(path)
        continue
      }
      taken.set(path, (taken.get(path) ?? new Set()).add(pattern))
      if (taken.size > mostFiles) throw new ConfigurationError([{ code: 'FM-POLICY-NO-FILES', says: `${pattern.written} means more than ${mostFiles} files.`, remedy: 'Name the folders that are meant.' }])
    }
  }
  const kept = [...taken.keys()].filter((path) => takes(patterns, path))
  const used = new Set([...taken.values()].flatMap((by) => [...by]))
  return { paths: kept.toSorted(), unused: patterns.filter((pattern) => !pattern.negative && !used.has(pattern)).map((pattern) => pattern.written), passedOver: others.size, unreachable: [...unreachable].toSorted() }
}

function takes(patterns: readonly Pattern[], path: string): boolean {
  return patterns.findLast((pattern) => pattern.matches(path))?.negative === false
}

interface Met {
  readonly path: string
  readonly isFile: boolean
}

async function* below(pattern: Pattern, files: Files): AsyncGenerator<Met> {
  const entries = await files.list(pattern.root)
  if (entries === undefined) {
    const above = pattern.root.includes('/') ? pattern.root.slice(0, pattern.root.lastIndexOf('/')) : '.'
    const there = (await files.list(above))?.some(({ name, kind }) => kind === 'file' && join(above, name) === pattern.root)
    if (there === true) yield { path: pattern.root, isFile: true }
    return
  }
  yield* inside(pattern.root, entries, 0, /(?:^|\/)\./.test(pattern.written.replace(/^(?:\.\/)+/, '')), pattern, files)
}

async function* inside(folder: string, entries: readonly FileEntry[], depth: number, hidden: boolean, pattern: Pattern, files: Files): AsyncGenerator<Met> {
  if (depth > deepestFolder) throw new ConfigurationError([{ code: 'FM-POLICY-NO-FILES', says: `${folder} is nested deeper than ${deepestFolder} folders.`, remedy: 'Look for a link that leads back to a folder above it.' }])
  for (const { name, kind } of entries) {
    if ((name.startsWith('.') && !hidden) || name === 'node_modules' || name === '.git') continue
    const path = join(folder, name)
    if (kind !== 'folder') yield { path, isFile: kind === 'file' }
    else yield* inside(path, (await files.list(path)) ?? [], depth + 1, hidden, pattern, files)
  }
}

function join(folder: string, name: string): string {
  return folder === '.' ? name : `${folder}/${name}`
}
