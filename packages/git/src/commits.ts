import type { Commit } from '@fermata/ports'
import { commitOf, parseObjects } from './objects.ts'
import { failure, type View } from './view.ts'

/** A commit, and whether its root folder is there too: a history without trees has commits alone. */
export interface KnownCommit {
  readonly commit: Commit
  readonly hasTree: boolean
}

/** Asks for the commit that a name stands for, tags peeled. Questions of the same moment share one process, since a process costs more than the answers. */
export function commitsOf(at: View): (name: string) => Promise<KnownCommit | undefined> {
  let waiting: { readonly names: string[]; readonly answers: Promise<readonly (KnownCommit | undefined)[]> } | undefined
  return async (name) => {
    waiting ??= gather()
    const index = waiting.names.push(name) - 1
    return (await waiting.answers)[index]
  }
  function gather() {
    const names: string[] = []
    const answers = Promise.resolve().then(() => {
      waiting = undefined
      return lookUp(at, names)
    })
    return { names, answers }
  }
}

async function lookUp(at: View, names: readonly string[]): Promise<readonly (KnownCommit | undefined)[]> {
  const args = ['cat-file', '--batch-command']
  const finished = await at.run(args, { input: names.map((name) => `contents ${name}^{commit}\ninfo ${name}^{tree}\n`).join('') })
  if (finished.code !== 0) {
    // Before git 2.44 a partial clone asks its remote for a name that it does not have, and ends when the remote has none either.
    if (!/missing|bad object|could not (fetch|get)|promisor/i.test(finished.stderr)) throw failure(args, finished)
    return names.length === 1 ? [undefined] : Promise.all(names.map(async (name) => (await lookUp(at, [name]))[0]))
  }
  const objects = parseObjects(finished.stdout, names.flatMap(() => ['contents', 'info'] as const))
  return names.map((_, index) => {
    const commit = objects[2 * index]
    return commit?.type === 'commit' ? { commit: commitOf(commit), hasTree: objects[2 * index + 1]?.type === 'tree' } : undefined
  })
}
