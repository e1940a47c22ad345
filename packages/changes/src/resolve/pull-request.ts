import type { PullRequest, Trigger } from '@fermata/ports'
import * as z from 'zod/mini'
import { headOf, reading, refName, sha } from './payload.ts'
import type { Candidate, Plan } from './plan.ts'

const pullRequest = z.object({
  number: z.int(),
  merged: z.optional(z.nullable(z.boolean())),
  merge_commit_sha: z.optional(z.nullable(sha)),
  commits: z.optional(z.number()),
  head: z.object({ sha, ref: refName }),
  base: z.object({ ref: refName }),
})
const payload = z.object({ action: z.optional(z.string()), pull_request: pullRequest })

interface Pull {
  readonly number: number
  readonly headSha: string
  readonly headRef: string | undefined
  readonly baseRef: string
}

/**
 * pull_request: the merge commit that GitHub made, with the branch that it was merged into. `pull_request.base.sha` is never taken:
 * it is neither that parent nor the merge base, and counts what others did as done here.
 */
export function planPullRequest(trigger: Trigger): Plan {
  return reading(payload, trigger, ({ action, pull_request: pull }) => {
    const known = { number: pull.number, headSha: pull.head.sha, headRef: pull.head.ref, baseRef: pull.base.ref }
    if (action === 'closed' && pull.merged === true && pull.merge_commit_sha) return merged(known, pull.merge_commit_sha, pull.commits)
    const own = headOf(trigger)
    const merge: readonly Candidate[] = own === undefined ? [] : [{ head: own, base: { by: 'first-parent', second: known.headSha }, strategy: 'merge-parent', why: 'the pull request is merged into that' }]
    return { kind: 'compare', candidates: [...merge, fork(known)], preferCheckedOut: true, ...about(known) }
  })
}

/** pull_request_target and reviews: the run's own commit is another one. The head is data: it is looked at, never checked out. */
export function planPullRequestData(trigger: Trigger): Plan {
  return reading(payload, trigger, ({ action, pull_request: pull }) => {
    const known = { number: pull.number, headSha: pull.head.sha, headRef: pull.head.ref, baseRef: pull.base.ref }
    if (action === 'closed' && pull.merged === true && pull.merge_commit_sha) return merged(known, pull.merge_commit_sha, pull.commits)
    return { kind: 'compare', candidates: [fork(known)], ...about(known) }
  })
}

/** A pull request that the forge was asked for. */
export function planKnownPullRequest(pull: PullRequest): Plan {
  const known = { number: pull.number, headSha: pull.headSha, headRef: undefined, baseRef: pull.baseRef }
  if (pull.merged && pull.mergeCommitSha !== undefined) return merged(known, pull.mergeCommitSha, undefined)
  return { kind: 'compare', candidates: [fork(known)], ...about(known) }
}

function fork({ headSha, baseRef }: Pull): Candidate {
  return { head: headSha, base: { by: 'fork', branch: { name: baseRef } }, strategy: 'pull-request-fork', why: 'that is where the pull request left its base' }
}

/**
 * A merge commit has its first parent. So has a squash of one commit. A squash of several looks like a rebase: both are compared with
 * where the pull request left its base, which may count commits that reached the base in between, and never misses one.
 */
function merged(pull: Pull, commit: string, commits: number | undefined): Plan {
  const merge: Candidate = { head: commit, base: { by: 'first-parent', second: pull.headSha }, strategy: 'merge-parent', why: 'the pull request was merged into that' }
  const single: Candidate = { head: commit, base: { by: 'first-parent' }, strategy: 'squash-parent', why: 'the one commit of the pull request was put on that' }
  const several: Candidate = { head: commit, base: { by: 'merge-base', with: pull.headSha }, strategy: 'merged-fork', why: 'that is where the merged pull request left its base' }
  return { kind: 'compare', candidates: [merge, commits === 1 ? single : several], ...about(pull) }
}

function about({ number, headRef, baseRef }: Pull) {
  return { branches: [...(headRef === undefined ? [] : [{ name: headRef }]), { name: baseRef }], pullRequest: number }
}
