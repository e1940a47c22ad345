import type { Trigger } from '@fermata/ports'
import * as z from 'zod/mini'
import { headOf, reading, refBelow, refName, sha } from './payload.ts'
import type { Branch, Plan } from './plan.ts'
import { tagPlan } from './tag.ts'

/** schedule, workflow_dispatch, repository_dispatch and the like: one commit. "The last commit" would be a guess that loses changes. */
export function planSingleCommit(trigger: Trigger): Plan {
  const head = headOf(trigger)
  if (head === undefined) return { kind: 'unknown', code: 'FM-CHANGES-BAD-PAYLOAD', says: 'GITHUB_SHA is no object name.', head: undefined }
  const branch = refBelow('refs/heads/', trigger.ref)
  return noBase(head, branch === undefined ? ['default'] : [{ name: branch }])
}

const deployment = z.object({ deployment: z.object({ sha }) })

/** deployment, deployment_status: the commit that is deployed. */
export function planDeployment(trigger: Trigger): Plan {
  return reading(deployment, trigger, ({ deployment: { sha: head } }) => noBase(head, ['default']))
}

const created = z.object({ ref: refName, ref_type: z.enum(['branch', 'tag']) })

/** create: a new branch or tag. The push event of the same moment says the same. */
export function planCreate(trigger: Trigger): Plan {
  return reading(created, trigger, ({ ref, ref_type }) => {
    const head = headOf(trigger)
    if (head === undefined) return { kind: 'unknown', code: 'FM-CHANGES-BAD-PAYLOAD', says: 'GITHUB_SHA is no object name.', head: undefined }
    if (ref_type === 'tag') return tagPlan(ref, head, undefined)
    return { kind: 'compare', candidates: [{ head, base: { by: 'fork', branch: 'default' }, strategy: 'fork-of-default', why: 'that is where the branch left the one it came from' }], branches: [{ name: ref }, 'default'] }
  })
}

const comment = z.object({ issue: z.object({ number: z.int(), pull_request: z.optional(z.looseObject({})) }) })

/** issue_comment: of a pull request, its head as data; of an issue, the commit of the run. */
export function planIssueComment(trigger: Trigger): Plan {
  return reading(comment, trigger, ({ issue }) => (issue.pull_request === undefined ? planSingleCommit(trigger) : { kind: 'ask-pull-request', number: issue.number }))
}

export function noBase(head: string, branches: readonly Branch[]): Plan {
  return { kind: 'everything', head, everything: { strategy: 'all', code: 'FM-CHANGES-NO-BASE', why: 'the event names nothing to compare with' }, branches }
}
