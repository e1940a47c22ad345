import * as z from 'zod/mini'
import type { Site } from './answers/shape.ts'
import { pageOf } from './paging.ts'
import { type Reply, invalid, notFound, notHere, problem } from './reply.ts'
import type { Access, Call, Dispatch, Permission, Route } from './route.ts'
import { deploymentRoutes } from './routes/deployments.ts'
import { historyRoutes } from './routes/history.ts'
import { issueRoutes } from './routes/issues.ts'
import { pullRoutes } from './routes/pulls.ts'
import { releaseRoutes } from './routes/releases.ts'
import { runRoutes } from './routes/runs.ts'
import type { RepositoryState } from './state.ts'

/** What a token may do. `write` includes `read`; reading metadata is always included. */
export type Permissions = 'everything' | Readonly<Partial<Record<Permission, Access>>>

export interface Incoming {
  readonly method: string
  readonly url: URL
  /** Without its scheme; undefined for an anonymous request. */
  readonly token: string | undefined
  readonly body: { readonly form: 'none' } | { readonly form: 'json' | 'text'; readonly value: unknown }
}

export interface World {
  readonly site: Site
  readonly repositories: ReadonlyMap<string, RepositoryState>
  readonly tokens: ReadonlyMap<string, Permissions>
  readonly now: number
  readonly deliver: (dispatch: Dispatch) => void
}

const routes: readonly (Route & { readonly pattern: RegExp })[] = [...historyRoutes, ...pullRoutes, ...runRoutes, ...deploymentRoutes, ...releaseRoutes, ...issueRoutes].map((route) => ({ ...route, pattern: patternOf(route.path) }))

/** Everything that it serves: `GET /repos/{owner}/{repo}/pulls/{number}`. */
export const gitHubRoutes: readonly string[] = routes.map(({ method, path }) => `${method} /repos/{owner}/{repo}${path}`)

/** `{name}` is one part of the path, `{name+}` the rest of it. A `/` inside of a part is written `%2F`. */
function patternOf(path: string): RegExp {
  return new RegExp(`^/repos/(?<owner>[^/]+)/(?<repo>[^/]+)${path.replace(/\{(\w+)(\+?)\}/g, (_, name: string, rest: string) => `(?<${name}>${rest === '' ? '[^/]+' : '.+'})`)}$`)
}

/** Everything that GitHub checks before it answers, in its order: who, what, whether, how. */
export async function answer(world: World, incoming: Incoming): Promise<Reply> {
  const permissions = incoming.token === undefined ? undefined : world.tokens.get(incoming.token)
  if (incoming.token !== undefined && permissions === undefined) return problem(401, 'Bad credentials')
  const match = find(incoming)
  if (match === undefined) return notHere(`${incoming.method} ${incoming.url.pathname}`)
  const { route, path } = match
  const repository = world.repositories.get(`${path['owner']}/${path['repo']}`.toLowerCase())
  if (repository === undefined) return notFound
  const refused = refusal(route, repository, permissions)
  if (refused !== undefined) return refused
  const unknown = [...incoming.url.searchParams.keys()].find((name) => !knownQuery(route).includes(name))
  if (unknown !== undefined) return notHere(`the query ${unknown} of ${route.method} ${route.path}`)
  const page = pageOf(incoming.url.searchParams, route.paged?.usual, route.paged?.most)
  if ('status' in page) return page
  const body = bodyOf(route, incoming)
  if ('refused' in body) return body.refused
  const call: Call = { ...world, repository, path, url: incoming.url, query: incoming.url.searchParams, page, body: body.value }
  return route.answer(call)
}

function find({ method, url }: Incoming): { readonly route: Route; readonly path: Readonly<Record<string, string>> } | undefined {
  for (const route of routes) {
    const groups = route.method === method ? route.pattern.exec(url.pathname)?.groups : undefined
    if (groups !== undefined) return { route, path: Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)])) }
  }
  return undefined
}

function knownQuery(route: Route): readonly string[] {
  return [...(route.query ?? []), ...(route.paged === undefined ? [] : ['page', 'per_page'])]
}

/** What is private does not exist for strangers; who is known and may not is told what would have sufficed. */
function refusal(route: Route, repository: RepositoryState, permissions: Permissions | undefined): Reply | undefined {
  const [permission, access] = route.needs
  if (access === 'read' && !repository.private) return undefined
  if (permissions === undefined) return repository.private ? notFound : problem(401, 'Requires authentication')
  if (permissions === 'everything' || (permission === 'metadata' && access === 'read')) return undefined
  const granted = permissions[permission]
  if (granted === 'write' || granted === access) return undefined
  return problem(403, 'Resource not accessible by integration', { 'x-accepted-github-permissions': `${permission}=${access}` })
}

function bodyOf(route: Route, incoming: Incoming): { readonly value: unknown } | { readonly refused: Reply } {
  if (route.body === undefined) return { value: undefined }
  if (incoming.body.form !== 'json') return { refused: problem(400, 'Problems parsing JSON') }
  const parsed = z.safeParse(route.body, incoming.body.value)
  if (parsed.success) return { value: parsed.data }
  const details = parsed.error.issues.map((issue) => `${issue.path.length === 0 ? '' : `For '${issue.path.join('/')}': `}${issue.message}`)
  return { refused: invalid(`Invalid request.\n\n${details.join('\n')}`) }
}
