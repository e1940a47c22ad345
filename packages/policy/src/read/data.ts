import type { Files } from '@fermata/ports'
import { parseJson, parseYaml } from '@fermata/source'
import { ConfigurationError, inFile, type Problem } from '@fermata/verdict'
import { findFiles, unreachableText } from './find-files.ts'
import { readText } from './text.ts'

type Tree = { [key: string]: unknown }

/** The root that belongs to packs. */
export const ownRoot = 'fermata'

/**
 * The document `data`, as OPA's loader makes it: the folders below a named folder are keys, the names of files are not.
 * @throws ConfigurationError for files that are missing or broken, hold no mapping, or contradict each other
 */
export async function readData(written: readonly string[], files: Files): Promise<Readonly<Record<string, unknown>>> {
  const problems: Problem[] = []
  const tree: Tree = {}
  for (const root of written) {
    const { paths, unreachable } = await findFiles([root], /\.(?:ya?ml|json)$/i, files)
    problems.push(...unreachable.map((path): Problem => ({ code: 'FM-POLICY-DATA', says: unreachableText, where: inFile(path) })))
    if (paths.length === 0) problems.push({ code: 'FM-POLICY-DATA', says: `The input data names ${root}, and there is no YAML or JSON file.`, remedy: 'Correct the path.' })
    const top = root.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
    for (const path of paths) {
      const value = await valueOf(path, files)
      if ('says' in value) {
        problems.push(value)
        continue
      }
      const keys = path === top || !path.startsWith(`${top}/`) ? [] : path.slice(top.length + 1).split('/').slice(0, -1)
      const clash = merge(tree, keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value.value) as Tree, [])
      if (clash !== undefined) problems.push({ code: 'FM-POLICY-DATA', says: `data.${clash} is defined twice.`, remedy: 'Keep one of the definitions.', where: inFile(path) })
    }
  }
  if (Object.hasOwn(tree, ownRoot)) problems.push({ code: 'FM-POLICY-DATA', says: `data.${ownRoot} belongs to the packs of Fermata.`, remedy: 'Take another name.' })
  if (problems.length > 0) throw new ConfigurationError(problems)
  return tree
}

async function valueOf(path: string, files: Files): Promise<{ readonly value: Tree } | Problem> {
  const content = await readText(path, files)
  if ('says' in content) return { code: 'FM-POLICY-DATA', says: content.says, where: inFile(path) }
  const { documents, problems: [problem] } = path.toLowerCase().endsWith('.json') ? parseJson(content.text, { file: path }) : parseYaml(content.text, { file: path, version: '1.1' })
  if (problem !== undefined) return { code: 'FM-POLICY-DATA', says: problem.says, where: inFile(path, problem.line, problem.column) }
  const [document, second] = documents
  if (second !== undefined) return { code: 'FM-POLICY-DATA', says: 'A data file holds one document, and this one holds several.', where: inFile(path) }
  if (!isTree(document?.value)) return { code: 'FM-POLICY-DATA', says: 'A data file holds a mapping, and this one does not.', where: inFile(path) }
  return { value: document.value }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Merges in place; gives the path of what is there twice. */
function merge(into: Tree, from: Tree, at: readonly string[]): string | undefined {
  for (const [key, value] of Object.entries(from)) {
    if (!Object.hasOwn(into, key)) {
      Object.defineProperty(into, key, { value: isTree(value) ? structuredClone(value) : value, enumerable: true, writable: true, configurable: true })
      continue
    }
    const there = into[key]
    if (!isTree(there) || !isTree(value)) return [...at, key].join('.')
    const clash = merge(there, value, [...at, key])
    if (clash !== undefined) return clash
  }
  return undefined
}
