import type { Reason } from '@fermata/verdict'
import { changesReason } from '../codes.ts'
import type { Candidate, Everything, Plan } from '../resolve/plan.ts'
import { planKnownPullRequest } from '../resolve/pull-request.ts'
import { findBase } from './bases.ts'
import { commitNamed, type Named } from './commits.ts'
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
  let known: Named | undefined
  for (const candidate of await inOrder(plan, sources)) {
    const tried = await pair(candidate, sources)
    known ??= tried.head
    if ('miss' in tried) {
      misses.push(tried.miss)
      continue
    }
    const { head, base } = tried
    const { strategy, why } = candidate
    return { kind: 'compare', head: head.id, base: base.id, strategy, why, instead: misses.map(({ reason }) => reason), ...(plan.pullRequest !== undefined && { pullRequest: plan.pullRequest }) }
  }
  const reasons = misses.map(({ reason }) => reason)
  return known !== undefined && plan.none !== undefined && misses.every(({ certain }) => certain) ? everything(known, plan.none, reasons) : unresolved(known?.id, reasons)
}

type Tried = { readonly head: Named; readonly base: Named } | { readonly head: Named | undefined; readonly miss: Miss }

/** The two commits of a candidate. Where both have names they are looked up at the same moment, by one process. */
async function pair({ head: name, base: how }: Candidate, sources: Sources): Promise<Tried> {
  const naming = asking(() => commitNamed(name, sources))
  const basing = how.by === 'name' ? asking(() => commitNamed(how.name, sources)) : naming.then((head) => (isMiss(head) ? head : asking(() => findBase(how, head, sources))))
  const [head, base] = await Promise.all([naming, basing])
  if (isMiss(head)) return { head: undefined, miss: head }
  return isMiss(base) ? { head, miss: base } : { head, base }
}

/**
 * What somebody checked out is what they build; the other candidates describe the same event from elsewhere.
 * Where nothing is checked out, what the API can answer goes first.
 */
export async function inOrder({ candidates, preferCheckedOut }: Extract<Plan, { kind: 'compare' }>, { git }: Sources): Promise<readonly Candidate[]> {
  if (preferCheckedOut !== true) return candidates
  const here = git.hasClone ? await git.resolve('HEAD') : undefined
  const first = ({ head, base }: Candidate) => (here === undefined ? base.by === 'fork' : head === here.id)
  return [...candidates.filter(first), ...candidates.filter((candidate) => !first(candidate))]
}

export function everything(head: Named, { strategy, code, why }: Everything, instead: readonly Reason[]): Resolution {
  return { kind: 'everything', head: head.id, strategy, why, reason: changesReason(code, { says: `All services count as changed: ${why}.` }), instead }
}

export function unresolved(head: string | undefined, reasons: readonly Reason[]): Resolution {
  return { kind: 'unresolved', head, strategy: 'unresolved', why: reasons[0]?.message ?? 'Nothing was tried.', reasons }
}
