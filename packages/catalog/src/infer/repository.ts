import type { FileEntry, Files } from '@fermata/ports'
import { ConfigurationError } from '@fermata/verdict'

/** Names of what lies in the working directory. Nothing is opened to make it. */
export interface Repository {
  /** Paths of files, sorted, with their sizes in bytes. */
  readonly files: ReadonlyMap<string, number>
  readonly folders: ReadonlySet<string>
}

/** Folders that hold other people's code, or what a build makes. */
const skipped = new Set(['node_modules', 'vendor', 'third_party', 'testdata', '__pycache__', 'venv', 'site-packages'])
const mostFiles = 200_000
const deepest = 32

/**
 * Lists the working directory. Hidden folders and folders of dependencies are not entered.
 * @throws ConfigurationError when there are more files than anybody's services need: half a list would give half a catalog
 */
export async function listRepository(files: Files): Promise<Repository> {
  const found = new Map<string, number>()
  const folders = new Set<string>()
  const walk = async (folder: string, entries: readonly FileEntry[], depth: number): Promise<void> => {
    if (depth > deepest) throw new ConfigurationError([{ says: `Folders are nested deeper than ${deepest}: ${folder}.`, remedy: 'Look for a link that leads back to a folder above it.' }])
    for (const { name, kind, size } of entries) {
      const path = folder === '.' ? name : `${folder}/${name}`
      if (kind === 'file') found.set(path, size)
      if (found.size > mostFiles) throw new ConfigurationError([{ says: `There are more than ${mostFiles} files here.`, remedy: 'Run fermata init with `working-directory` set to the part of the repository that holds the services.' }])
      if (kind !== 'folder' || name.startsWith('.') || skipped.has(name)) continue
      folders.add(path)
      await walk(path, (await files.list(path)) ?? [], depth + 1)
    }
  }
  await walk('.', (await files.list('.')) ?? [], 0)
  return { files: new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1))), folders }
}

/** Whether a path is a folder or lies in it; everything lies in `.`. */
export function liesIn(path: string, folder: string): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`)
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** A path relative to a folder, as one of the repository; undefined when it leads out of it. */
export function pathWithin(folder: string, path: string): string | undefined {
  const parts = folder === '.' ? [] : folder.split('/')
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.length === 0 ? '.' : parts.join('/')
}

/** The text of a file; undefined where there is none, or where it is no UTF-8. */
export async function readText(files: Files, path: string): Promise<string | undefined> {
  const bytes = await files.read(path)
  if (bytes === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
