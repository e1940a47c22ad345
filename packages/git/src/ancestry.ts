import type { Git, ObjectName } from '@fermata/ports'
import { commitOf } from './objects.ts'
import type { Once } from './once.ts'
import { factsOf, fetchInto, type Side } from './side.ts'
import { failure, objectNamed, type View } from './view.ts'

export type Ancestry = Pick<Git, 'mergeBase' | 'isAncestor' | 'previousTag'>

/** Each step costs a round trip, and each has eight times the history of the one before. The last is git's own word for all of it. */
const depths = [64, 512, 4096, 0x7fffffff]

/** Questions about who descends from whom. Asked of the clone first; where its history ends, of a side repository that has more. */
export function ancestry(clone: View | undefined, history: Once<Side>): Ancestry {
  const here = async (): Promise<View | undefined> => (history.begun() ? history() : clone)
  const complete = async (): Promise<boolean> => clone !== undefined && !(await factsOf(clone)).shallow
  return {
    mergeBase: async (a, b) => {
      const at = await here()
      const first = at === undefined ? 'missing' : await mergeBaseIn(at, a, b)
      if (first !== 'missing' && (first !== 'none' || (await complete()))) return first
      return deepened(await history(), a, b, first === 'missing' && (await complete()) ? [undefined] : depths)
    },
    isAncestor: async (ancestor, descendant) => {
      const at = await here()
      if (at === undefined) return 'unknown'
      const args = ['merge-base', '--is-ancestor', ancestor, descendant]
      const finished = await at.run(args)
      if (finished.code === 0) return true
      if (finished.code === 1) return (await complete()) ? false : 'unknown'
      if (finished.code === 128) return 'unknown'
      throw failure(args, finished)
    },
    previousTag: async (commit, pattern) => {
      if (clone !== undefined && (await complete())) return nearestTag(clone, commit, pattern)
      const side = await history()
      await fetchInto(side, 'history', [commit, 'refs/tags/*:refs/tags/*' as 'refs/tags/*'], depths.at(-1))
      return nearestTag(side, commit, pattern)
    },
  }
}

async function deepened(side: Side, a: ObjectName, b: ObjectName, steps: readonly (number | undefined)[]): Promise<ObjectName | 'none' | 'unknown'> {
  for (const depth of steps) {
    if (!(await fetchInto(side, 'history', [a, b], depth))) return 'unknown'
    const found = await mergeBaseIn(side, a, b)
    if (found !== 'none' && found !== 'missing') return found
    if (depth === steps.at(-1)) return found === 'none' ? 'none' : 'unknown'
  }
  return 'unknown'
}

async function mergeBaseIn(at: View, a: ObjectName, b: ObjectName): Promise<ObjectName | 'none' | 'missing'> {
  const args = ['merge-base', a, b]
  const finished = await at.run(args)
  if (finished.code === 0) return Buffer.from(finished.stdout).toString('latin1').trim()
  if (finished.code === 1) return 'none'
  if (finished.code === 128) return 'missing'
  throw failure(args, finished)
}

/** `git describe` from the first parent: the line that releases are made of. A commit without parents has nothing before it. */
async function nearestTag(at: View, commit: ObjectName, pattern: string): Promise<{ readonly tag: string; readonly commit: ObjectName } | undefined> {
  const self = await objectNamed(at, `${commit}^{commit}`)
  const parent = self === undefined ? undefined : commitOf(self).parents[0]
  if (parent === undefined) return undefined
  const args = ['describe', '--tags', '--abbrev=0', `--match=${pattern}`, parent]
  const finished = await at.run(args)
  if (finished.code !== 0) {
    if (/No names found|No tags can describe|cannot describe/i.test(finished.stderr)) return undefined
    throw failure(args, finished)
  }
  const tag = Buffer.from(finished.stdout).toString('utf8').trim()
  const found = await objectNamed(at, `refs/tags/${tag}^{commit}`)
  return found === undefined ? undefined : { tag, commit: found.id }
}
