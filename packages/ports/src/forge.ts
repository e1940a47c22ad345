import type { ObjectName } from './git.ts'
import type { Instant } from './time.ts'

export interface ForgeFile {
  readonly path: string
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged'
  readonly previousPath?: string
}

export interface Comparison {
  readonly mergeBase: ObjectName
  readonly status: 'ahead' | 'behind' | 'diverged' | 'identical'
  readonly files: readonly ForgeFile[]
  /** The list may be incomplete: the API gives at most 300 files and sets no flag. */
  readonly truncated: boolean
}

export interface PullRequest {
  readonly number: number
  readonly title: string
  readonly labels: readonly string[]
  readonly baseRef: string
  readonly baseSha: ObjectName
  readonly headSha: ObjectName
  readonly headRepository: string | undefined
  readonly merged: boolean
  readonly mergeCommitSha: ObjectName | undefined
  readonly changedFiles: number
}

export interface WorkflowRun {
  readonly id: number
  readonly headSha: ObjectName
  readonly status: string
  readonly conclusion: string | undefined
}

export interface Deployment {
  readonly id: number
  readonly sha: ObjectName
  readonly environment: string
  /** What we or others put there; ours names the services: `{"services":["cart"]}`. */
  readonly payload: unknown
  readonly createdAt: Instant
  readonly state: string | undefined
}

export interface Release {
  readonly tag: string
  readonly draft: boolean
  readonly prerelease: boolean
  readonly publishedAt: Instant | undefined
}

/** An issue, not a pull request. */
export interface Issue {
  readonly number: number
  readonly title: string
  readonly body: string
}

/** Where the repository lives: GitHub or GitHub Enterprise Server. Every list pages through and says when it is cut. */
export interface Forge {
  defaultBranch(): Promise<string>
  compare(base: string, head: string): Promise<Comparison>
  pullRequest(number: number): Promise<PullRequest>
  /** At most 3000 files; `truncated` when there may be more. */
  pullRequestFiles(number: number): Promise<{ readonly files: readonly ForgeFile[]; readonly truncated: boolean }>
  /** Newest first. */
  successfulRuns(workflow: string, branch: string): AsyncIterable<WorkflowRun>
  /** Newest first. */
  successfulDeployments(environment: string): AsyncIterable<Deployment>
  /** Newest first. */
  releases(): AsyncIterable<Release>
  createDeployment(wish: { readonly ref: string; readonly environment: string; readonly payload: unknown; readonly description: string }): Promise<number>
  setDeploymentState(id: number, state: 'in_progress' | 'success' | 'failure' | 'inactive', description: string): Promise<void>
  dispatch(eventType: string, payload: unknown): Promise<void>
  /** Open issues with a label, newest first. */
  openIssues(label: string): AsyncIterable<Issue>
  /** Its number. It is not sent again after a broken connection: it may have been created. */
  createIssue(wish: { readonly title: string; readonly body: string; readonly labels: readonly string[] }): Promise<number>
  comment(issue: number, body: string): Promise<void>
  closeIssue(issue: number): Promise<void>
  /** Content of a file at a commit, or undefined. */
  content(path: string, ref: string): Promise<Uint8Array | undefined>
}
