import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyDist, copyWorkflows, root, withReferences } from '../library.ts'
import { libraryReference } from './run.ts'

const fixtures = join(root, 'test/fixtures/workflows')

/** A copy of this repository as a caller's runner would fetch it: workflows, actions and dist, and the small workflows of the tests. */
export function makeLibrary(folder: string): string {
  mkdirSync(folder, { recursive: true })
  copyWorkflows(folder, libraryReference)
  copyDist(folder)
  copyFixtures('library', join(folder, '.github/workflows'))
  return folder
}

/** Workflows of the tests, with `$/` written out: act does not know it. */
export function copyFixtures(of: 'library' | 'callers', folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(join(fixtures, of))) writeFileSync(join(folder, name), withReferences(readFileSync(join(fixtures, of, name), 'utf8'), libraryReference))
}

/** The workflows of an example, as somebody would copy them. Nothing in them is changed. */
export function copyExample(name: string, caller: string): void {
  cpSync(join(root, 'examples', name), caller, { recursive: true })
}
