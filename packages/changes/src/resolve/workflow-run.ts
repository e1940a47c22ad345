import type { Trigger } from '@fermata/ports'
import * as z from 'zod/mini'
import { reading, refName, repositoryWithDefault, sha } from './payload.ts'
import type { Branch, Plan } from './plan.ts'
import { noBase } from './single-commit.ts'

const payload = z.object({
  workflow_run: z.object({
    head_sha: sha,
    head_branch: z.optional(z.nullable(refName)),
    event: z.optional(z.string()),
    pull_requests: z.optional(z.nullable(z.array(z.object({ number: z.int(), base: z.object({ ref: refName }) })))),
  }),
  repository: repositoryWithDefault,
})

/**
 * workflow_run: the commit of the run that ended, as data. What it was compared with then is not in the payload: of a pull request it is
 * where it left its base (of a fork's, the default branch, since GitHub names no pull requests there), of another branch where it left
 * the default branch. On the default branch itself there is nothing.
 */
export function planWorkflowRun(trigger: Trigger): Plan {
  return reading(payload, trigger, ({ workflow_run: run, repository }) => {
    const byDefault: Branch = repository?.default_branch === undefined ? 'default' : { name: repository.default_branch }
    const [pull] = run.pull_requests ?? []
    const ofPullRequest = run.event?.startsWith('pull_request') === true
    const branch = run.head_branch ?? undefined
    if (!ofPullRequest && (branch === undefined || branch === repository?.default_branch)) return noBase(run.head_sha, [byDefault])
    const base: Branch = pull === undefined ? byDefault : { name: pull.base.ref }
    return {
      kind: 'compare',
      candidates: [{ head: run.head_sha, base: { by: 'fork', branch: base }, strategy: ofPullRequest ? 'pull-request-fork' : 'fork-of-default', why: 'that is where the branch of the run left its base' }],
      branches: [...(branch === undefined ? [] : [{ name: branch }]), base],
      ...(pull !== undefined && { pullRequest: pull.number }),
    }
  })
}
