import type { GitHubShapes } from './answers/shape.ts'

/** What a test or a demo says of a repository. Everything that is not said has an unremarkable value. */
export interface RepositoryStory {
  /** `owner/name`. */
  readonly name: string
  /** Default: `main`. */
  readonly defaultBranch?: string
  /** Default: true. A private repository does not exist for those who may not see it. */
  readonly private?: boolean
  /** A git directory (`.git` of a checkout, or a bare repository). Commits, comparisons, branches and contents are then computed from it. */
  readonly gitDir?: string
  /** Instead of `gitDir`: answers to compare, as data. */
  readonly comparisons?: readonly ComparisonStory[]
  /** Instead of `gitDir`: `<ref>:<path>` to content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** Instead of `gitDir`: branch to commit. */
  readonly branches?: Readonly<Record<string, string>>
  readonly pulls?: readonly PullStory[]
  /** Files of workflows that have no run yet. */
  readonly workflows?: readonly string[]
  /** Newest first. */
  readonly runs?: readonly RunStory[]
  /** Newest first. */
  readonly deployments?: readonly DeploymentStory[]
  /** Newest first. */
  readonly releases?: readonly ReleaseStory[]
  readonly issues?: readonly IssueStory[]
}

export interface FileStory {
  readonly path: string
  readonly status?: GitHubShapes['diff-entry']['status']
  readonly previousPath?: string
}

export interface ComparisonStory {
  readonly base: string
  readonly head: string
  /** `none`: the two share no history. */
  readonly mergeBase: string
  readonly status?: GitHubShapes['commit-comparison']['status']
  readonly files: readonly FileStory[]
}

export interface PullStory {
  readonly number: number
  readonly title?: string
  readonly labels?: readonly string[]
  readonly base: { readonly ref: string; readonly sha: string }
  /** `repository` is `null` where the fork was deleted. Default: the same repository. */
  readonly head: { readonly ref: string; readonly sha: string; readonly repository?: string | null }
  readonly state?: 'open' | 'closed'
  readonly merged?: boolean
  readonly mergeCommitSha?: string | null
  /** Default: how many files there are. */
  readonly changedFiles?: number
  /** Default: computed from `gitDir`. */
  readonly files?: readonly FileStory[]
}

export interface RunStory {
  readonly id: number
  /** Name of the workflow's file. */
  readonly workflow: string
  readonly branch: string
  readonly sha: string
  readonly event?: string
  readonly status?: string
  readonly conclusion?: string | null
  /** Where the branch lives, for a fork. */
  readonly headRepository?: string
}

export interface DeploymentStory {
  readonly id?: number
  readonly sha: string
  readonly ref?: string
  readonly environment: string
  readonly payload?: Readonly<Record<string, unknown>> | string
  readonly description?: string
  /** Milliseconds since the epoch. Default: now. */
  readonly createdAt?: number
  /** Oldest first. */
  readonly states?: readonly GitHubShapes['deployment-status']['state'][]
}

export interface ReleaseStory {
  readonly tag: string
  readonly draft?: boolean
  readonly prerelease?: boolean
  /** Milliseconds since the epoch; null for a draft. Default: now. */
  readonly publishedAt?: number | null
}

export interface IssueStory {
  readonly number: number
  readonly title: string
  readonly body?: string
  readonly labels?: readonly string[]
  readonly state?: 'open' | 'closed'
  readonly comments?: readonly string[]
}
