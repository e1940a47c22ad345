import type { Clock, Log } from '@fermata/ports'
import type { Address } from './address.ts'
import { nextAttemptIn, type Outcome } from './patience.ts'
import { type Asked, refusal } from './refusal.ts'

export interface ConnectionWish {
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  readonly log?: Pick<Log, 'debug'> | undefined
  /** Milliseconds until an attempt without a whole answer is given up. Default: 30,000. */
  readonly timeoutMs?: number
  /** The most that is read of one answer. Default: 64 MiB. */
  readonly maxBytes?: number
}

export interface Wanted {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the base address. */
  readonly path: string
  /** Sent in the query of a GET, and as the form of a POST: expressions are longer than addresses may be. */
  readonly form?: URLSearchParams
  readonly json?: unknown
  /** False for a request that must not be carried out twice. */
  readonly repeatable?: false
}

export interface Answered {
  readonly asked: Asked
  readonly body: string
}

export interface Connection {
  /** Sends until there is an answer with a status below 300, or no hope of one. */
  ask(wanted: Wanted): Promise<Answered>
}

export function connect(address: Address, wish: ConnectionWish): Connection {
  return {
    async ask(wanted) {
      const asked: Asked = { what: `${wanted.method} ${wanted.path}`, server: address.host, query: wanted.form?.get('query') ?? undefined }
      for (let attempt = 1; ; attempt++) {
        const outcome = await send(address, wanted, wish)
        wish.signal?.throwIfAborted()
        if (outcome.kind === 'answered' && outcome.status < 300) return { asked, body: outcome.body }
        const wait = nextAttemptIn(outcome, attempt, wanted.repeatable ?? true, wish.clock.now())
        if (wait === undefined) throw refusal(asked, outcome, attempt)
        wish.log?.debug(`${asked.what} of ${asked.server}: ${outcome.kind === 'answered' ? outcome.status : outcome.kind}; attempt ${attempt + 1} in ${wait} ms`)
        await wish.clock.sleep(wait, wish.signal)
      }
    },
  }
}

async function send(address: Address, { method, path, form, json }: Wanted, { signal, timeoutMs = 30_000, maxBytes = 64 * 2 ** 20 }: ConnectionWish): Promise<Outcome> {
  const { Agent, EnvHttpProxyAgent, request } = await import('undici')
  const dispatcher = address.loopback ? new Agent() : new EnvHttpProxyAgent()
  const inTime = AbortSignal.timeout(timeoutMs)
  const body = json !== undefined ? JSON.stringify(json) : method === 'POST' ? form?.toString() : undefined
  const query = method === 'GET' && form !== undefined ? `?${form}` : ''
  try {
    const response = await request(`${address.base}${path}${query}`, {
      method,
      dispatcher,
      signal: signal === undefined ? inTime : AbortSignal.any([signal, inTime]),
      headers: {
        accept: 'application/json',
        'user-agent': 'fermata',
        ...(address.authorization !== undefined && { authorization: address.authorization }),
        ...(body !== undefined && { 'content-type': json === undefined ? 'application/x-www-form-urlencoded' : 'application/json' }),
      },
      ...(body !== undefined && { body }),
    })
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) return { kind: 'too-large', bytes: maxBytes }
      chunks.push(chunk)
    }
    return { kind: 'answered', status: response.statusCode, headers: textHeaders(response.headers), body: Buffer.concat(chunks).toString('utf8') }
  } catch (error) {
    signal?.throwIfAborted()
    if (inTime.aborted) return { kind: 'late', milliseconds: timeoutMs }
    if (!isFailureOfNetwork(error)) throw error
    return { kind: 'unanswered', says: rootOf(error) }
  } finally {
    void dispatcher.destroy()
  }
}

interface Failing {
  readonly message?: string
  readonly code?: string
  readonly cause?: unknown
}

/** Errors of sockets, names and TLS have a code, themselves or in their cause; a mistake of ours has none. */
function isFailureOfNetwork(error: unknown): error is Failing {
  return typeof error === 'object' && error !== null && ('code' in error || (error as Failing).cause !== undefined)
}

/** What it comes down to: `connect ECONNREFUSED 127.0.0.1:9090` rather than `fetch failed`. */
function rootOf(error: Failing): string {
  let root = error
  while (typeof root.cause === 'object' && root.cause !== null) root = root.cause
  return [root.message, root.code].find((part) => typeof part === 'string' && part !== '') ?? 'no connection'
}

function textHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]])))
}
