import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** Where a clone lies, seen from the working directory. */
export interface Clone {
  /** The folder that holds `.git`, or the bare repository itself. Symbolic links resolved, as git compares it with safe.directory. */
  readonly root: string
  /** The working directory below the root, `shop/` or empty. */
  readonly prefix: string
}

/**
 * The clone that a folder belongs to, found as git finds it: upwards from the folder.
 * Looked up here so that no process is spent on it, and so that safe.directory can name the one folder instead of all.
 */
export function findClone(directory: string): Clone | undefined {
  if (!existsSync(directory)) return undefined
  const start = realpathSync(directory)
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return { root: folder, prefix: prefixBelow(folder, start) }
    if (['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name)))) return { root: folder, prefix: '' }
    if (folder === dirname(folder)) return undefined
  }
}

function prefixBelow(root: string, folder: string): string {
  const below = relative(root, folder).replaceAll('\\', '/')
  return below === '' ? '' : `${below}/`
}
