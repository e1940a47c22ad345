import { label } from './pull.ts'
import { type GitHubShapes, type Site, nodeId, numberFor, stamp } from './shape.ts'
import { bot, user } from './user.ts'

export interface IssueFacts {
  readonly number: number
  readonly title: string
  readonly body: string | null
  readonly labels: readonly string[]
  readonly state: 'open' | 'closed'
  readonly stateReason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null
  readonly createdAt: number
  readonly updatedAt: number
  /** A pull request is an issue as well. */
  readonly isPull: boolean
}
export interface CommentFacts {
  readonly id: number
  /** Number of the issue or pull request. */
  readonly on: number
  readonly body: string
  readonly createdAt: number
  readonly updatedAt: number
}

export function issue(site: Site, repository: string, facts: IssueFacts, comments: number): GitHubShapes['issue'] {
  const id = numberFor(`${repository}#${facts.number}`)
  const url = `${site.api}/repos/${repository}/issues/${facts.number}`
  return {
    id,
    node_id: nodeId('Issue', id),
    url,
    repository_url: `${site.api}/repos/${repository}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${site.html}/${repository}/issues/${facts.number}`,
    number: facts.number,
    state: facts.state,
    state_reason: facts.stateReason,
    title: facts.title,
    body: facts.body,
    user: user(site, bot, 'Bot'),
    labels: facts.labels.map((name) => label(site, repository, name)),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    comments,
    closed_at: facts.state === 'closed' ? stamp(facts.updatedAt) : null,
    created_at: stamp(facts.createdAt),
    updated_at: stamp(facts.updatedAt),
    author_association: 'NONE',
    ...(facts.isPull && { pull_request: pullLinks(site, repository, facts.number) }),
  }
}

function pullLinks({ api, html }: Site, repository: string, number: number): NonNullable<GitHubShapes['issue']['pull_request']> {
  const page = `${html}/${repository}/pull/${number}`
  return { url: `${api}/repos/${repository}/pulls/${number}`, html_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch`, merged_at: null }
}

export function issueComment(site: Site, repository: string, facts: CommentFacts): GitHubShapes['issue-comment'] {
  return {
    id: facts.id,
    node_id: nodeId('IssueComment', facts.id),
    url: `${site.api}/repos/${repository}/issues/comments/${facts.id}`,
    body: facts.body,
    html_url: `${site.html}/${repository}/issues/${facts.on}#issuecomment-${facts.id}`,
    user: user(site, bot, 'Bot'),
    created_at: stamp(facts.createdAt),
    updated_at: stamp(facts.updatedAt),
    issue_url: `${site.api}/repos/${repository}/issues/${facts.on}`,
    author_association: 'NONE',
  }
}
