import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock, Random } from '@fermata/ports'
import { type Connection, connectCluster } from '../connect.ts'
import type { KubeCluster } from '../cluster.ts'

/** What the stub answers to one request: an object as JSON, or whatever the function writes or breaks. */
export type Reply = { readonly status?: number; readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> } | ((request: http.IncomingMessage, response: http.ServerResponse) => void)

export interface Stub {
  readonly url: string
  /** `GET /version`, in order of arrival. */
  readonly seen: string[]
  /** Headers of the latest request to an address. */
  readonly headers: Map<string, http.IncomingHttpHeaders>
  /** Bodies by method and address without query. */
  readonly bodies: Map<string, string>
  readonly sockets: () => number
  /** Kubeconfig text with one context, `stub`. */
  readonly kubeconfig: string
  stop(): Promise<void>
}

const apps = { kind: 'APIResourceList', groupVersion: 'apps/v1', resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }, { name: 'deployments/scale', kind: 'Scale', namespaced: true }] }
const core = { kind: 'APIResourceList', groupVersion: 'v1', resources: [{ name: 'pods', kind: 'Pod', namespaced: true }, { name: 'namespaces', kind: 'Namespace', namespaced: false }, { name: 'configmaps', kind: 'ConfigMap', namespaced: true }] }

/** An API server of a few lines, over plain HTTP, for what a well-behaved server never does. Replies are used up in order; the last one stays. */
export async function startStub(replies: Readonly<Record<string, readonly Reply[]>>): Promise<Stub> {
  const seen: string[] = []
  const headers = new Map<string, http.IncomingHttpHeaders>()
  const bodies = new Map<string, string>()
  const known: Record<string, readonly Reply[]> = { 'GET /version': [{ json: { gitVersion: 'v1.35.4' } }], 'GET /apis/apps/v1': [{ json: apps }], 'GET /api/v1': [{ json: core }], ...replies }
  const left = new Map(Object.entries(known).map(([key, list]) => [key, [...list]]))
  const server = http.createServer((request, response) => {
    const address = `${request.method} ${request.url}`
    const plain = address.split('?')[0] as string
    seen.push(address)
    headers.set(plain, request.headers)
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      bodies.set(plain, Buffer.concat(parts).toString('utf8'))
      const list = left.get(address) ?? left.get(plain)
      const reply = list === undefined ? { status: 501, json: { kind: 'Status', message: `the stub has no ${address}` } } : ((list.length > 1 ? list.shift() : list[0]) as Reply)
      if (typeof reply === 'function') return reply(request, response)
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers })
      response.end(JSON.stringify(reply.json))
    })
  })
  let sockets = 0
  server.on('connection', () => sockets++)
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    seen,
    headers,
    bodies,
    sockets: () => sockets,
    kubeconfig: kubeconfigFor(url),
    stop: () =>
      new Promise((settle) => {
        server.close(() => settle())
        server.closeAllConnections()
      }),
  }
}

export function kubeconfigFor(server: string, user: Readonly<Record<string, unknown>> = {}, cluster: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'stub',
    contexts: [{ name: 'stub', context: { cluster: 'stub', user: 'tester', namespace: 'shop' } }],
    clusters: [{ name: 'stub', cluster: { server, ...cluster } }],
    users: [{ name: 'tester', user }],
  })
}

/** Time that stands still; every sleep is over at once and is written down. Its waits beyond `patienceMs` only end by their signal, since they guard against silence. */
export function instantClock(patienceMs = 40_000): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  let now = Date.parse('2026-01-01T00:00:00Z')
  return {
    slept,
    now: () => now,
    sleep: (milliseconds, signal) => {
      if (milliseconds > patienceMs) return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
      signal?.throwIfAborted()
      slept.push(milliseconds)
      now += milliseconds
      return new Promise((settle) => setImmediate(settle))
    },
  }
}

export const half: Random = { next: () => 0.5 }

export async function connectTo(stub: Pick<Stub, 'kubeconfig'>, more: Partial<Connection> = {}): Promise<KubeCluster> {
  return connectCluster({ kubeconfig: stub.kubeconfig, clock: instantClock(), random: half, environment: {}, ...more })
}

export function statusOf(code: number, reason: string, message: string, details: Readonly<Record<string, unknown>> = {}): Reply {
  return { status: code, json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code, details } }
}

export function object(kind: string, name: string, resourceVersion: string, more: Readonly<Record<string, unknown>> = {}) {
  return { apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind, metadata: { name, namespace: 'shop', resourceVersion }, ...more }
}

export function listOf(items: readonly unknown[], resourceVersion: string, next?: string): Reply {
  return { json: { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion, ...(next !== undefined && { continue: next }) }, items } }
}
