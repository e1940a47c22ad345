import type { Trigger } from '@fermata/ports'
import { shownName } from '../display.ts'
import { planLocal } from './local.ts'
import { planMergeGroup } from './merge-group.ts'
import { headOf } from './payload.ts'
import type { Plan } from './plan.ts'
import { planPullRequest, planPullRequestData } from './pull-request.ts'
import { planPush } from './push.ts'
import { planRelease } from './release.ts'
import { planCreate, planDeployment, planIssueComment, planSingleCommit } from './single-commit.ts'
import { planWorkflowRun } from './workflow-run.ts'

const plans: Readonly<Record<string, (trigger: Trigger) => Plan>> = {
  push: planPush,
  create: planCreate,
  delete: () => ({ kind: 'nothing', code: 'FM-CHANGES-BRANCH-DELETED', why: 'The event is the deletion of a branch or tag.' }),
  release: planRelease,
  pull_request: planPullRequest,
  pull_request_target: planPullRequestData,
  pull_request_review: planPullRequestData,
  pull_request_review_comment: planPullRequestData,
  issue_comment: planIssueComment,
  workflow_run: planWorkflowRun,
  merge_group: planMergeGroup,
  schedule: planSingleCommit,
  workflow_dispatch: planSingleCommit,
  repository_dispatch: planSingleCommit,
  deployment: planDeployment,
  deployment_status: planDeployment,
  local: () => planLocal(),
}

/** Which commits an event asks to compare. Pure: what it takes to find them is asked for later. An event that is not in the table is never guessed at. */
export function planFor(trigger: Trigger): Plan {
  const plan = Object.hasOwn(plans, trigger.event) ? plans[trigger.event] : undefined
  return plan?.(trigger) ?? { kind: 'unknown', code: 'FM-CHANGES-UNKNOWN-EVENT', says: `It is not known what the event ${shownName(trigger.event)} compares.`, head: headOf(trigger) }
}
