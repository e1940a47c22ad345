import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock, Cluster } from '@fermata/ports'
import { realClock } from '../clock.ts'
import { type AnswerBehaviour, behaviourFrom } from './behaviour.ts'
import { type Count, openTally, type Tally } from './counts.ts'
import { followNamespace, type Sight } from './follow.ts'
import type { End } from './network-policy.ts'
import type { Hands, Outcome } from './pass-on.ts'
import type { Asked } from './route.ts'
import { openTurns, type Turns } from './turns.ts'

export interface GatewayWish {
  /** The cluster to look at; any that the Cluster port reaches. */
  readonly cluster: Cluster
  /** Default: that of the cluster's identity. */
  readonly namespace?: string
  /** How pods answer. Default: 200 at once. */
  readonly behaviours?: readonly AnswerBehaviour[]
  readonly clock?: Clock
  /** On 127.0.0.1; default: any free one. */
  readonly port?: number
  /** Who the gateway is for NetworkPolicies. Default: a pod without labels in the namespace `gateway`. */
  readonly source?: Partial<End>
  /** Milliseconds after which a connection that a policy swallows is given up. Default 1000. */
  readonly connectTimeout?: number
}

export interface Gateway {
  readonly url: string
  /** From now on pods answer so; what was told before is forgotten. */
  behave(behaviours: readonly AnswerBehaviour[]): void
  counts(): readonly Count[]
  /** Forgets the counts; the metrics go on. */
  reset(): void
  close(): Promise<void>
}

/** Names the Service whose pod asks, so that policies between pods count. */
const fromHeader = 'x-fermata-from'

/**
 * Answers requests over http on 127.0.0.1 as the pods behind a Service or route would: the Host header says which one.
 * `GET /__counts` tells what went where, `DELETE /__counts` forgets it, `PUT /__behaviours` takes a table, `GET /metrics` is for Prometheus.
 */
export async function startGateway(wish: GatewayWish): Promise<Gateway> {
  const { cluster, clock = realClock(), connectTimeout = 1000 } = wish
  // Who wants a cluster or GitHub alone does not load regular expressions.
  const { passOn } = await import('./pass-on.ts')
  const namespace = wish.namespace ?? cluster.identity.namespace
  const source: End = { labels: {}, namespace: 'gateway', namespaceLabels: { 'kubernetes.io/metadata.name': 'gateway' }, address: '10.0.0.1', ...wish.source }
  const sight = await followNamespace(cluster, namespace, clock)
  const tally = openTally()
  const turns = openTurns()
  let behaviours = wish.behaviours ?? []
  const own = { tally, behave: (next: readonly AnswerBehaviour[]) => { behaviours = next } }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => respond(response, 501, { says: error instanceof Error ? error.message : String(error) }))
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = askedIn(request)
    if (asked.path.startsWith('/__') || asked.path === '/metrics') return ownAnswer(request, response, asked, own)
    const began = clock.now()
    const count = (outcome: Outcome, mirrored: boolean): void => tally.add(asked.host, outcome, (clock.now() - began) / 1000, mirrored)
    const outcome = await passOn(asked, handsFor(asked, { sight, turns, clock, behaviours, source, connectTimeout, mirrored: (copy) => count(copy, true) }))
    count(outcome, false)
    if (outcome.code === 'reset') response.destroy()
    else respond(response, outcome.code, outcome)
  }
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(wish.port ?? 0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave: own.behave,
    counts: tally.counts,
    reset: tally.reset,
    close: () => new Promise((resolve) => {
      sight.close()
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

interface Standing extends Omit<Hands, 'picture' | 'from'> { readonly sight: Sight; readonly turns: Turns }

const handsFor = (asked: Asked, { sight, ...standing }: Standing): Hands => ({ ...standing, picture: sight.picture(), from: asked.headers[fromHeader] })

function askedIn(request: IncomingMessage): Asked {
  const url = new URL(request.url ?? '/', 'http://gateway')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
  return { method: request.method ?? 'GET', host: (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase(), path: url.pathname, query: url.searchParams, headers }
}

async function ownAnswer(request: IncomingMessage, response: ServerResponse, { method, path }: Asked, { tally, behave }: { readonly tally: Tally; readonly behave: Gateway['behave'] }): Promise<void> {
  switch (`${method} ${path}`) {
    case 'GET /__counts': return respond(response, 200, tally.counts())
    case 'DELETE /__counts': tally.reset(); return respond(response, 200, [])
    case 'PUT /__behaviours': {
      const given: unknown = JSON.parse(await bodyOf(request))
      if (!Array.isArray(given)) throw new Error('A table of behaviours is a list.')
      behave(given.map((row, index) => behaviourFrom(row, `Behaviour ${index}`)))
      return respond(response, 200, given)
    }
    case 'GET /metrics': {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(tally.metrics())
      return
    }
    default: return respond(response, 404, { says: `The gateway itself knows no ${method} ${path}` })
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) { response.destroy(); return }
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}
