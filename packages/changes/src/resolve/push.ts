import type { Trigger } from '@fermata/ports'
import * as z from 'zod/mini'
import { isZero, reading, refBelow, refName, repositoryWithDefault, sha } from './payload.ts'
import type { Branch, Candidate, Plan } from './plan.ts'
import { tagPlan } from './tag.ts'

const payload = z.object({
  ref: refName,
  before: sha,
  after: sha,
  forced: z.optional(z.boolean()),
  base_ref: z.optional(z.nullable(refName)),
  repository: repositoryWithDefault,
})

/**
 * push: an existing branch, a new one, a forced one, the first one, a tag, or a deletion.
 * `before` is zeros for what is new, 40 or 64 of them by the repository's hash.
 */
export function planPush(trigger: Trigger): Plan {
  return reading(payload, trigger, ({ ref, before, after, forced = false, base_ref, repository }) => {
    if (isZero(after)) return { kind: 'nothing', code: 'FM-CHANGES-BRANCH-DELETED', why: 'The push deleted the branch or tag.' }
    const tag = refBelow('refs/tags/', ref)
    if (tag !== undefined) return tagPlan(tag, after, isZero(before) ? undefined : before)
    const branch = refBelow('refs/heads/', ref)
    const isDefault = branch !== undefined && branch === repository?.default_branch
    const byDefault: Branch = repository?.default_branch === undefined ? 'default' : { name: repository.default_branch }
    const branches: readonly Branch[] = [...(branch === undefined ? [] : [{ name: branch }]), ...(isDefault ? [] : [byDefault])]
    if (isZero(before)) {
      const none = { strategy: 'first-push', code: 'FM-CHANGES-FIRST-PUSH', why: 'it brought the first commits' } as const
      if (isDefault) return { kind: 'everything', head: after, everything: none, branches }
      return { kind: 'compare', candidates: newBranch(after, refBelow('refs/heads/', base_ref ?? undefined), byDefault), none, branches }
    }
    const previous: Candidate = { head: after, base: { by: 'name', name: before }, strategy: forced ? 'force-push-before' : 'push-before', why: forced ? 'that is what the branch was before it was overwritten' : 'that is what the branch was before the push' }
    return { kind: 'compare', candidates: forced && !isDefault ? [previous, ...newBranch(after, undefined, byDefault)] : [previous], branches }
  })
}

/** A new branch is compared with where it left the branch that it was made from, else the default branch. */
function newBranch(after: string, from: string | undefined, byDefault: Branch): readonly Candidate[] {
  const fork = (branch: Branch): Candidate => ({ head: after, base: { by: 'fork', branch }, strategy: 'fork-of-default', why: 'that is where the branch left the one it came from' })
  return [...(from === undefined ? [] : [fork({ name: from })]), fork(byDefault)]
}
