import type { Files } from '@fermata/ports'
import { parseJson, parseYaml, type Path, type TextDocument } from '@fermata/source'
import { inFile, type Location, type Reason } from '@fermata/verdict'
import { policyReason } from '../codes.ts'
import { readText } from './text.ts'

/** One value that rules are asked about, and where each part of it is written. */
export interface ScannedDocument {
  readonly file: string
  readonly value: unknown
  /** `Deployment/cart` where it is a Kubernetes object. */
  readonly object?: string
  /** Of what a path names, or of what is nearest to it: a missing field is looked for where it should be. */
  locate(path: Path): Location
}

export interface ReadDocuments {
  readonly documents: readonly ScannedDocument[]
  readonly reasons: readonly Reason[]
}

/**
 * The documents of files: of YAML each, as Kubernetes' tools read it; of a list at the top each item, as conftest does.
 * @param unroll whether the items of Kubernetes lists are documents of their own, so that rules about their kinds see them
 */
export async function readDocuments(paths: readonly string[], unroll: boolean, files: Files): Promise<ReadDocuments> {
  const read = await Promise.all(paths.map(async (path) => documentsOf(path, await readText(path, files), unroll)))
  return { documents: read.flatMap(({ documents }) => documents), reasons: read.flatMap(({ reasons }) => reasons) }
}

export function documentsOf(file: string, content: Awaited<ReturnType<typeof readText>>, unroll: boolean): ReadDocuments {
  const unreadable = (says: string, line?: number, column?: number) => policyReason('FM-POLICY-FILE-UNREADABLE', { says, where: inFile(file, line, column) })
  if ('says' in content) return { documents: [], reasons: [unreadable(content.says)] }
  if (!/\.(?:ya?ml|json)$/i.test(file)) return { documents: [], reasons: [unreadable('This is neither YAML nor JSON, by its name.')] }
  const { documents, problems } = file.toLowerCase().endsWith('.json') ? parseJson(content.text, { file }) : parseYaml(content.text, { file, version: '1.1' })
  if (problems.length > 0) return { documents: [], reasons: problems.map(({ says, line, column }) => unreadable(says, line, column)) }
  const found = documents.flatMap((document) => (document.value === null ? [] : parts(file, document, document.value, [], unroll)))
  return { documents: found, reasons: found.length > 0 ? [] : [policyReason('FM-POLICY-FILE-EMPTY', { says: `${file} holds no document.`, where: inFile(file) })] }
}

function parts(file: string, document: TextDocument, value: unknown, at: Path, unroll: boolean): readonly ScannedDocument[] {
  if (Array.isArray(value) && at.length === 0) return value.flatMap((item, index) => parts(file, document, item, [index], unroll))
  const items = unroll ? itemsOf(value) : undefined
  if (items !== undefined) return items.flatMap((item, index) => parts(file, document, item, [...at, 'items', index], unroll))
  const object = objectOf(value)
  return [{
    file,
    value,
    ...(object !== undefined && { object }),
    locate: (path) => {
      const { line, column } = document.nearestPosition([...at, ...path])
      return inFile(file, line, column)
    },
  }]
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('items' in value)) return undefined
  return typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items) && value.items.length > 0 ? value.items : undefined
}

function objectOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || typeof value.kind !== 'string') return undefined
  const metadata = 'metadata' in value && typeof value.metadata === 'object' && value.metadata !== null ? value.metadata : {}
  return 'name' in metadata && typeof metadata.name === 'string' ? `${value.kind}/${metadata.name}` : undefined
}
