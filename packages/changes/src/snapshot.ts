import type { ObjectName, TreeChange } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { changesReason } from './codes.ts'
import { shownCommit } from './display.ts'
import { forgeCode } from './pin/commits.ts'
import { asking, isMiss, miss, type Miss, type Sources } from './pin/outcome.ts'

/** A path that differs. A rename is two: one gone, one new. */
export interface ChangedPath {
  readonly path: string
  readonly kind: TreeChange['kind']
}

/** What differs between two commits, who said so, and a way to look into files of both. */
export interface Difference {
  readonly paths: readonly ChangedPath[]
  readonly from: 'git' | 'api'
  read(commit: ObjectName, path: string): Promise<Uint8Array | undefined>
}

export interface Wanted {
  readonly base: ObjectName
  readonly head: ObjectName
  readonly pullRequest?: number | undefined
}

/**
 * The paths that differ between the trees of two commits, all of them or a miss.
 * In a clone git compares, after fetching what is missing. Without a clone the API is asked first, since it costs one call;
 * where its list ends early, or compares something else than these two trees, git fetches both without their files.
 */
export async function differenceOf(wanted: Wanted, sources: Sources): Promise<Difference | Miss> {
  const ways = [() => byGit(wanted, sources), () => byApi(wanted, sources)]
  let first: Miss | undefined
  for (const way of sources.git.hasClone ? ways : ways.toReversed()) {
    const answer = await asking(way)
    if (!isMiss(answer)) return answer
    first = preferred(first, answer)
  }
  return first as Miss
}

/** Of two reasons, the one that is not about a missing token: most runs have a clone and no need of one. */
function preferred(first: Miss | undefined, second: Miss): Miss {
  return first === undefined || /^FM-FORGE-NO-/.test(first.reason.code) ? second : first
}

async function byGit({ base, head }: Wanted, { git }: Sources): Promise<Difference | Miss> {
  if (!(await git.obtain([base, head]))) return miss('FM-CHANGES-NO-COMMIT', `Of ${shownCommit(base)} and ${shownCommit(head)} at least one is neither in this clone nor given by its remote.`)
  return { paths: await git.diff(base, head), from: 'git', read: (commit, path) => git.read(commit, path) }
}

async function byApi({ base, head, pullRequest }: Wanted, { forge }: Sources): Promise<Difference | Miss> {
  const compared = await forge.compare(base, head)
  // A comparison is between the merge base and the head: the same as between two trees only when the base is the merge base.
  if (compared.mergeBase !== base) return miss('FM-CHANGES-LIST-CUT', `The API compares ${shownCommit(head)} with ${shownCommit(compared.mergeBase)} and not with ${shownCommit(base)}.`)
  const list = compared.truncated && pullRequest !== undefined ? await wholePullRequest(pullRequest, head, forge) : compared
  if (list.truncated) return miss('FM-CHANGES-LIST-CUT', `The API names ${list.files.length} changed files and may have left out others.`)
  const paths = list.files.flatMap(({ path, status, previousPath }): readonly ChangedPath[] => {
    switch (status) {
      case 'added':
      case 'copied':
        return [{ path, kind: 'added' }]
      case 'removed':
        return [{ path, kind: 'deleted' }]
      case 'modified':
      case 'changed':
        return [{ path, kind: 'modified' }]
      case 'renamed':
        return [...(previousPath === undefined ? [] : [{ path: previousPath, kind: 'deleted' } as const]), { path, kind: 'added' }]
      case 'unchanged':
        return []
    }
  })
  if (paths.some(({ path }) => path.includes('\ufffd'))) return miss('FM-CHANGES-LIST-CUT', 'The API cannot write one of the changed names.')
  return { paths, from: 'api', read: (commit, path) => forge.content(path, commit) }
}

async function wholePullRequest(number: number, head: ObjectName, forge: Sources['forge']) {
  const pull = await forge.pullRequest(number)
  return pull.headSha === head ? forge.pullRequestFiles(number) : { files: [], truncated: true }
}

/** A file of a commit, from the clone, what can be fetched, or the forge. Undefined only when somebody has looked. */
export async function fileAt(commit: ObjectName, path: string, { git, forge }: Sources): Promise<Uint8Array | undefined> {
  const here = await asking(async () => ({ there: await git.obtain([commit]) }))
  if (!isMiss(here) && here.there) return git.read(commit, path)
  try {
    return await forge.content(path, commit)
  } catch (error) {
    if (forgeCode(error) === undefined) throw error
    const reason = isMiss(here) ? here.reason : changesReason('FM-CHANGES-NO-COMMIT', { says: `Neither this clone nor its remote has ${shownCommit(commit)}.` })
    throw new EnvironmentError(reason, { cause: error })
  }
}
