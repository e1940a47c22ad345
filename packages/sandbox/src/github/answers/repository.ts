import { type GitHubShapes, type Site, nodeId, numberFor, stamp } from './shape.ts'
import { user } from './user.ts'

export interface RepositoryFacts {
  readonly name: string
  readonly defaultBranch: string
  readonly private: boolean
}

const born = stamp(Date.UTC(2024, 0, 1))

/** The part that every form of a repository has. */
export function minimalRepository(site: Site, { name: fullName, private: hidden }: Pick<RepositoryFacts, 'name' | 'private'>) {
  const [owner = '', name = ''] = fullName.split('/')
  const url = `${site.api}/repos/${fullName}`
  return {
    id: numberFor(fullName),
    node_id: nodeId('Repository', fullName),
    name,
    full_name: fullName,
    owner: user(site, owner, 'Organization'),
    private: hidden,
    html_url: `${site.html}/${fullName}`,
    description: null,
    fork: false,
    url,
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    hooks_url: `${url}/hooks`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
  } satisfies GitHubShapes['minimal-repository']
}

/** Good both as a repository by itself and as one inside of a pull request. */
export function fullRepository(site: Site, facts: RepositoryFacts) {
  const html = `${site.html}/${facts.name}`
  return {
    ...minimalRepository(site, facts),
    git_url: `git://${URL.parse(site.html)?.host}/${facts.name}.git`,
    ssh_url: `git@${URL.parse(site.html)?.host}:${facts.name}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    subscribers_count: 0,
    network_count: 0,
    size: 0,
    open_issues: 0,
    open_issues_count: 0,
    default_branch: facts.defaultBranch,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    has_downloads: false,
    archived: false,
    disabled: false,
    pushed_at: born,
    created_at: born,
    updated_at: born,
    permissions: { admin: false, maintain: false, push: true, triage: false, pull: true },
  } satisfies GitHubShapes['full-repository'] & GitHubShapes['repository']
}
