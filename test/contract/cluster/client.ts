import { Agent, type RequestOptions, request } from 'node:https'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { KubeObject } from '@fermata/ports'
import type { World } from './side.ts'

/** An answer as it came over the wire. `body` is parsed where it is JSON. */
export interface Reply {
  readonly code: number
  readonly body: Answered
  readonly text: string
  readonly headers: IncomingHttpHeaders
}

/** An object, a list or a `Status`: the fields of all three that cases look at by name. */
export interface Answered extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly continue?: string; readonly remainingItemCount?: number }
  readonly items: readonly Answered[]
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly details: { readonly kind?: string; readonly name?: string; readonly group?: string; readonly causes?: readonly { readonly reason?: string; readonly message: string; readonly field?: string }[]; readonly retryAfterSeconds?: number }
  readonly spec: Spec
  readonly status: Status
}

/** Fields that cases compute with; all others are only compared. */
interface Spec {
  readonly replicas?: number
  readonly template?: unknown
  readonly [field: string]: unknown
}

interface Status {
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly updatedReplicas?: number
  readonly availableReplicas?: number
  readonly observedGeneration?: number
  readonly phase?: string
  readonly conditions?: readonly Condition[]
  readonly [field: string]: unknown
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

export interface Told {
  readonly type: string
  readonly object: Answered
}

export interface Watching {
  readonly events: readonly Told[]
  /** HTTP status, once the server has begun to answer. */
  readonly open: Promise<number>
  readonly isOver: () => boolean
  close(): void
}

export interface Extras {
  readonly type?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

/** Sends what it is given, and repeats nothing. */
export interface Client {
  send(method: string, path: string, body?: unknown, extras?: Extras): Promise<Reply>
  watch(path: string): Watching
}

const patchTypes = { json: 'application/json-patch+json', merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json', apply: 'application/apply-patch+yaml' } as const
export type PatchType = keyof typeof patchTypes
export const patchType = (type: PatchType): Extras => ({ type: patchTypes[type] })

/** A client of one world, and how to end its connections. */
export function clientOf(world: Pick<World, 'url' | 'ca'>): { as(token: string | undefined): Client; close(): void } {
  const agent = new Agent({ ca: world.ca, keepAlive: true })
  return {
    as: (token) => {
      const options = (method: string, headers: Extras['headers'] = {}): RequestOptions => ({ method, agent, headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), 'user-agent': 'contract/1', ...headers } as NonNullable<RequestOptions['headers']> })
      return {
        send: (method, path, body, { type = 'application/json', headers } = {}) => {
          const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
          return exchange(`${world.url}${path}`, options(method, { ...(sent !== undefined && { 'content-type': type, 'content-length': String(Buffer.byteLength(sent)) }), ...headers }), sent)
        },
        watch: (path) => follow(`${world.url}${path}`, options('GET')),
      }
    },
    close: () => agent.destroy(),
  }
}

function exchange(url: string, options: RequestOptions, sent: string | undefined): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (answer) => {
      textOf(answer).then((text) => resolve({ code: answer.statusCode ?? 0, text, body: (/json/.test(answer.headers['content-type'] ?? '') ? JSON.parse(text) : {}) as Answered, headers: answer.headers }), reject)
    })
    outgoing.once('error', reject)
    outgoing.end(sent)
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of answer as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

function follow(url: string, options: RequestOptions): Watching {
  const events: Told[] = []
  let over = false
  const { promise: open, resolve, reject } = Promise.withResolvers<number>()
  const outgoing = request(url, options, (answer) => {
    resolve(answer.statusCode ?? 0)
    let rest = ''
    answer.setEncoding('utf8')
    answer.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) events.push(JSON.parse(line) as Told)
    })
    answer.once('close', () => (over = true))
    // Whoever broke the line off, the watch is over; `close` tells.
    answer.once('error', () => (over = true))
  })
  outgoing.once('error', (error) => {
    over = true
    reject(error)
  })
  outgoing.end()
  return { events, open, isOver: () => over, close: () => outgoing.destroy() }
}
