import http from 'node:http'
import https from 'node:https'
import type { Http, ProbeAnswer, ProbeWish } from '@fermata/ports'
import { failureOf } from './failure.ts'

/** So much of an answer is kept to be judged; the rest is read and thrown away. */
const keptBytes = 64 * 1024

/** Asks over node:http: no pool, no redirects, no proxy of the environment, so that what is measured is the address and nothing between. */
export function createHttp(): Http {
  return { probe: (wish, signal) => new Promise((settle) => ask(wish, signal, settle)) }
}

function ask(wish: ProbeWish, signal: AbortSignal | undefined, settle: (answer: ProbeAnswer) => void): void {
  const began = performance.now()
  const ms = (): number => performance.now() - began
  const url = URL.parse(wish.url)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return settle({ kind: 'failed', failure: 'no-http', says: 'the address is no http or https URL', ms: 0 })
  if (signal?.aborted === true) return settle({ kind: 'failed', failure: 'cancelled', says: 'nobody waits for the answer', ms: 0 })
  let request: http.ClientRequest | undefined
  let open = true
  const end = (answer: ProbeAnswer): void => {
    if (!open) return
    open = false
    clearTimeout(limit)
    signal?.removeEventListener('abort', cancel)
    settle(answer)
    request?.destroy()
  }
  const fail = (error: Error): void => end({ kind: 'failed', ...failureOf(error), ms: ms() })
  const cancel = (): void => end({ kind: 'failed', failure: 'cancelled', says: 'nobody waits for the answer', ms: ms() })
  const limit = setTimeout(() => end({ kind: 'failed', failure: 'timeout', says: `no answer in ${wish.timeoutMs} ms`, ms: ms() }), wish.timeoutMs)
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    request = begin(url, wish)
  } catch (error) {
    // A header or method that no request can carry is thrown at once.
    return fail(error instanceof Error ? error : new Error(String(error)))
  }
  request.once('error', fail).once('response', (response) => read(response, ms, end, fail))
  // A body without a length would be sent in chunks, which not every server takes of a GET.
  request.end(wish.body)
}

function begin(url: URL, { method = 'GET', headers = {}, body, verifyTls = true }: ProbeWish): http.ClientRequest {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const options = { method, agent: false, headers: { accept: '*/*', 'user-agent': 'fermata-probe', ...headers, ...length } } as const
  return url.protocol === 'https:' ? https.request(url, { ...options, rejectUnauthorized: verifyTls }) : http.request(url, options)
}

function read(response: http.IncomingMessage, ms: () => number, end: (answer: ProbeAnswer) => void, fail: (error: Error) => void): void {
  const parts: Buffer[] = []
  let size = 0
  response.on('data', (part: Buffer) => {
    if (size < keptBytes) parts.push(part)
    size += part.length
  })
  response.once('error', fail).once('aborted', () => fail(Object.assign(new Error('the connection ended before the answer did'), { code: 'ECONNRESET' })))
  response.once('end', () => {
    const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
    end({ kind: 'answered', status: response.statusCode ?? 0, headers, body: Buffer.concat(parts).subarray(0, keptBytes).toString('utf8'), cut: size > keptBytes, ms: ms() })
  })
}
