import type { Exec, Git, ObjectName, TreeChange } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { gitReason } from './codes.ts'
import { type Ancestry, ancestry } from './ancestry.ts'
import { commitsOf } from './commits.ts'
import { findClone } from './location.ts'
import { pathName } from './names.ts'
import { type Once, once, oneByOne } from './once.ts'
import { parseRawDiff } from './raw-diff.ts'
import { type KnownRemote, remoteOf } from './remote.ts'
import { fetchInto, makeSide, type Side, type SidePurpose } from './side.ts'
import { failure, objectNamed, succeed, type View, view } from './view.ts'

export interface GitWish {
  /** The working directory. Paths are relative to it, and what lies outside of it in the same repository is not seen. */
  readonly directory: string
  /** A folder for repositories that nobody keeps. Nothing is written there unless something has to be fetched. */
  readonly temporary: string
  readonly remote?: KnownRemote | undefined
}

/**
 * The Git port over the `git` program, version 2.36 or later.
 * A complete clone is only read: no process of ours touches the network then. What is missing is fetched into a side repository.
 */
export function openGit(exec: Exec, wish: GitWish): Git {
  const place = findClone(wish.directory)
  const clone = place === undefined ? undefined : view(exec, wish.directory, [`safe.directory=${place.root}`], {})
  const remote = once(() => remoteOf(clone, wish.remote))
  const sides = { trees: side('trees'), history: side('history') }
  function side(purpose: SidePurpose) {
    return once(async () => makeSide({ exec, purpose, temporary: wish.temporary, remote: await remote(), clone }))
  }
  const lines: Ancestry = ancestry(clone, sides.history)
  const prefix = place?.prefix ?? ''
  const inTurn = oneByOne()
  const trees = async (): Promise<View> => (sides.trees.begun() ? sides.trees() : clone ?? fail())
  const inClone = clone === undefined ? undefined : commitsOf(clone)
  /** Commits of which it is known that their folders are there. */
  const complete = new Set<ObjectName>()
  return {
    hasClone: clone !== undefined,
    resolve: async (name) => {
      if (/[\n\0]/.test(name) || name === '') return undefined
      const known = (await inClone?.(name)) ?? (sides.trees.begun() ? await commitsOf(await sides.trees())(name) : undefined)
      if (known?.hasTree === true) complete.add(known.commit.id)
      return known?.commit
    },
    tip: async (ref) => tip(await sides.history(), ref),
    obtain: async (commits) => {
      if (commits.every((commit) => complete.has(commit))) return true
      return inTurn(async () => {
        const missing = commits.filter((commit) => !complete.has(commit))
        const all = missing.length === 0 || (await obtain(missing, clone, sides.trees))
        if (all) for (const commit of missing) complete.add(commit)
        return all
      })
    },
    ...lines,
    diff: async (base, head) => diff(await trees(), prefix, base, head),
    read: async (commit, path) => (await objectNamed(await trees(), `${named(commit)}:${prefix}${path}`))?.content,
    paths: async (commit, under = '') => paths(await trees(), prefix, commit, under),
  }
}

function fail(): never {
  throw new EnvironmentError(gitReason('FM-GIT-NO-REPOSITORY', { says: 'The working directory is in no git repository, and nothing was fetched yet.' }))
}

async function tip(at: Side, ref: string): Promise<ObjectName | undefined> {
  const args = ['ls-remote', '--quiet', at.remote, ref, `${ref}^{}`]
  const finished = await at.run(args, { lazy: true })
  if (finished.code !== 0) throw failure(args, finished, 'FM-GIT-FETCH')
  const lines = Buffer.from(finished.stdout).toString('utf8').split('\n').map((line) => line.split('\t'))
  const peeled = lines.find(([, name]) => name === `${ref}^{}`) ?? lines.find(([, name]) => name === ref)
  return peeled?.[0]
}

async function obtain(commits: readonly ObjectName[], clone: View | undefined, trees: Once<Side>): Promise<boolean> {
  const wanted = [...new Set(commits.map(named))]
  const here = trees.begun() ? await trees() : clone
  const missing = here === undefined ? wanted : await lacking(here, wanted)
  if (missing.length === 0) return true
  const side = await trees()
  if (!(await fetchInto(side, 'trees', missing, 1))) return false
  return (await lacking(side, wanted)).length === 0
}

/** Which of the commits, or of their folders, are not there. */
async function lacking(at: View, commits: readonly ObjectName[]): Promise<readonly ObjectName[]> {
  const args = ['cat-file', '--batch-check']
  const finished = await at.run(args, { input: commits.map((commit) => `${commit}^{tree}\n`).join('') })
  const answers = Buffer.from(finished.stdout).toString('latin1').split('\n')
  return commits.filter((_, index) => !/^[0-9a-f]+ tree \d+$/.test(answers[index] ?? ''))
}

async function diff(at: View, prefix: string, base: ObjectName, head: ObjectName): Promise<readonly TreeChange[]> {
  const scope = prefix === '' ? '--no-relative' : `--relative=${prefix}`
  return parseRawDiff(await succeed(at, ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--ignore-submodules=none', scope, named(base), named(head), '--'], { lazy: true }))
}

async function paths(at: View, prefix: string, commit: ObjectName, under: string): Promise<readonly string[]> {
  const skipped = Buffer.byteLength(prefix)
  const folder = `${prefix}${under === '' || under === '.' ? '' : `${under.replace(/\/+$/, '')}/`}`
  const output = Buffer.from(await succeed(at, ['--literal-pathspecs', 'ls-tree', '-r', '-z', '--full-tree', named(commit), ...(folder === '' ? [] : ['--', folder])], { lazy: true }))
  const found: string[] = []
  for (let start = 0, end = output.indexOf(0); end !== -1; start = end + 1, end = output.indexOf(0, start)) {
    const tab = output.indexOf(0x09, start)
    const isFile = output.toString('latin1', start + 7, start + 11) === 'blob'
    if (isFile) found.push(pathName(output.subarray(tab + 1 + skipped, end)))
  }
  return found
}

/** An object name and nothing else: what stands where git takes options or ranges must not be chosen by an event. */
function named(commit: ObjectName): ObjectName {
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return commit
  throw new EnvironmentError(gitReason('FM-GIT-SURPRISE', { says: `${JSON.stringify(commit)} is no object name.` }))
}
