import type { ObjectName } from '@fermata/ports'
import type { ChangesCode } from '../codes.ts'

/** How the base is found once the head is known. Pure data: `pin` carries it out. */
export type Base =
  /** A commit, or a ref of this clone, that somebody named. */
  | { readonly by: 'name'; readonly name: string }
  /** What the head was merged into. `second`: only if the head is the merge of exactly this commit. */
  | { readonly by: 'first-parent'; readonly second?: ObjectName }
  /** Where the head left a branch. */
  | { readonly by: 'fork'; readonly branch: Branch }
  /** Where the head left the first of these refs that the clone has. */
  | { readonly by: 'known-fork'; readonly refs: readonly string[] }
  /** Where the head and another commit part. */
  | { readonly by: 'merge-base'; readonly with: string }
  | { readonly by: 'previous-tag'; readonly pattern: string }
  /** The newest published release before the one of this tag, in the history of the head. */
  | { readonly by: 'previous-release'; readonly tag: string; readonly prereleases: boolean }

/** A branch by name, or the default branch, which somebody has to be asked for. */
export type Branch = { readonly name: string } | 'default'

/** What the output `resolution` says. Stable words. */
export type StrategyName =
  | 'push-before' | 'force-push-before' | 'fork-of-default' | 'first-push' | 'previous-tag' | 'first-tag' | 'moved-tag' | 'previous-release' | 'first-release'
  | 'merge-parent' | 'pull-request-fork' | 'squash-parent' | 'merged-fork' | 'merge-group' | 'given' | 'last-success' | 'last-deploy' | 'all' | 'deleted' | 'local-fork' | 'unresolved'

/** One way to choose the two commits. */
export interface Candidate {
  readonly head: string
  readonly base: Base
  readonly strategy: StrategyName
  /** Completes the sentence "compared with ..., because ...". Without names from the event. */
  readonly why: string
}

/** A deliberate answer of "everything", which no policy turns into a failure. */
export interface Everything {
  readonly strategy: StrategyName
  readonly code: ChangesCode
  readonly why: string
}

/** What an event says about the commits to compare. */
export type Plan =
  | {
      readonly kind: 'compare'
      /** The first that can be carried out is taken. */
      readonly candidates: readonly Candidate[]
      /** Take the candidate first whose head is what lies in the working directory. */
      readonly preferCheckedOut?: true
      /** What follows when every candidate was tried and there is certainly no base. Absent: that is unresolved. */
      readonly none?: Everything
      readonly branches: readonly Branch[]
      readonly pullRequest?: number
    }
  | { readonly kind: 'everything'; readonly head: string; readonly everything: Everything; readonly branches: readonly Branch[] }
  /** The comment of a pull request names it by its number only: the forge knows its head and base. */
  | { readonly kind: 'ask-pull-request'; readonly number: number }
  | { readonly kind: 'nothing'; readonly code: ChangesCode; readonly why: string }
  | { readonly kind: 'unknown'; readonly code: ChangesCode; readonly says: string; readonly head: string | undefined }
