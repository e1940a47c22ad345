import type { PullStory } from '../story.ts'
import { type RepositoryFacts, fullRepository } from './repository.ts'
import { type GitHubShapes, type Site, nodeId, numberFor, stamp } from './shape.ts'
import { user } from './user.ts'

export function pullRequest(site: Site, repository: RepositoryFacts, pull: PullStory, changedFiles: number, at: number): GitHubShapes['pull-request'] {
  const [owner = ''] = repository.name.split('/')
  const id = numberFor(`${repository.name}#${pull.number}`)
  const closed = pull.state === 'closed' || pull.merged === true
  const links = linksOf(site, repository.name, pull)
  return {
    url: links.self.href,
    id,
    node_id: nodeId('PullRequest', id),
    html_url: links.html.href,
    diff_url: `${links.html.href}.diff`,
    patch_url: `${links.html.href}.patch`,
    issue_url: links.issue.href,
    commits_url: links.commits.href,
    review_comments_url: links.review_comments.href,
    review_comment_url: links.review_comment.href,
    comments_url: links.comments.href,
    statuses_url: links.statuses.href,
    number: pull.number,
    state: closed ? 'closed' : 'open',
    locked: false,
    title: pull.title ?? `Pull request ${pull.number}`,
    user: user(site, owner),
    body: null,
    labels: (pull.labels ?? []).map((name) => label(site, repository.name, name)),
    milestone: null,
    created_at: stamp(at),
    updated_at: stamp(at),
    closed_at: closed ? stamp(at) : null,
    merged_at: pull.merged ? stamp(at) : null,
    merge_commit_sha: pull.mergeCommitSha ?? null,
    assignee: null,
    head: end(site, repository, pull.head),
    base: end(site, repository, pull.base),
    _links: links,
    author_association: 'MEMBER',
    auto_merge: null,
    draft: false,
    merged: pull.merged ?? false,
    mergeable: closed ? null : true,
    mergeable_state: closed ? 'unknown' : 'clean',
    merged_by: pull.merged ? user(site, owner) : null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: changedFiles,
    deletions: 0,
    changed_files: changedFiles,
  }
}

function linksOf(site: Site, repository: string, pull: PullStory): GitHubShapes['pull-request']['_links'] {
  const api = `${site.api}/repos/${repository}`
  const [self, issue] = [`${api}/pulls/${pull.number}`, `${api}/issues/${pull.number}`]
  return {
    self: { href: self },
    html: { href: `${site.html}/${repository}/pull/${pull.number}` },
    issue: { href: issue },
    comments: { href: `${issue}/comments` },
    review_comments: { href: `${self}/comments` },
    review_comment: { href: `${api}/pulls/comments{/number}` },
    commits: { href: `${self}/commits` },
    statuses: { href: `${api}/statuses/${pull.head.sha}` },
  }
}

/** GitHub's description says that `repo` is always there. It is null once a fork is deleted, which is why readers must expect it. */
function end(site: Site, repository: RepositoryFacts, facts: PullStory['head']): GitHubShapes['pull-request']['head'] {
  const [owner = ''] = (facts.repository ?? repository.name).split('/')
  const repo = facts.repository === null ? null : fullRepository(site, { ...repository, name: facts.repository ?? repository.name })
  return { label: `${owner}:${facts.ref}`, ref: facts.ref, sha: facts.sha, user: user(site, owner), repo: repo as GitHubShapes['repository'] }
}

export function label({ api }: Site, repository: string, name: string): GitHubShapes['label'] {
  const id = numberFor(`${repository}:${name}`)
  return { id, node_id: nodeId('Label', id), url: `${api}/repos/${repository}/labels/${encodeURIComponent(name)}`, name, description: null, color: 'ededed', default: false }
}
