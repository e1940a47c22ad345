import type { DeploymentFacts } from './answers/deployment.ts'
import type { CommentFacts, IssueFacts } from './answers/issue.ts'
import type { RepositoryFacts } from './answers/repository.ts'
import { gitHistory } from './git-history.ts'
import type { History } from './history.ts'
import type { DeploymentStory, IssueStory, PullStory, ReleaseStory, RepositoryStory, RunStory } from './story.ts'
import { toldHistory } from './told-history.ts'

/** What the stand-in knows of a repository, and changes when it is asked to. Lists are newest first. */
export interface RepositoryState extends RepositoryFacts {
  readonly history: History
  readonly workflows: Set<string>
  readonly pulls: PullStory[]
  readonly runs: RunStory[]
  readonly deployments: DeploymentFacts[]
  readonly releases: ReleaseStory[]
  readonly issues: IssueFacts[]
  /** Oldest first, of issues and pull requests. */
  readonly comments: CommentFacts[]
  /** A number that nothing else has. */
  readonly nextId: () => number
}

export function openRepository(story: RepositoryStory, now: number): RepositoryState {
  let last = 1_000
  const nextId = () => ++last
  return {
    name: story.name,
    defaultBranch: story.defaultBranch ?? 'main',
    private: story.private ?? true,
    history: story.gitDir === undefined ? toldHistory(story) : gitHistory(story.gitDir),
    workflows: new Set([...(story.workflows ?? []), ...(story.runs ?? []).map((run) => run.workflow)]),
    pulls: [...(story.pulls ?? [])],
    runs: [...(story.runs ?? [])],
    deployments: (story.deployments ?? []).toReversed().map((each) => toldDeployment(each, now, nextId)).toReversed(),
    releases: [...(story.releases ?? [])],
    issues: (story.issues ?? []).map((each) => toldIssue(each, now)),
    comments: (story.issues ?? []).flatMap(({ number, comments = [] }) => comments.map((body) => ({ id: nextId(), on: number, body, createdAt: now, updatedAt: now }))),
    nextId,
  }
}

function toldDeployment(story: DeploymentStory, now: number, nextId: () => number): DeploymentFacts {
  const createdAt = story.createdAt ?? now
  return {
    id: story.id ?? nextId(),
    sha: story.sha,
    ref: story.ref ?? story.sha,
    task: 'deploy',
    environment: story.environment,
    payload: story.payload ?? {},
    description: story.description ?? null,
    transient: false,
    production: story.environment === 'production',
    createdAt,
    statuses: (story.states ?? []).map((state) => ({ id: nextId(), state, description: '', environment: story.environment, logUrl: '', environmentUrl: '', createdAt })).toReversed(),
  }
}

function toldIssue(story: IssueStory, now: number): IssueFacts {
  return {
    number: story.number,
    title: story.title,
    body: story.body ?? null,
    labels: story.labels ?? [],
    state: story.state ?? 'open',
    stateReason: null,
    createdAt: now,
    updatedAt: now,
    isPull: false,
  }
}
