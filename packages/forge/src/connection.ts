import type { getOctokit } from '@actions/github'
import type { Clock, Log } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import type { ZodMiniType } from 'zod/mini'
import * as z from 'zod/mini'
import { type Failure, nextAttemptIn } from './patience.ts'
import { type Asked, because, refusal } from './refusal.ts'

export interface ConnectionWish {
  readonly token: string
  readonly apiUrl: string
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  readonly log: Pick<Log, 'debug'> | undefined
  /** Milliseconds until an attempt without a whole answer is given up. */
  readonly timeoutMs: number
}

/** One request of the API: a route with `{names}`, what fills them, and what is expected back. */
export interface Wanted<T> {
  readonly route: `${'GET' | 'POST' | 'PATCH'} /${string}`
  readonly with: Readonly<Record<string, unknown>>
  readonly needs: Asked['needs']
  readonly repeatable?: false
  readonly shape: ZodMiniType<T>
}

export interface Connection {
  ask<T>(wanted: Wanted<T>): Promise<T>
  /** One value a page, to the last page, each fetched when it is asked for. */
  pages<T>(wanted: Wanted<T>): AsyncGenerator<T, void, undefined>
}

type Octokit = ReturnType<typeof getOctokit>
interface Response {
  readonly headers: Readonly<Record<string, string>>
  readonly data: unknown
}

/** Opens nothing yet: octokit is loaded with the first request, so that runs without one do not pay for it. */
export function connect(wish: ConnectionWish): Connection {
  let octokit: Promise<Octokit> | undefined
  const open = () => (octokit ??= load(wish))

  async function ask<T>(wanted: Wanted<T>): Promise<{ readonly data: T; readonly next: Readonly<Record<string, string>> | undefined }> {
    const api = await open()
    const endpoint = api.request.endpoint(wanted.route, wanted.with)
    const target = new URL(endpoint.url)
    const asked: Asked = { what: `${endpoint.method} ${target.pathname}`, server: target.host, needs: wanted.needs, repeatable: wanted.repeatable ?? true }
    const response = await persist(wish, asked, () => send(api, wanted, wish))
    wish.log?.debug(`${asked.what}: answered, request ${response.headers['x-github-request-id'] ?? 'without id'}`)
    return { data: read(asked, wanted.shape, response), next: nextPage(asked, target, response.headers['link']) }
  }

  return {
    ask: async (wanted) => (await ask(wanted)).data,
    async *pages(wanted) {
      let page: Readonly<Record<string, string>> | undefined = {}
      while (page !== undefined) {
        const answer: Awaited<ReturnType<typeof ask<z.infer<typeof wanted.shape>>>> = await ask({ ...wanted, with: { ...wanted.with, ...page } })
        yield answer.data
        page = answer.next
      }
    },
  }
}

async function load({ token, apiUrl, log }: ConnectionWish): Promise<Octokit> {
  const { getOctokit, Agent, EnvHttpProxyAgent, fetch, Response: WholeResponse } = await import('./octokit.ts')
  const dispatcher = isLoopback(new URL(apiUrl).hostname) ? new Agent() : new EnvHttpProxyAgent()
  const says = (message: string) => log?.debug(message)
  return getOctokit(token, {
    baseUrl: apiUrl,
    userAgent: 'fermata',
    log: { debug: says, info: says, warn: says, error: says },
    request: {
      /** Octokit takes a body that breaks off for an empty text. Read here, it is the failure that it is. */
      fetch: async (url: string, init: Parameters<typeof fetch>[1]) => {
        const response = await fetch(url, { ...init, dispatcher })
        const body = await response.arrayBuffer()
        return new WholeResponse(body.byteLength === 0 ? null : body, { status: response.status, statusText: response.statusText, headers: response.headers })
      },
    },
  })
}

/** What runs on this machine is never behind a proxy; @actions/http-client decides the same. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.')
}

async function send(api: Octokit, wanted: Wanted<unknown>, { signal, timeoutMs }: ConnectionWish): Promise<Response | Failure> {
  const inTime = AbortSignal.timeout(timeoutMs)
  try {
    const { headers, data } = await api.request(wanted.route, {
      ...wanted.with,
      headers: { 'x-github-api-version': '2022-11-28' },
      request: { signal: signal === undefined ? inTime : AbortSignal.any([signal, inTime]) },
    })
    return { headers: textHeaders(headers), data }
  } catch (error) {
    signal?.throwIfAborted()
    return failureFrom(error)
  }
}

interface ErrorResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly data: unknown
}

/** @throws what it was given, where that is no failure of a request but a bug of ours */
function failureFrom(error: unknown): Failure {
  if (!(error instanceof Error) || !('status' in error)) throw error
  const response = 'response' in error ? (error.response as ErrorResponse | undefined) : undefined
  if (response === undefined) return { kind: 'unanswered', says: rootOf(error) }
  const { status, headers, data } = response
  return { kind: 'answered', status, headers: textHeaders(headers), says: serversWords(data) }
}

/** What it comes down to: `connect ECONNREFUSED 127.0.0.1:443` rather than `fetch failed`. */
function rootOf(error: Error): string {
  let root: { readonly message?: string; readonly code?: string; readonly cause?: unknown } = error
  while (typeof root.cause === 'object' && root.cause !== null) root = root.cause
  return [root.message, root.code].find((part) => typeof part === 'string' && part !== '') ?? 'no connection'
}

function textHeaders(headers: Readonly<Record<string, string | number | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])))
}

const errorBody = z.object({ message: z.string(), errors: z.optional(z.array(z.unknown())) })

/** The message and field errors of an error body, or the beginning of whatever came instead. */
function serversWords(data: unknown): string {
  const parsed = z.safeParse(errorBody, data)
  if (!parsed.success) return `no error of the API but ${beginning(data)}`
  const details = (parsed.data.errors ?? []).map((detail) => (typeof detail === 'string' ? detail : JSON.stringify(detail)))
  return [parsed.data.message, ...details].join(' ')
}

function beginning(data: unknown): string {
  if (typeof data === 'string') return data === '' ? 'an empty body' : `the text ${JSON.stringify(data.slice(0, 80))}`
  return data instanceof ArrayBuffer ? `${data.byteLength} bytes of another type` : `the JSON ${JSON.stringify(data)?.slice(0, 80)}`
}

/** Sends until there is an answer, or no hope of one. */
async function persist(wish: ConnectionWish, asked: Asked, sendOnce: () => Promise<Response | Failure>): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await sendOnce()
    if (!('kind' in outcome)) return outcome
    const wait = nextAttemptIn(outcome, attempt, asked.repeatable, wish.clock.now())
    if (wait === undefined) throw new EnvironmentError(refusal(asked, outcome, attempt, wish.clock.now()))
    wish.log?.debug(`${asked.what}: ${outcome.says}; attempt ${attempt + 1} in ${wait} ms`)
    await wish.clock.sleep(wait, wish.signal)
  }
}

function read<T>(asked: Asked, shape: ZodMiniType<T>, response: Response): T {
  const parsed = z.safeParse(shape, response.data)
  if (parsed.success) return parsed.data
  const structured = typeof response.data === 'object' && response.data !== null && !(response.data instanceof ArrayBuffer)
  const detail = structured ? parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`).slice(0, 3).join('; ') : beginning(response.data)
  throw new EnvironmentError(because('FM-FORGE-UNREADABLE', { says: `${asked.what} was answered with something else than the API describes (${detail}).` }))
}

/**
 * The query of the next page, from `Link: <…?page=2>; rel="next"` (RFC 8288).
 * Only its query is used: the token never follows a link to another host.
 */
function nextPage(asked: Asked, current: URL, link: string | undefined): Readonly<Record<string, string>> | undefined {
  const target = link?.match(/<([^<>]+)>\s*;[^,]*\brel="?next"?/)?.[1]
  if (target === undefined) return undefined
  const next = URL.parse(target)
  if (next === null || sameQuery(next, current)) throw new EnvironmentError(because('FM-FORGE-UNREADABLE', { says: `${asked.what} names a next page that is none (${JSON.stringify(target.slice(0, 80))}).` }))
  return Object.fromEntries(next.searchParams)
}

function sameQuery(a: URL, b: URL): boolean {
  const [one, other] = [a, b].map(({ searchParams }) => JSON.stringify([...searchParams].toSorted()))
  return one === other
}
