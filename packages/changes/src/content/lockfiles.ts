import { changedWorkspaces, type ChangedWorkspace } from './closure.ts'
import { readPackageLock } from './package-lock.ts'
import { readPnpmLock } from './pnpm-lock.ts'
import type { LockReading } from './reading.ts'
import { readYarnLock } from './yarn-lock.ts'

const readers: Readonly<Record<string, (text: string) => LockReading>> = {
  'package-lock.json': readPackageLock,
  'npm-shrinkwrap.json': readPackageLock,
  'pnpm-lock.yaml': readPnpmLock,
  'yarn.lock': readYarnLock,
}

/** What a change inside of a file means: for these folders, relative to the file's own, or it cannot be told. */
export type ContentChange = { readonly kind: 'folders'; readonly changed: readonly ChangedWorkspace[] } | { readonly kind: 'unclear'; readonly why: string }

export function isReadable(path: string): boolean {
  return Object.hasOwn(readers, path.slice(path.lastIndexOf('/') + 1))
}

/** Compares a file with what it was, by what it says. Undefined is a file that is not there: then all of it is new, or gone. */
export function compareContent(path: string, before: string | undefined, after: string | undefined): ContentChange {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined
  if (read === undefined) return { kind: 'unclear', why: 'files of this name cannot be read by their content' }
  if (before === undefined || after === undefined) return { kind: 'unclear', why: before === undefined ? 'the base does not have it' : 'the head does not have it' }
  const [was, is] = [read(before), read(after)]
  if (is.kind === 'unclear') return is
  if (was.kind === 'unclear') return { kind: 'unclear', why: `in the base ${was.why}` }
  return { kind: 'folders', changed: changedWorkspaces(was.graph, is.graph) }
}
