import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '@fermata/ports'
import { realClock } from '../clock.ts'
import type { Site } from './answers/shape.ts'
import { type Incoming, type Permissions, answer } from './dispatch.ts'
import { type Fault, faultQueue, faultReply, usedUp } from './faults.ts'
import type { Reply } from './reply.ts'
import type { Dispatch } from './route.ts'
import { type RepositoryState, openRepository } from './state.ts'
import type { RepositoryStory } from './story.ts'

/** Accepted with every permission where no other tokens are given. It is none of GitHub's forms. */
export const sandboxToken = 'fermata-sandbox-token'

export interface GitHubWish {
  readonly repositories: readonly RepositoryStory[]
  readonly clock?: Clock
  /** Default: `sandboxToken` may do everything. */
  readonly tokens?: Readonly<Record<string, Permissions>>
  /** Requests until the hourly limit. Default: 5,000, as for a user. */
  readonly limit?: number
  /** Called for every dispatch that was accepted. */
  readonly onDispatch?: (dispatch: Dispatch) => void
}

/** A request as it was answered. Tokens are not kept. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  /** 0 where the connection was broken or left without an answer. */
  readonly status: number
}

export interface StandInGitHub {
  /** For `GITHUB_API_URL`. */
  readonly url: string
  readonly requests: readonly RecordedRequest[]
  readonly dispatches: readonly Dispatch[]
  /** How many requests were for something that it does not do (501). A test that finds more than none has learnt nothing. */
  readonly unknown: number
  /** What it knows of a repository now. Lists may be changed as the story goes on. */
  repository(name: string): RepositoryState
  fail(fault: Fault): void
  close(): Promise<void>
}

const hour = 3_600_000

/** A stand-in of the GitHub REST API over http on 127.0.0.1. What it does not do, it refuses with 501. */
export async function startGitHub(wish: GitHubWish): Promise<StandInGitHub> {
  const clock = wish.clock ?? realClock()
  const repositories = new Map(wish.repositories.map((story) => [story.name.toLowerCase(), openRepository(story, clock.now())]))
  const tokens = new Map(Object.entries(wish.tokens ?? { [sandboxToken]: 'everything' as const }))
  const requests: RecordedRequest[] = []
  const dispatches: Dispatch[] = []
  const faults = faultQueue()
  const limit = wish.limit ?? 5_000
  const resetsAt = Math.ceil((clock.now() + hour) / 1_000)
  let site: Site | undefined

  function deliver(dispatch: Dispatch): void {
    dispatches.push(dispatch)
    wish.onDispatch?.(dispatch)
  }
  async function handle(incoming: Incoming): Promise<Reply> {
    const used = requests.length
    const reply = used >= limit ? usedUp(resetsAt) : await answer({ site: site as Site, repositories, tokens, now: clock.now(), deliver }, incoming)
    return { ...reply, headers: { ...rateHeaders(limit, used + 1, resetsAt), 'x-github-request-id': used.toString(16).padStart(4, '0'), ...reply.headers } }
  }
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = await incomingFrom(request, (site as Site).api)
    const what = `${incoming.method} ${decodeURIComponent(incoming.url.pathname)}`
    const fault = faults.take(what)
    if (fault?.kind === 'slow') await clock.sleep(fault.milliseconds)
    const reply = fault?.kind === 'reset' || fault?.kind === 'silence' ? undefined : ((fault && faultReply(fault)) ?? (await handle(incoming)))
    const cut = reply === undefined || fault?.kind === 'cut'
    requests.push(recorded(incoming, cut ? 0 : reply.status))
    if (fault?.kind === 'silence') return
    send(response, reply, fault)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`The sandbox's GitHub broke: ${error instanceof Error ? error.stack : String(error)}`)
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  site = { api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, html: 'https://github.example' }

  return {
    url: site.api,
    requests,
    dispatches,
    get unknown() {
      return requests.filter((request) => request.status === 501).length
    },
    repository(name) {
      const found = repositories.get(name.toLowerCase())
      if (found === undefined) throw new Error(`The sandbox's GitHub has no repository ${name}. It has ${[...repositories.keys()].join(', ')}.`)
      return found
    },
    fail: faults.order,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve()) // An error means that it is closed already, which is what was asked.
        server.closeAllConnections()
      }),
  }
}

function rateHeaders(limit: number, used: number, resetsAt: number): Readonly<Record<string, string>> {
  const left = Math.max(0, limit - used)
  return { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(left), 'x-ratelimit-used': String(limit - left), 'x-ratelimit-reset': String(resetsAt), 'x-ratelimit-resource': 'core' }
}

function recorded({ method, url, body }: Incoming, status: number): RecordedRequest {
  return { method, path: decodeURIComponent(url.pathname), query: Object.fromEntries(url.searchParams), body: body.form === 'none' ? undefined : body.value, status }
}

async function incomingFrom(request: IncomingMessage, base: string): Promise<Incoming> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', base),
    token: request.headers.authorization?.replace(/^(?:token|bearer) /i, ''),
    body: bodyFrom(Buffer.concat(chunks).toString('utf8')),
  }
}

/** As JSON where it is, else as it came. */
function bodyFrom(text: string): Incoming['body'] {
  if (text === '') return { form: 'none' }
  try {
    return { form: 'json', value: JSON.parse(text) }
  } catch (error) {
    if (error instanceof SyntaxError) return { form: 'text', value: text }
    throw error
  }
}

function send(response: ServerResponse, reply: Reply | undefined, fault: Fault | undefined): void {
  if (reply === undefined) {
    response.destroy()
    return
  }
  if (fault?.kind === 'html') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><title>Sign in to the proxy</title>')
    return
  }
  if (reply.body === undefined) {
    response.writeHead(reply.status, reply.headers).end()
    return
  }
  const body = Buffer.from(JSON.stringify(reply.body))
  const half = body.subarray(0, Math.floor(body.byteLength / 2))
  const whole = fault?.kind === 'halved' ? half : body
  response.writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8', 'content-length': String(whole.byteLength), ...reply.headers })
  if (fault?.kind === 'cut') response.write(half, () => response.destroy())
  else response.end(whole)
}
