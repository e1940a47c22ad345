import type { Commit, ObjectName } from '@fermata/ports'
import { shownCommit, shownName } from '../display.ts'
import type { Base, Branch } from '../resolve/plan.ts'
import { commitNamed, forgeCode, liesBelow } from './commits.ts'
import { isMiss, miss, type Miss, type Sources } from './outcome.ts'

interface Found {
  readonly base: ObjectName
}

/** Finds the base of a head as a plan asks for it. */
export async function findBase(base: Base, head: Commit, sources: Sources): Promise<Found | Miss> {
  switch (base.by) {
    case 'name': {
      const commit = await commitNamed(base.name, sources)
      return isMiss(commit) ? commit : { base: commit.id }
    }
    case 'first-parent':
      return firstParent(head, base.second)
    case 'fork':
      return fork(head.id, await branchName(base.branch, sources), sources)
    case 'merge-base': {
      const other = await commitNamed(base.with, sources)
      return isMiss(other) ? other : ancestorOf(await sources.git.mergeBase(other.id, head.id), head.id, base.with)
    }
    case 'previous-tag': {
      const found = await sources.git.previousTag(head.id, base.pattern)
      return found === undefined ? miss('FM-CHANGES-FIRST-TAG', `No tag like ${shownName(base.pattern)} lies in the history of ${shownCommit(head.id)}.`, true) : { base: found.commit }
    }
    case 'previous-release':
      return previousRelease(head.id, base.tag, base.prereleases, sources)
  }
}

/** The name of a branch, asking the forge which one is the default. */
export async function branchName(branch: Branch, { forge }: Sources): Promise<string> {
  return branch === 'default' ? forge.defaultBranch() : branch.name
}

function firstParent(head: Commit, second: ObjectName | undefined): Found | Miss {
  const [parent, merged, ...more] = head.parents
  const asExpected = second === undefined ? parent !== undefined && merged === undefined : merged === second && more.length === 0
  if (parent !== undefined && asExpected) return { base: parent }
  const says = second === undefined ? `${shownCommit(head.id)} has ${head.parents.length} parents, and one was expected.` : `${shownCommit(head.id)} is no merge of ${shownCommit(second)}.`
  return miss('FM-CHANGES-NOT-THAT-MERGE', says)
}

/**
 * Where a head left a branch. In a clone that has both, git tells; otherwise one call to the forge does, and without a token
 * the tip of the branch and as much history as it takes are fetched.
 */
async function fork(head: ObjectName, branch: string, sources: Sources): Promise<Found | Miss> {
  const { git, forge } = sources
  const tip = (await git.resolve(`refs/remotes/origin/${branch}`)) ?? (await git.resolve(`refs/heads/${branch}`))
  if (tip !== undefined) {
    const found = await git.mergeBase(tip.id, head)
    if (found !== 'unknown') return ancestorOf(found, head, branch)
  }
  try {
    return { base: (await forge.compare(branch, head)).mergeBase }
  } catch (error) {
    const code = forgeCode(error)
    if (code === undefined) throw error
    if (code === 'FM-FORGE-NO-COMMON-ANCESTOR') return ancestorOf('none', head, branch)
  }
  const remote = await git.tip(`refs/heads/${branch}`)
  return remote === undefined ? miss('FM-CHANGES-NO-COMMIT', `The remote has no branch ${shownName(branch)}.`) : ancestorOf(await git.mergeBase(remote, head), head, branch)
}

function ancestorOf(found: ObjectName | 'none' | 'unknown', head: ObjectName, other: string): Found | Miss {
  if (found !== 'none' && found !== 'unknown') return { base: found }
  const says = found === 'none' ? `${shownCommit(head)} and ${shownName(other)} share no commit.` : `Where ${shownCommit(head)} left ${shownName(other)} is not in the history that can be reached.`
  return miss('FM-CHANGES-NO-COMMON-ANCESTOR', says, found === 'none')
}

/** Releases are listed newest first; drafts are not published, and a stable release is not compared with a prerelease. */
async function previousRelease(head: ObjectName, tag: string, prereleases: boolean, sources: Sources): Promise<Found | Miss> {
  for await (const release of sources.forge.releases()) {
    if (release.draft || release.tag === tag || (release.prerelease && !prereleases)) continue
    const commit = await commitNamed(`refs/tags/${release.tag}`, sources)
    if (!isMiss(commit) && commit.id !== head && (await liesBelow(commit.id, head, sources))) return { base: commit.id }
  }
  return miss('FM-CHANGES-FIRST-RELEASE', `No published release lies in the history of ${shownName(tag)}.`, true)
}
