import type { PullStory } from '../story.ts'
import { type RepositoryFacts, fullRepository } from './repository.ts'
import { type GitHubShapes, type Site, nodeId, numberFor, stamp } from './shape.ts'
import { user } from './user.ts'

export function pullRequest(site: Site, repository: RepositoryFacts, pull: PullStory, changedFiles: number, at: number): GitHubShapes['pull-request'] {
  const [owner = ''] = repository.name.split('/')
  const id = numberFor(`${repository.name}#${pull.number}`)
  const url = `${site.api}/repos/${repository.name}/pulls/${pull.number}`
  const issue = `${site.api}/repos/${repository.name}/issues/${pull.number}`
  const html = `${site.html}/${repository.name}/pull/${pull.number}`
  const statuses = `${site.api}/repos/${repository.name}/statuses/${pull.head.sha}`
  const reviewComment = `${site.api}/repos/${repository.name}/pulls/comments{/number}`
  const closed = pull.state === 'closed' || pull.merged === true
  const links = { self: url, html, issue, comments: `${issue}/comments`, review_comments: `${url}/comments`, review_comment: reviewComment, commits: `${url}/commits`, statuses }
  return {
    url,
    id,
    node_id: nodeId('PullRequest', id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: reviewComment,
    comments_url: links.comments,
    statuses_url: statuses,
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
    _links: {
      self: { href: links.self },
      html: { href: links.html },
      issue: { href: links.issue },
      comments: { href: links.comments },
      review_comments: { href: links.review_comments },
      review_comment: { href: links.review_comment },
      commits: { href: links.commits },
      statuses: { href: links.statuses },
    },
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
