import type { ObjectName } from '@fermata/ports'
import { shownCommit, shownName } from '../display.ts'
import type { Base, Branch } from '../resolve/plan.ts'
import { commitNamed, forgeCode, liesBelow, type Named, parentsOf } from './commits.ts'
import { isMiss, miss, type Miss, type Sources } from './outcome.ts'

/** Finds the base of a head as a plan asks for it. A base with a name of its own needs no head: `commitNamed` finds it. */
export async function findBase(base: Exclude<Base, { by: 'name' }>, { id: head }: Named, sources: Sources): Promise<Named | Miss> {
  switch (base.by) {
    case 'first-parent':
      return firstParent(head, base.second, sources)
    case 'fork':
      return fork(head, await branchName(base.branch, sources), sources)
    case 'known-fork':
      return knownFork(head, base.refs, sources)
    case 'merge-base': {
      const other = await commitNamed(base.with, sources)
      return isMiss(other) ? other : ancestorOf(await sources.git.mergeBase(other.id, head), head, base.with)
    }
    case 'previous-tag': {
      const found = await sources.git.previousTag(head, base.pattern)
      return found === undefined ? miss('FM-CHANGES-FIRST-TAG', `No tag like ${shownName(base.pattern)} lies in the history of ${shownCommit(head)}.`, true) : { id: found.commit }
    }
    case 'previous-release':
      return previousRelease(head, base.tag, base.prereleases, sources)
  }
}

/** The name of a branch, asking the forge which one is the default. */
export async function branchName(branch: Branch, { forge }: Sources): Promise<string> {
  return branch === 'default' ? forge.defaultBranch() : branch.name
}

async function firstParent(head: ObjectName, second: ObjectName | undefined, sources: Sources): Promise<Named | Miss> {
  const parents = await parentsOf(head, sources)
  if (isMiss(parents)) return parents
  const [parent, merged, ...more] = parents
  const asExpected = second === undefined ? parent !== undefined && merged === undefined : merged === second && more.length === 0
  if (parent !== undefined && asExpected) return { id: parent }
  const says = second === undefined ? `${shownCommit(head)} has ${parents.length} parents, and one was expected.` : `${shownCommit(head)} is no merge of ${shownCommit(second)}.`
  return miss('FM-CHANGES-NOT-THAT-MERGE', says)
}

/**
 * Where a head left a branch. In a clone that has both, git tells; otherwise one call to the forge does, and without a token
 * the tip of the branch and as much history as it takes are fetched.
 */
async function fork(head: ObjectName, branch: string, sources: Sources): Promise<Named | Miss> {
  const { git, forge } = sources
  const tip = (await git.resolve(`refs/remotes/origin/${branch}`)) ?? (await git.resolve(`refs/heads/${branch}`))
  if (tip !== undefined) {
    const found = await git.mergeBase(tip.id, head)
    if (found !== 'unknown') return ancestorOf(found, head, branch)
  }
  try {
    return { id: (await forge.compare(branch, head)).mergeBase }
  } catch (error) {
    const code = forgeCode(error)
    if (code === undefined) throw error
    if (code === 'FM-FORGE-NO-COMMON-ANCESTOR') return ancestorOf('none', head, branch)
  }
  const remote = await git.tip(`refs/heads/${branch}`)
  return remote === undefined ? miss('FM-CHANGES-NO-COMMIT', `The remote has no branch ${shownName(branch)}.`) : ancestorOf(await git.mergeBase(remote, head), head, branch)
}

async function knownFork(head: ObjectName, refs: readonly string[], { git }: Sources): Promise<Named | Miss> {
  for (const ref of refs) {
    const tip = await git.resolve(ref)
    if (tip !== undefined) return ancestorOf(await git.mergeBase(tip.id, head), head, ref)
  }
  return miss('FM-CHANGES-NO-COMMIT', 'This clone has no branch that is known to be the default branch.')
}

function ancestorOf(found: ObjectName | 'none' | 'unknown', head: ObjectName, other: string): Named | Miss {
  if (found !== 'none' && found !== 'unknown') return { id: found }
  const says = found === 'none' ? `${shownCommit(head)} and ${shownName(other)} share no commit.` : `Where ${shownCommit(head)} left ${shownName(other)} is not in the history that can be reached.`
  return miss('FM-CHANGES-NO-COMMON-ANCESTOR', says, found === 'none')
}

/** Releases are listed newest first; drafts are not published, and a stable release is not compared with a prerelease. */
async function previousRelease(head: ObjectName, tag: string, prereleases: boolean, sources: Sources): Promise<Named | Miss> {
  for await (const release of sources.forge.releases()) {
    if (release.draft || release.tag === tag || (release.prerelease && !prereleases)) continue
    const commit = await commitNamed(`refs/tags/${release.tag}`, sources)
    if (!isMiss(commit) && commit.id !== head && (await liesBelow(commit.id, head, sources))) return { id: commit.id }
  }
  return miss('FM-CHANGES-FIRST-RELEASE', `No published release lies in the history of ${shownName(tag)}.`, true)
}
