import type { Invocation, ObjectName } from '@fermata/ports'
import { ConfigurationError, didYouMean, EnvironmentError, type Problem } from '@fermata/verdict'
import { changesReason } from '../codes.ts'
import { shownName } from '../display.ts'
import type { DetectRequest } from '../request.ts'
import { planFor } from '../resolve/event.ts'
import { planLocal } from '../resolve/local.ts'
import { refName } from '../resolve/payload.ts'
import type { Branch, Plan } from '../resolve/plan.ts'
import { commitNamed, type Named } from './commits.ts'
import { lastDeployments } from './last-deploy.ts'
import { lastSuccess } from './last-success.ts'
import { asking, isMiss, type Miss, type Pinned, type PinnedPerService, type Resolution, type Sources } from './outcome.ts'
import { everything, inOrder, knownPullRequest, pin, unresolved } from './plan.ts'
import * as z from 'zod/mini'

/** What decides the two commits: some of the request, and who started the run. */
export type PinRequest = Pick<DetectRequest, 'since' | 'environment' | 'base' | 'head'>

/** What is compared for this request: named commits first, then `since`, then what the event says. */
export async function resolveChanges(request: PinRequest, invocation: Pick<Invocation, 'trigger' | 'workflow'>, services: (head: ObjectName) => Promise<readonly string[]>, sources: Sources): Promise<Resolution> {
  refuseContradictions(request)
  const { since, base, head } = request
  const event = head === undefined ? planFor(invocation.trigger) : planLocal(head)
  if (since === 'event' && base === undefined) return pin(event, sources)
  if (event.kind === 'nothing') return pin(event, sources)
  const chosen = base ?? (sinceWords.includes(since) ? undefined : since)
  // Asked for at the same moment: git answers both in one process.
  const [found, given] = await Promise.all([headOf(event, sources), chosen === undefined ? undefined : asking(() => commitNamed(chosen, sources))])
  if (isMiss(found)) return unresolved(undefined, [found.reason])
  const { commit, branches } = found
  if (chosen !== undefined && given !== undefined) return comparedWith(chosen, given, commit)
  switch (since) {
    case 'all':
      return everything(commit, { strategy: 'all', code: 'FM-CHANGES-ALL-ASKED', why: 'all were asked for' }, [])
    case 'last-success':
      return sinceSuccess(invocation.workflow, branches, commit, sources)
    default:
      return sinceDeploy(request.environment as string, commit, services, sources)
  }
}

/** What `since` can be beside a name of a commit. */
const sinceWords = ['event', 'last-success', 'last-deploy', 'all']

function refuseContradictions({ since, environment, base, head }: PinRequest): void {
  const problems: Problem[] = []
  if (base !== undefined && since !== 'event') problems.push({ says: `The inputs since (${shownName(since)}) and base (${shownName(base)}) both say what to compare with.`, remedy: 'Give one of them.' })
  if (since === 'last-deploy' && environment === undefined) problems.push({ says: 'The input since is last-deploy, and no environment is named.', remedy: 'Set the input environment, for example to production.' })
  for (const [input, name] of [['since', since], ['base', base], ['head', head]] as const) {
    if (name !== undefined && !z.safeParse(refName, name.replace(/[~^]\d*|@\{\d+\}/g, '')).success) problems.push({ says: `The input ${input}: ${shownName(name)} cannot be the name of a commit.`, remedy: 'Give a branch, a tag or a commit. Ranges such as a..b are not taken: base and head are two inputs.' })
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
}

/** The head that an event speaks of, for a base that the caller chose. */
async function headOf(plan: Plan, sources: Sources): Promise<{ readonly commit: Named; readonly branches: readonly Branch[] } | Miss> {
  switch (plan.kind) {
    case 'ask-pull-request': {
      const known = await knownPullRequest(plan.number, sources)
      return isMiss(known) ? known : headOf(known, sources)
    }
    case 'unknown':
    case 'everything':
    case 'compare': {
      const names = plan.kind === 'compare' ? (await inOrder(plan, sources)).map(({ head }) => head) : plan.head === undefined ? [] : [plan.head]
      let last: Miss = { certain: false, reason: changesReason('FM-CHANGES-NO-COMMIT', { says: plan.kind === 'unknown' ? plan.says : 'The event names no commit.' }) }
      for (const name of new Set(names)) {
        const commit = await asking(() => commitNamed(name, sources))
        if (!isMiss(commit)) return { commit, branches: plan.kind === 'unknown' ? ['default'] : plan.branches }
        last = commit
      }
      return last
    }
    case 'nothing':
      throw new Error('A plan for nothing has no head.')
  }
}

function comparedWith(name: string, base: Named | Miss, head: Named): Resolution {
  if (isMiss(base)) {
    const meant = didYouMean(name, sinceWords)
    return unresolved(head.id, [meant === undefined ? base.reason : { ...base.reason, remedy: `Did you mean ${meant}?` }])
  }
  return { kind: 'compare', head: head.id, base: base.id, strategy: 'given', why: 'the caller named it', instead: [] } satisfies Pinned
}

async function sinceSuccess(workflow: string | undefined, branches: readonly Branch[], head: Named, sources: Sources): Promise<Resolution> {
  if (workflow === undefined) throw new ConfigurationError([{ says: 'The input since is last-success, and it is not known which workflow this is.', remedy: 'Run inside of a workflow, or name the base with the input base.' }])
  const found = await asking(() => lastSuccess(workflow, branches, head, sources))
  if (!isMiss(found)) return { kind: 'compare', head: head.id, base: found.id, strategy: 'last-success', why: 'that is the newest successful run in its history', instead: [] } satisfies Pinned
  if (!found.certain) return unresolved(head.id, [found.reason])
  return everything(head, { strategy: 'last-success', code: 'FM-CHANGES-FIRST-SUCCESS', why: 'no earlier run succeeded in its history' }, [found.reason])
}

async function sinceDeploy(environment: string, head: Named, services: (head: ObjectName) => Promise<readonly string[]>, sources: Sources): Promise<Resolution> {
  const ids = await services(head.id)
  try {
    const { groups, never } = await lastDeployments(environment, ids, head, sources)
    return { kind: 'per-service', head: head.id, environment, groups, never, strategy: 'last-deploy', why: 'that is the last deployment of each service' } satisfies PinnedPerService
  } catch (error) {
    if (error instanceof EnvironmentError) return unresolved(head.id, [error.reason])
    throw error
  }
}
