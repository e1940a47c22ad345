import type { ZodMiniType } from 'zod/mini'
import type { Site } from './answers/shape.ts'
import { type Page, linkHeader, slice } from './paging.ts'
import { type Reply, ok } from './reply.ts'
import type { RepositoryState } from './state.ts'

export type Permission = 'metadata' | 'contents' | 'pull_requests' | 'actions' | 'deployments' | 'issues'
export type Access = 'read' | 'write'

/** One request that has passed every check that is the same for all. */
export interface Call<B = unknown> {
  readonly site: Site
  readonly repository: RepositoryState
  /** Decoded parts of the path. */
  readonly path: Readonly<Record<string, string>>
  readonly url: URL
  readonly query: URLSearchParams
  readonly page: Page
  readonly body: B
  readonly now: number
  readonly deliver: (dispatch: Dispatch) => void
}

/** What a dispatch asked for. Whoever plays the runner takes it from here. */
export type Dispatch =
  | { readonly event: 'repository_dispatch'; readonly repository: string; readonly eventType: string; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly event: 'workflow_dispatch'; readonly repository: string; readonly workflow: string; readonly ref: string; readonly inputs: Readonly<Record<string, unknown>> }

export interface Route<B = unknown> {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Below `/repos/{owner}/{repo}`; the last `{name+}` takes slashes too. */
  readonly path: string
  readonly needs: readonly [Permission, Access]
  /** Names of the query that it understands. */
  readonly query?: readonly string[]
  readonly paged?: { readonly usual: number; readonly most: number }
  readonly body?: ZodMiniType<B>
  readonly answer: (call: Call<B>) => Reply | Promise<Reply>
}

export const paged = { usual: 30, most: 100 } as const

/** Keeps the type of the body between its check and its use. */
export function route<B>(definition: Route<B>): Route {
  return definition as Route
}

/** One page of a list, in GitHub's words, with its `Link`. */
export function listed<T>(call: Call, items: readonly T[], word: (item: T) => unknown): Reply {
  return ok(slice(items, call.page).map(word), linkHeader(call.url, call.page, items.length))
}
