import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '@fermata/ports'

/** What may go wrong on the way, on order. */
export type MonitoringFaultKind =
  /** Answered with this status and text before anything is done. */
  | { readonly kind: 'status'; readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'reset' }
  /** It is done, and the connection breaks in the middle of the answer. */
  | { readonly kind: 'cut' }
  /** Half of the answer arrives, and says that it is all. */
  | { readonly kind: 'halved' }
  /** A proxy or a login page answers instead, with 200. */
  | { readonly kind: 'html' }
  /** Nothing is ever answered. */
  | { readonly kind: 'silence' }
  /** The answer is given, with this added to what it is made of. */
  | { readonly kind: 'with'; readonly fields: Readonly<Record<string, unknown>> }

export type MonitoringFault = MonitoringFaultKind & {
  /** Which requests, as `POST /api/v1/query`. Default: all. */
  readonly on?: RegExp
  /** How many of them. Default: 1. */
  readonly times?: number
}

/** Who is let in. Default: everybody. */
export type Admission = { readonly kind: 'bearer'; readonly token: string } | { readonly kind: 'basic'; readonly user: string; readonly password: string }

export interface Asked {
  readonly method: string
  /** Below the prefix. */
  readonly path: string
  /** Of the query and, for a form, of the body. */
  readonly parameters: URLSearchParams
  readonly body: string
}

export type Reply = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } & ({ readonly json: unknown } | { readonly text: string })

export interface StandIn {
  /** Base address, with the prefix. */
  readonly url: string
  /** Requests as they were answered: `POST /api/v1/query 200`. 0 where the connection was broken or left without an answer. */
  readonly requests: readonly string[]
  /** How many requests were for something that it does not do (501). A test that finds more than none has learnt nothing. */
  readonly unknown: () => number
  readonly fail: (fault: MonitoringFault) => void
  readonly close: () => Promise<void>
}

export interface StandInWish {
  readonly clock: Clock
  readonly prefix?: string | undefined
  readonly admission?: Admission | undefined
  readonly answer: (asked: Asked) => Reply | Promise<Reply>
}

/** An HTTP server on 127.0.0.1 whose answers may be spoilt on order. */
export async function standIn({ prefix = '', admission, answer }: StandInWish): Promise<StandIn> {
  const requests: string[] = []
  const faults: { readonly fault: MonitoringFault; left: number }[] = []
  const take = (what: string): MonitoringFault | undefined => {
    const next = faults.find(({ fault, left }) => left > 0 && (fault.on === undefined || fault.on.test(what)))
    if (next !== undefined) next.left--
    return next?.fault
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`The stand-in broke: ${error instanceof Error ? error.stack : String(error)}`)
    })
  })
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await askedIn(request, prefix)
    const what = `${asked.method} ${asked.path}`
    const fault = take(what)
    const reply = instead(fault) ?? (isBroken(fault) ? undefined : spoilt(fault, await honest(request, asked)))
    requests.push(`${what} ${fault?.kind === 'cut' || reply === undefined ? 0 : reply.status}`)
    if (fault?.kind !== 'silence') send(response, reply, fault)
  }
  async function honest(request: IncomingMessage, asked: Asked): Promise<Reply> {
    if (!isAdmitted(request, admission)) return unauthorized
    return (request.url ?? '').startsWith(prefix) ? answer(asked) : notFound
  }
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    requests,
    unknown: () => requests.filter((request) => request.endsWith(' 501')).length,
    fail: (fault) => faults.push({ fault, left: fault.times ?? 1 }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve()) // An error means that it is closed already, which is what was asked.
        server.closeAllConnections()
      }),
  }
}

export const notFound: Reply = { status: 404, text: '404 page not found\n' }
const unauthorized: Reply = { status: 401, text: 'Unauthorized\n', headers: { 'www-authenticate': 'Basic' } }

async function askedIn(request: IncomingMessage, prefix: string): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  const url = new URL(request.url ?? '/', 'http://stand-in')
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  // The body comes first: of a name that is given twice, the server takes the one of the body.
  return { method: request.method ?? 'GET', path: url.pathname.slice(prefix.length), parameters: new URLSearchParams([...(form ? new URLSearchParams(body) : []), ...url.searchParams]), body }
}

function isAdmitted(request: IncomingMessage, admission: Admission | undefined): boolean {
  switch (admission?.kind) {
    case undefined:
      return true
    case 'bearer':
      return request.headers.authorization === `Bearer ${admission.token}`
    case 'basic':
      return request.headers.authorization === `Basic ${Buffer.from(`${admission.user}:${admission.password}`).toString('base64')}`
  }
}

/** Faults that answer before anything is done. */
function instead(fault: MonitoringFault | undefined): Reply | undefined {
  switch (fault?.kind) {
    case 'status':
      return { status: fault.status, text: fault.body ?? '', headers: fault.headers ?? {} }
    case 'html':
      return { status: 200, text: '<!doctype html><title>Sign in</title>', headers: { 'content-type': 'text/html; charset=utf-8' } }
    default:
      return undefined
  }
}

function isBroken(fault: MonitoringFault | undefined): boolean {
  return fault?.kind === 'reset' || fault?.kind === 'silence'
}

function spoilt(fault: MonitoringFault | undefined, reply: Reply): Reply {
  return fault?.kind === 'with' && 'json' in reply ? { ...reply, json: { ...(reply.json as object), ...fault.fields } } : reply
}

function send(response: ServerResponse, reply: Reply | undefined, fault: MonitoringFault | undefined): void {
  if (reply === undefined) {
    response.destroy()
    return
  }
  const whole = Buffer.from('json' in reply ? JSON.stringify(reply.json) : reply.text)
  const half = whole.subarray(0, Math.floor(whole.byteLength / 2))
  const body = fault?.kind === 'halved' ? half : whole
  response.writeHead(reply.status, { 'content-type': 'json' in reply ? 'application/json' : 'text/plain; charset=utf-8', 'content-length': String(body.byteLength), ...reply.headers })
  if (fault?.kind === 'cut') response.write(half, () => response.destroy())
  else response.end(body)
}
