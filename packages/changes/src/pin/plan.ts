import type { Commit } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { changesReason } from '../codes.ts'
import type { Candidate, Everything, Plan } from '../resolve/plan.ts'
import { planKnownPullRequest } from '../resolve/pull-request.ts'
import { findBase } from './bases.ts'
import { checkedOut, commitNamed } from './commits.ts'
import { asking, isMiss, type Miss, type Resolution, type Sources } from './outcome.ts'

/** Carries out a plan: the first candidate whose head and base are found. What was not found is kept, since it explains the choice. */
export async function pin(plan: Plan, sources: Sources): Promise<Resolution> {
  switch (plan.kind) {
    case 'nothing':
      return { kind: 'nothing', strategy: 'deleted', why: plan.why, reason: changesReason(plan.code, { says: plan.why }) }
    case 'unknown':
      return unresolved(plan.head, [changesReason(plan.code, { says: plan.says })])
    case 'ask-pull-request': {
      const known = await knownPullRequest(plan.number, sources)
      return isMiss(known) ? unresolved(undefined, [known.reason]) : pin(known, sources)
    }
    case 'everything': {
      const head = await asking(() => commitNamed(plan.head, sources))
      return isMiss(head) ? unresolved(undefined, [head.reason]) : everything(head, plan.everything, [])
    }
    case 'compare':
      return compare(plan, sources)
  }
}

export async function knownPullRequest(number: number, { forge }: Sources): Promise<Plan | Miss> {
  return asking(async () => planKnownPullRequest(await forge.pullRequest(number)))
}

async function compare(plan: Extract<Plan, { kind: 'compare' }>, sources: Sources): Promise<Resolution> {
  const misses: Miss[] = []
  let known: Commit | undefined
  for (const candidate of await inOrder(plan, sources)) {
    const head = await asking(() => commitNamed(candidate.head, sources))
    if (isMiss(head)) {
      misses.push(head)
      continue
    }
    known ??= head
    const found = await asking(() => findBase(candidate.base, head, sources))
    if (isMiss(found)) {
      misses.push(found)
      continue
    }
    const { strategy, why } = candidate
    return { kind: 'compare', head: head.id, base: found.base, strategy, why, instead: misses.map(({ reason }) => reason), ...(plan.pullRequest !== undefined && { pullRequest: plan.pullRequest }) }
  }
  const reasons = misses.map(({ reason }) => reason)
  return known !== undefined && plan.none !== undefined && misses.every(({ certain }) => certain) ? everything(known, plan.none, reasons) : unresolved(known?.id, reasons)
}

/** What somebody checked out is what they build; the other candidates describe the same event from elsewhere. */
async function inOrder({ candidates, preferCheckedOut }: Extract<Plan, { kind: 'compare' }>, sources: Sources): Promise<readonly Candidate[]> {
  if (preferCheckedOut !== true) return candidates
  const here = await checkedOut(sources)
  return [...candidates.filter(({ head }) => head === here?.id), ...candidates.filter(({ head }) => head !== here?.id)]
}

export function everything(head: Commit, { strategy, code, why }: Everything, instead: readonly Reason[]): Resolution {
  return { kind: 'everything', head: head.id, strategy, why, reason: changesReason(code, { says: `All services count as changed: ${why}.` }), instead }
}

export function unresolved(head: string | undefined, reasons: readonly Reason[]): Resolution {
  return { kind: 'unresolved', head, strategy: 'unresolved', why: reasons[0]?.message ?? 'Nothing was tried.', reasons }
}
