import type { Exec, Finished } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { gitReason } from './codes.ts'
import { type FoundObject, parseObjects } from './objects.ts'

/** One way to look at the objects: the user's clone as it is, or a side repository that has more. */
export interface View {
  run(args: readonly string[], wish?: { readonly input?: string; readonly lazy?: boolean }): Promise<Finished>
}

/** What every command gets: nothing asked at a terminal, no optional lock taken, messages in English, no replaced objects. */
const calm = { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', GIT_NO_REPLACE_OBJECTS: '1', LC_ALL: 'C', LANGUAGE: 'C' }
/** In a partial clone a look at a missing object would fetch it, one process each. Known since git 2.44, ignored before. */
const local = { GIT_NO_LAZY_FETCH: '1' }

export function view(exec: Exec, cwd: string, settings: readonly string[], env: Readonly<Record<string, string>>): View {
  const before = settings.flatMap((setting) => ['-c', setting])
  return {
    run: (args, { input, lazy = false } = {}) =>
      exec.run({ file: 'git', args: [...before, ...args], cwd, env: { ...calm, ...(lazy ? {} : local), ...env }, ...(input !== undefined && { input: Buffer.from(input) }) }),
  }
}

/** @throws EnvironmentError unless the command ended with 0 */
export async function succeed(at: View, args: readonly string[], wish?: { readonly input?: string; readonly lazy?: boolean }): Promise<Uint8Array> {
  const finished = await at.run(args, wish)
  if (finished.code !== 0) throw failure(args, finished)
  return finished.stdout
}

/** The object that a name stands for, its content included, or undefined. In a partial clone the content is fetched. */
export async function objectNamed(at: View, name: string): Promise<FoundObject | undefined> {
  if (name.includes('\0')) return undefined
  const odd = name.includes('\n')
  const args = ['cat-file', '--batch', '--follow-symlinks', ...(odd ? ['-z'] : [])]
  const finished = await at.run(args, { input: odd ? `${name}\0` : `${name}\n`, lazy: true })
  if (finished.code !== 0) throw failure(args, finished)
  return odd && isMissing(finished.stdout) ? undefined : parseObjects(finished.stdout, ['contents'])[0]
}

/** The name that is missing stands in the answer, line break and all. */
function isMissing(output: Uint8Array): boolean {
  return Buffer.from(output).toString('latin1').endsWith(' missing\n')
}

export function failure(args: readonly string[], { code, stderr }: Finished, because: 'FM-GIT-FAILED' | 'FM-GIT-FETCH' = 'FM-GIT-FAILED'): EnvironmentError {
  return new EnvironmentError(gitReason(because, { says: `git ${args[0]} ended with ${code}: ${lastWords(stderr)}.` }))
}

/** The last line of what git said, without control characters and without a password in an address. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/[^\x20-\x7e\u00a0-\uffff]/g, ' ').trim()).filter((line) => line !== '')
  const line = lines.findLast((candidate) => /^(fatal|error):/.test(candidate)) ?? lines.at(-1) ?? 'it said nothing'
  return line.replace(/\/\/[^/@\s]*@/g, '//').replace(/\.$/, '').slice(0, 300)
}
