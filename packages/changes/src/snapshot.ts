import type { ObjectName, TreeChange } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { changesReason } from './codes.ts'
import { shownCommit } from './display.ts'
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
  if (sources.git.hasClone) return asking(() => byGit(wanted, sources))
  const listed = await asking(() => byApi(wanted, sources))
  if (!isMiss(listed)) return listed
  const fetched = await asking(() => byGit(wanted, sources))
  return isMiss(fetched) && !noToken.test(listed.reason.code) ? listed : fetched
}

/** Most runs have no need of the API: that nobody gave a token for it explains less than what git said. */
const noToken = /^FM-FORGE-NO-/

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

/** A file of a commit: from the clone, the forge, or what can be fetched. Undefined only when somebody has looked. */
export async function fileAt(commit: ObjectName, path: string, { git, forge }: Sources): Promise<Uint8Array | undefined> {
  if (!git.hasClone) {
    const answer = await asking(async () => ({ content: await forge.content(path, commit) }))
    if (!isMiss(answer)) return answer.content
  }
  if (await git.obtain([commit])) return git.read(commit, path)
  throw new EnvironmentError(changesReason('FM-CHANGES-NO-COMMIT', { says: `Neither this clone nor its remote has ${shownCommit(commit)}.` }))
}
