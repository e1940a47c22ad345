import type { ObjectName } from '@fermata/ports'
import { shownName } from '../display.ts'
import { asking, isMiss, miss, type Miss, type Sources } from './outcome.ts'

/** A commit by its object name. Without a clone nobody has looked yet whether there is one: who compares it, will. */
export interface Named {
  readonly id: ObjectName
}

const objectName = /^([0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * The commit that a name stands for: in the clone, else in the remote, by object name or by ref.
 * Branches are also looked for as the remote's, since a runner's clone seldom has any of its own.
 */
export async function commitNamed(name: string, sources: Sources): Promise<Named | Miss> {
  const { git } = sources
  const here = await git.resolve(name)
  if (here !== undefined) return here
  if (objectName.test(name)) return git.hasClone ? obtained(name, sources) : { id: name }
  const remote = name.startsWith('refs/') ? undefined : await git.resolve(`refs/remotes/origin/${name}`)
  if (remote !== undefined) return remote
  for (const ref of name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`]) {
    const tip = /^refs\/(heads|tags)\//.test(ref) ? await git.tip(ref) : undefined
    if (tip !== undefined) return obtained(tip, sources)
  }
  return unknown(name)
}

/** The parents that are written in a commit, which is fetched where it is missing. */
export async function parentsOf(commit: ObjectName, { git }: Sources): Promise<readonly ObjectName[] | Miss> {
  const here = (await git.resolve(commit)) ?? ((await git.obtain([commit])) ? await git.resolve(commit) : undefined)
  return here?.parents ?? unknown(commit)
}

async function obtained(name: ObjectName, { git }: Sources): Promise<Named | Miss> {
  const fetched = await asking(async () => ({ there: await git.obtain([name]) }))
  if (isMiss(fetched)) return { certain: false, reason: { ...fetched.reason, message: `${shownName(name)} is not in this clone. ${fetched.reason.message}` } }
  return (fetched.there ? await git.resolve(name) : undefined) ?? unknown(name)
}

function unknown(name: string): Miss {
  return miss('FM-CHANGES-NO-COMMIT', `Neither this clone nor its remote has ${shownName(name)}.`)
}

/**
 * Whether one commit lies in the history of another. The clone is asked first, then the forge, and last the whole history is fetched.
 * A commit that the forge does not have any longer was overwritten: it lies in nobody's history.
 */
export async function liesBelow(ancestor: ObjectName, descendant: ObjectName, { git, forge }: Sources): Promise<boolean> {
  if (ancestor === descendant) return true
  const here = await git.isAncestor(ancestor, descendant)
  if (here !== 'unknown') return here
  try {
    const { status } = await forge.compare(ancestor, descendant)
    return status === 'ahead' || status === 'identical'
  } catch (error) {
    const code = forgeCode(error)
    if (code === 'FM-FORGE-NOT-FOUND' || code === 'FM-FORGE-NO-COMMON-ANCESTOR') return false
    if (code === undefined) throw error
  }
  return (await git.mergeBase(ancestor, descendant)) === ancestor
}

/** The code of an error that came from the forge, which alone means that somebody else may be asked. */
export function forgeCode(error: unknown): string | undefined {
  const code = (error as { readonly reason?: { readonly code?: unknown } } | undefined)?.reason?.code
  return typeof code === 'string' && code.startsWith('FM-FORGE-') ? code : undefined
}
