import type { FileEntry, Files } from '@fermata/ports'
import { ConfigurationError, EnvironmentError } from '@fermata/verdict'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readFile, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { runnerReason } from './codes.ts'

/**
 * The files below a folder, and none outside of it: neither by `..`, nor by an absolute path, nor through a link.
 * A link is judged by where it leads at the moment of the call; who may write into the folder while we run can still win that race.
 * @param root absolute, links resolved
 */
export function filesBelow(root: string): Files {
  return {
    read: async (path) => {
      const real = await existing(root, path)
      if (real === undefined) return undefined
      return orNothing('read', path, () => readFile(real))
    },
    list: async (path) => {
      const real = await existing(root, path)
      if (real === undefined) return undefined
      const names = await orNothing('list', path, () => readdir(real))
      if (names === undefined) return undefined
      return Promise.all(names.sort().map((name) => entry(root, real, name)))
    },
    write: async (path, content) => {
      const target = inside(root, path)
      await makeFolder(root, path, dirname(target))
      const real = await writable(root, path, target)
      await orRefused('write', path, async () => {
        // The name was resolved above: a link that appears there since is somebody else's, and is not followed.
        const file = await open(real, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0), 0o644)
        try {
          await file.writeFile(content)
        } finally {
          await file.close()
        }
      })
    },
  }
}

function inside(root: string, path: string): string {
  if (path.includes('\0')) throw outside(path)
  const target = resolve(root, path)
  if (!holds(root, target)) throw outside(path)
  return target
}

function holds(root: string, target: string): boolean {
  const way = relative(root, target)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

function outside(path: string): ConfigurationError {
  return new ConfigurationError([{ says: `The path ${JSON.stringify(path)} leads outside of the working directory.`, remedy: 'Give a path inside of it, or set `working-directory` to a folder that holds both.' }])
}

/** The real path of something that is there, or undefined. */
async function existing(root: string, path: string): Promise<string | undefined> {
  const target = inside(root, path)
  const real = await orNothing('read', path, () => realpath(target))
  if (real !== undefined && !holds(root, real)) throw outside(path)
  return real
}

/** Makes folders one by one, so that a link on the way is seen before anything is made behind it. */
async function makeFolder(root: string, path: string, folder: string): Promise<void> {
  const way = relative(root, folder)
  let here = root
  for (const part of way === '' ? [] : way.split(sep)) {
    here = join(here, part)
    const real = await orNothing('write', path, () => realpath(here))
    if (real !== undefined && !holds(root, real)) throw outside(path)
    if (real === undefined) await orRefused('make a folder for', path, () => mkdir(here, { recursive: true }))
  }
}

async function writable(root: string, path: string, target: string): Promise<string> {
  const there = await orNothing('write', path, () => lstat(target))
  if (there === undefined || !there.isSymbolicLink()) return target
  const real = await orNothing('write', path, () => realpath(target))
  if (real === undefined || !holds(root, real)) throw outside(path)
  return real
}

async function entry(root: string, folder: string, name: string): Promise<FileEntry> {
  const real = await realpath(join(folder, name)).catch((error: unknown) => leadsNowhere(name, error))
  if (real === undefined || !holds(root, real)) return { name, kind: 'other', size: 0 }
  const found = await orRefused('list', name, () => stat(real))
  if (found.isFile()) return { name, kind: 'file', size: found.size }
  return { name, kind: found.isDirectory() ? 'folder' : 'other', size: 0 }
}

/** A link to nothing, or to itself, is an entry all the same. */
function leadsNowhere(name: string, error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) throw refused('list', name, error)
}

/** "There is none" for the errors that mean just this, and an EnvironmentError for all others. */
async function orNothing<T>(verb: string, path: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(codeOf(error))) return undefined
    throw refused(verb, path, error)
  }
}

async function orRefused<T>(verb: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw refused(verb, path, error)
  }
}

function refused(verb: string, path: string, cause: unknown): EnvironmentError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new EnvironmentError(runnerReason('FM-RUNNER-FILE', { says: `Cannot ${verb} ${JSON.stringify(path)}: ${why}.`, where: { kind: 'file', file: path } }), { cause })
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}
