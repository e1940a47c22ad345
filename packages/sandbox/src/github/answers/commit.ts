import { type GitHubShapes, type Site, nodeId } from './shape.ts'

export interface CommitFacts {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: PersonFacts
  readonly committer: PersonFacts
  readonly message: string
}
interface PersonFacts {
  readonly name: string
  readonly email: string
  /** ISO 8601. */
  readonly date: string
}

/** One path that a comparison, a commit or a pull request changes. */
export interface FileFacts {
  readonly path: string
  readonly status: GitHubShapes['diff-entry']['status']
  readonly previousPath?: string
  readonly sha: string | null
  readonly additions: number
  readonly deletions: number
}

export function commit({ api, html }: Site, repository: string, facts: CommitFacts): GitHubShapes['commit'] {
  const url = (sha: string) => `${api}/repos/${repository}/commits/${sha}`
  return {
    sha: facts.sha,
    node_id: nodeId('Commit', facts.sha),
    url: url(facts.sha),
    html_url: `${html}/${repository}/commit/${facts.sha}`,
    comments_url: `${url(facts.sha)}/comments`,
    commit: {
      url: `${api}/repos/${repository}/git/commits/${facts.sha}`,
      author: facts.author,
      committer: facts.committer,
      message: facts.message,
      comment_count: 0,
      tree: { sha: facts.tree, url: `${api}/repos/${repository}/git/trees/${facts.tree}` },
    },
    author: null,
    committer: null,
    parents: facts.parents.map((sha) => ({ sha, url: url(sha), html_url: `${html}/${repository}/commit/${sha}` })),
  }
}

export function diffEntry({ api, html }: Site, repository: string, ref: string, file: FileFacts): GitHubShapes['diff-entry'] {
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/${repository}/blob/${ref}/${path}`,
    raw_url: `${html}/${repository}/raw/${ref}/${path}`,
    contents_url: `${api}/repos/${repository}/contents/${path}?ref=${ref}`,
    ...(file.previousPath !== undefined && { previous_filename: file.previousPath }),
  }
}

export interface ComparisonFacts {
  readonly base: CommitFacts
  readonly head: CommitFacts
  readonly mergeBase: CommitFacts
  readonly aheadBy: number
  readonly behindBy: number
  readonly status: GitHubShapes['commit-comparison']['status']
  /** Of this page. */
  readonly commits: readonly CommitFacts[]
  /** Undefined on every page but the first. */
  readonly files: readonly FileFacts[] | undefined
}

export function comparison(site: Site, repository: string, basehead: string, facts: ComparisonFacts): GitHubShapes['commit-comparison'] {
  const html = `${site.html}/${repository}/compare/${basehead}`
  return {
    url: `${site.api}/repos/${repository}/compare/${basehead}`,
    html_url: html,
    permalink_url: `${site.html}/${repository}/compare/${facts.base.sha}...${facts.head.sha}`,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commit(site, repository, facts.base),
    merge_base_commit: commit(site, repository, facts.mergeBase),
    status: facts.status,
    ahead_by: facts.aheadBy,
    behind_by: facts.behindBy,
    total_commits: facts.aheadBy,
    commits: facts.commits.map((each) => commit(site, repository, each)),
    ...(facts.files && { files: facts.files.map((file) => diffEntry(site, repository, facts.head.sha, file)) }),
  }
}

export function branch({ api }: Site, repository: string, name: string, sha: string): GitHubShapes['short-branch'] {
  return { name, commit: { sha, url: `${api}/repos/${repository}/commits/${sha}` }, protected: false }
}
