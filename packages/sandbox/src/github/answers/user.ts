import { type GitHubShapes, type Site, nodeId, numberFor } from './shape.ts'

/** Whoever owns, creates and comments. */
export function user({ api, html }: Site, login: string, type: 'User' | 'Organization' | 'Bot' = 'User'): GitHubShapes['simple-user'] {
  const url = `${api}/users/${encodeURIComponent(login)}`
  return {
    login,
    id: numberFor(login),
    node_id: nodeId('User', login),
    avatar_url: `${html}/${login}.png`,
    gravatar_id: '',
    url,
    html_url: `${html}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  }
}

/** Who a token of a workflow acts as. */
export const bot = 'github-actions[bot]'
