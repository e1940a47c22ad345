import http from 'node:http'
import https from 'node:https'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Credentials } from '../config/credentials.ts'
import type { Login } from '../config/login.ts'
import type { Target } from '../config/target.ts'
import { Fault, faultOf } from './fault.ts'
import { turnstile } from './turnstile.ts'

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the server's address, with its query. */
  readonly path: string
  readonly accept?: string
  readonly contentType?: string
  readonly body?: string
  readonly signal?: AbortSignal | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

/** An answer whose body has no end of its own. */
export interface Stream {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** Ends when the server ends it. Throws a Fault when the connection breaks. */
  readonly chunks: AsyncIterable<Buffer>
  close(): void
}

export interface Patience {
  /** Until there is a connection. */
  readonly connectMs: number
  /** Until there is a whole answer; of a stream, until its headers. */
  readonly answerMs: number
}

export interface Transport {
  /** Throws a Fault, a ClusterError of the credentials, or the reason of the signal. */
  send(exchange: Exchange): Promise<Answer>
  open(exchange: Exchange): Promise<Stream>
  /** The login of the latest request, for explanations. */
  latestLogin(): Login
  /** Ends idle connections, so that the process can end. */
  close(): void
}

/** Below the 90 s after which kube-apiserver closes idle connections, so that no request is written into a closing one. */
const idleFor = 30_000

/** Requests at once; streams do not count. More would only wait in the server's own queues, and each costs a handshake here. */
const atOnce = 24

/** One server over HTTP/1.1 with kept connections. */
export function transportTo(target: Target, credentials: Credentials, patience: Patience, userAgent: string, env: Readonly<Record<string, string | undefined>>): Transport {
  const base = new URL(target.cluster.server)
  const agents = agentsFor(target, base, env)
  const gate = turnstile(atOnce)
  let latest: Login = { headers: {} }

  async function start(exchange: Exchange, whole: boolean): Promise<Started> {
    exchange.signal?.throwIfAborted()
    const login = await abortable(credentials.login(), exchange.signal)
    latest = login
    const body = exchange.body === undefined ? undefined : Buffer.from(exchange.body)
    const options: https.RequestOptions = {
      method: exchange.method,
      path: `${base.pathname.replace(/\/$/, '')}${exchange.path}`,
      agent: agents.for(login),
      headers: {
        accept: exchange.accept ?? 'application/json',
        'user-agent': userAgent,
        // A list of many pods shrinks to a tenth; a stream would only be held back.
        ...(whole && { 'accept-encoding': 'gzip' }),
        ...(body && { 'content-type': exchange.contentType ?? 'application/json', 'content-length': body.length }),
        ...(login.headers as http.OutgoingHttpHeaders),
      },
    }
    return carry(base, options, body, exchange.signal, patience)
  }

  return {
    send: (exchange) =>
      gate.pass(async () => {
        const started = await start(exchange, exchange.method === 'GET')
        try {
          return { status: started.status, headers: started.response.headers, text: await wholeText(started.response) }
        } catch (error) {
          throw started.explain(error)
        } finally {
          started.done()
        }
      }, exchange.signal),
    open: async (exchange) => {
      const started = await start(exchange, false)
      started.unlimited()
      return { status: started.status, headers: started.response.headers, chunks: chunksOf(started), close: () => started.response.destroy() }
    },
    latestLogin: () => latest,
    close: () => agents.close(),
  }
}

interface Started {
  readonly status: number
  readonly response: http.IncomingMessage
  /** No time limit from here on. */
  unlimited(): void
  done(): void
  explain(error: unknown): unknown
}

/** Writes one request and waits for the headers of its answer. The time limit and the signal stay in force until `done`. */
function carry(base: URL, options: https.RequestOptions, body: Buffer | undefined, signal: AbortSignal | undefined, patience: Patience): Promise<Started> {
  return new Promise((settle, refuse) => {
    let connected = false
    let late: Fault | undefined
    const request = begin(base, options)
    const expire = (milliseconds: number, what: string) => {
      late = new Fault('timeout', `${what} within ${milliseconds / 1000} s`, { sent: connected })
      request.destroy(late)
    }
    const answerTimer = setTimeout(() => expire(patience.answerMs, 'no whole answer'), patience.answerMs)
    const connectTimer = setTimeout(() => expire(patience.connectMs, 'no connection'), patience.connectMs)
    const stop = () => request.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
    const done = () => {
      clearTimeout(answerTimer)
      clearTimeout(connectTimer)
      signal?.removeEventListener('abort', stop)
    }
    const explain = (error: unknown) => (signal?.aborted ? signal.reason : (late ?? faultOf(error, connected)))
    const onConnected = () => {
      connected = true
      clearTimeout(connectTimer)
    }
    signal?.addEventListener('abort', stop, { once: true })
    request.on('socket', (socket) => {
      if (request.reusedSocket) onConnected()
      else socket.once(base.protocol === 'http:' ? 'connect' : 'secureConnect', onConnected)
    })
    request.on('error', (error) => {
      done()
      refuse(explain(error))
    })
    request.on('response', (response) => {
      settle({ status: response.statusCode ?? 0, response, unlimited: () => clearTimeout(answerTimer), done, explain })
    })
    request.end(body)
  })
}

/** A certificate that OpenSSL does not take is refused here already, before anything is sent. */
function begin(base: URL, options: https.RequestOptions): http.ClientRequest {
  try {
    return (base.protocol === 'http:' ? http : https).request(base, options)
  } catch (error) {
    throw faultOf(error, false)
  }
}

async function wholeText(response: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  const bytes = Buffer.concat(parts)
  return (response.headers['content-encoding'] === 'gzip' ? await promisify(gunzip)(bytes) : bytes).toString('utf8')
}

async function* chunksOf(started: Started): AsyncGenerator<Buffer> {
  try {
    for await (const part of started.response) yield part as Buffer
  } catch (error) {
    throw started.explain(error)
  } finally {
    started.done()
  }
}

interface Agents {
  for(login: Login): http.Agent
  close(): void
}

/** A client certificate is part of the connection, so a new one needs an agent of its own. */
function agentsFor({ cluster }: Target, base: URL, env: Readonly<Record<string, string | undefined>>): Agents {
  const proxyEnv = cluster.proxyUrl === undefined ? env : { HTTP_PROXY: cluster.proxyUrl, HTTPS_PROXY: cluster.proxyUrl }
  const common: http.AgentOptions = { keepAlive: true, timeout: idleFor, scheduling: 'lifo', proxyEnv }
  const agents = new Map<string, http.Agent>()
  return {
    for: (login) => {
      const certificate = String(login.certificate ?? '')
      const known = agents.get(certificate)
      if (known !== undefined) return known
      const agent =
        base.protocol === 'http:'
          ? new http.Agent(common)
          : new https.Agent({
              ...common,
              rejectUnauthorized: !cluster.skipTlsVerify,
              ...(cluster.ca && { ca: cluster.ca }),
              ...(cluster.tlsServerName !== undefined && { servername: cluster.tlsServerName }),
              ...(login.certificate !== undefined && { cert: login.certificate }),
              ...(login.key !== undefined && { key: login.key }),
            })
      agents.set(certificate, agent)
      return agent
    },
    close: () => agents.forEach((agent) => agent.destroy()),
  }
}

/** Settles with the work, or rejects with the reason of the signal, whichever comes first. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  signal.throwIfAborted()
  let stop: (() => void) | undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, stopped])
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop)
  }
}
