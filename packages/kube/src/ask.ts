import { ClusterError, type Clock, type KubeObject, type Random } from '@fermata/ports'
import { asRecord } from './config/merge.ts'
import { explainLogin } from './config/credentials.ts'
import type { Credentials } from './config/credentials.ts'
import type { Target } from './config/target.ts'
import { faultError } from './refusal/fault-error.ts'
import { statusError } from './refusal/status-error.ts'
import { Fault } from './wire/fault.ts'
import { type Attempt, patientRetry, type RetryPolicy, retryAfter, withRetry } from './wire/retry.ts'
import type { Answer, Exchange, Stream, Transport } from './wire/transport.ts'

/** One thing asked of the API server, in the words of its access rules, so that a refusal can name the rule that lacks. */
export interface Ask {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'
  readonly group: string
  /** Plural; with its subresource: `pods/log`. Empty for addresses such as /version. */
  readonly resource: string
  /** For people: `Deployment`. */
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  /** An apply needs `create` too, where the object does not exist yet. */
  readonly apply?: true
  readonly exchange: Exchange
  /** Whether a second attempt after one that may have been carried out comes to the same. */
  readonly repeatable: boolean
  /** Called before a second attempt, when the first may have been carried out. */
  readonly onRepeat?: () => void
  /** A refusal that asking again will not change, although its status says that it might. */
  readonly isFinal?: (answer: Answer) => boolean
}

export interface RequestCount {
  readonly verb: string
  /** `deployments.apps`, `pods/log`. */
  readonly resource: string
  /** Requests on the wire, repeated ones included. */
  readonly count: number
}

export interface Asker {
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal | undefined
  readonly target: Target
  /** The body of a successful answer. Throws a ClusterError. */
  text(ask: Ask, policy?: RetryPolicy): Promise<string>
  object(ask: Ask, policy?: RetryPolicy): Promise<KubeObject>
  /** Opened once, not retried: whoever reads it knows where to go on from. */
  stream(ask: Ask): Promise<Stream>
  requests(): readonly RequestCount[]
  /** The same connection, obeying another signal as well as that of each ask. */
  under(signal: AbortSignal | undefined): Asker
  close(): void
}

export interface Line {
  readonly target: Target
  readonly credentials: Credentials
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
}

/** Asks with patience: retries what may be repeated, renews credentials once, and words what remains. */
export function askerOn(line: Line, signal: AbortSignal | undefined, counter: Counter = countRequests()): Asker {
  const { target, clock, random } = line
  const obeying = (ask: Ask): Exchange => ({ ...ask.exchange, signal: either(ask.exchange.signal, signal) })

  async function text(ask: Ask, policy: RetryPolicy = patientRetry): Promise<string> {
    const exchange = obeying(ask)
    return withRetry(policy, { clock, random, signal: exchange.signal }, () => attempt(line, counter, ask, exchange))
  }

  return {
    clock,
    random,
    signal,
    target,
    text,
    object: async (ask, policy) => parsedObject(ask, await text(ask, policy)),
    stream: (ask) => openStream(line, counter, ask, obeying(ask)),
    requests: counter.all,
    under: (other) => askerOn(line, other, counter),
    close: () => line.transport.close(),
  }
}

function either(own: AbortSignal | undefined, outer: AbortSignal | undefined): AbortSignal | undefined {
  if (own === undefined || outer === undefined || own === outer) return own ?? outer
  return AbortSignal.any([own, outer])
}

/** One attempt, and whether another may follow: never where a write could be done twice. */
async function attempt(line: Line, counter: Counter, ask: Ask, exchange: Exchange): Promise<Attempt<string>> {
  let answer: Answer
  try {
    answer = await exchangeOnce(line, counter, ask, exchange)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const final = faultError(ask, line.target, error)
    if (!isTransientFault(error) || (error.sent && !ask.repeatable)) throw final
    if (error.sent) ask.onRepeat?.()
    return { kind: 'again', error: final }
  }
  if (answer.status >= 200 && answer.status < 300) return { kind: 'done', value: answer.text }
  const error = refusal(line, ask, answer)
  if (ask.isFinal?.(answer) === true) throw error
  if (answer.status === 429) return { kind: 'again', error, after: retryAfter(answer.headers['retry-after'], line.clock.now()) }
  if (!isTransientStatus(answer.status) || !ask.repeatable) throw error
  ask.onRepeat?.()
  return { kind: 'again', error, after: retryAfter(answer.headers['retry-after'], line.clock.now()) }
}

/** With fresh credentials a second time, when the first are refused and others can be had. The server has done nothing in between. */
async function exchangeOnce({ transport, credentials }: Line, counter: Counter, ask: Ask, exchange: Exchange): Promise<Answer> {
  counter.count(ask)
  const answer = await transport.send(exchange)
  if (answer.status !== 401 || !credentials.forget()) return answer
  counter.count(ask)
  return transport.send(exchange)
}

async function openStream(line: Line, counter: Counter, ask: Ask, exchange: Exchange): Promise<Stream> {
  counter.count(ask)
  try {
    const stream = await line.transport.open(exchange)
    if (stream.status === 200) return { ...stream, chunks: worded(stream.chunks, line, ask) }
    if (stream.status === 401) line.credentials.forget()
    const parts: Buffer[] = []
    for await (const part of stream.chunks) parts.push(part)
    throw refusal(line, ask, { status: stream.status, headers: stream.headers, text: Buffer.concat(parts).toString('utf8') })
  } catch (error) {
    throw error instanceof Fault ? faultError(ask, line.target, error) : error
  }
}

async function* worded(chunks: AsyncIterable<Buffer>, line: Line, ask: Ask): AsyncGenerator<Buffer> {
  try {
    yield* chunks
  } catch (error) {
    throw error instanceof Fault ? faultError(ask, line.target, error) : error
  }
}

function refusal({ target, transport, clock }: Line, ask: Ask, answer: Answer): ClusterError {
  return statusError(ask, target, answer, () => explainLogin(target, transport.latestLogin(), clock.now()))
}

interface Counter {
  count(ask: Ask): void
  all(): readonly RequestCount[]
}

function countRequests(): Counter {
  const counts = new Map<string, RequestCount>()
  return {
    count: (ask) => {
      const resource = resourceName(ask)
      const key = `${resource} ${ask.verb}`
      counts.set(key, { verb: ask.verb, resource, count: (counts.get(key)?.count ?? 0) + 1 })
    },
    all: () => [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count),
  }
}

/** `deployments.apps`, `pods/log`, or the address where there is no resource. */
export function resourceName(ask: Pick<Ask, 'resource' | 'group' | 'exchange'>): string {
  if (ask.resource === '') return ask.exchange.path.split('?')[0] as string
  const [plural, subresource] = ask.resource.split('/')
  return `${plural}${ask.group === '' ? '' : `.${ask.group}`}${subresource === undefined ? '' : `/${subresource}`}`
}

export function parsedObject(ask: Ask, text: string): KubeObject {
  const value = parsedJson(ask, text)
  const metadata = asRecord(value['metadata'])
  if (metadata === undefined) throw noKubernetes(ask, 'an answer without metadata')
  return value as unknown as KubeObject
}

/** @throws ClusterError when the text is no JSON mapping: a page of a proxy, or half an answer */
export function parsedJson(ask: Ask, text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw noKubernetes(ask, 'an answer that is no JSON', cause)
  }
  const record = asRecord(value)
  if (record === undefined) throw noKubernetes(ask, 'an answer that is no object')
  return record
}

function noKubernetes(ask: Ask, what: string, cause?: unknown): ClusterError {
  return new ClusterError('server', `The server gave ${what} to ${ask.verb} ${resourceName(ask)}.`, { code: 'FM-KUBE-NOT-KUBERNETES', remedy: 'Check that the address is that of a Kubernetes API server, and proxies between.', cause })
}

function isTransientFault(fault: Fault): boolean {
  return fault.kind === 'refused' || fault.kind === 'name' || fault.kind === 'reset' || fault.kind === 'timeout'
}

function isTransientStatus(status: number): boolean {
  return status === 429 || status === 500 || status === 502 || status === 503 || status === 504
}
