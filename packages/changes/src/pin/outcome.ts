import type { ObjectName, Ports } from '@fermata/ports'
import { EnvironmentError, type Reason } from '@fermata/verdict'
import { changesReason } from '../codes.ts'
import type { StrategyName } from '../resolve/plan.ts'

/** Who is asked about commits. */
export type Sources = Pick<Ports, 'git' | 'forge'>

/** Two commits, and why these. */
export interface Pinned {
  readonly kind: 'compare'
  readonly head: ObjectName
  readonly base: ObjectName
  readonly strategy: StrategyName
  readonly why: string
  readonly pullRequest?: number
  /** What was tried before and did not lead to a base. */
  readonly instead: readonly Reason[]
}

/** One head, and for each group of services the commit of their last deployment. */
export interface PinnedPerService {
  readonly kind: 'per-service'
  readonly head: ObjectName
  readonly environment: string
  readonly groups: readonly { readonly base: ObjectName; readonly services: readonly string[] }[]
  /** Services without a deployment in the history of the head. */
  readonly never: readonly string[]
  readonly strategy: 'last-deploy'
  readonly why: string
}

/** What became of a plan. */
export type Resolution =
  | Pinned
  | PinnedPerService
  | { readonly kind: 'everything'; readonly head: ObjectName; readonly strategy: StrategyName; readonly why: string; readonly reason: Reason; readonly instead: readonly Reason[] }
  | { readonly kind: 'nothing'; readonly strategy: 'deleted'; readonly why: string; readonly reason: Reason }
  | { readonly kind: 'unresolved'; readonly head: ObjectName | undefined; readonly strategy: 'unresolved'; readonly why: string; readonly reasons: readonly Reason[] }

/** Why something was not found. `certain`: it does not exist, as opposed to: nobody could say. */
export interface Miss {
  readonly certain: boolean
  readonly reason: Reason
}

export function miss(code: Parameters<typeof changesReason>[0], says: string, certain = false): Miss {
  return { certain, reason: changesReason(code, { says }) }
}

/** Runs a question to git or the forge. That the world did not answer is an answer here, with its reason; a bug of ours is not. */
export async function asking<T extends object>(question: () => Promise<T | Miss>): Promise<T | Miss> {
  try {
    return await question()
  } catch (error) {
    if (error instanceof EnvironmentError) return { certain: false, reason: error.reason }
    throw error
  }
}

export function isMiss(answer: object): answer is Miss {
  return 'certain' in answer
}
