/** A bare client for the sandbox's own tests: it shows what goes over the wire, and nothing is retried. */
import { Agent, request } from 'node:https'
import type { KubeObject } from '@fermata/ports'
import type { SandboxCluster } from '../start.ts'

export interface Reply { readonly code: number; readonly body: unknown; readonly text: string; readonly headers: Readonly<Record<string, string | string[] | undefined>> }

export interface WatchedEvent { readonly type: string; readonly object: KubeObject & { readonly code?: number; readonly reason?: string } }

export interface Wire {
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>
  /** Resolves with the events once the stream has ended. `close` ends it from this side. */
  watch(path: string): { readonly events: readonly WatchedEvent[]; readonly ended: Promise<void>; readonly open: Promise<void>; close(): void }
  close(): void
}

export function wire(cluster: Pick<SandboxCluster, 'url' | 'ca'>, token: string): Wire {
  const agent = new Agent({ ca: cluster.ca, keepAlive: true })
  const options = (method: string, headers: object): object => ({ method, agent, headers: { authorization: `Bearer ${token}`, 'user-agent': 'wire/1', ...headers } })
  return {
    send: (method, path, body, headers = {}) => new Promise((resolve, reject) => {
      const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      const outgoing = request(`${cluster.url}${path}`, options(method, { ...(sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }), ...headers }), (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('aborted', () => reject(new Error('aborted')))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const json = (response.headers['content-type'] ?? '').includes('json')
          resolve({ code: response.statusCode ?? 0, text, body: json ? JSON.parse(text) : undefined, headers: response.headers })
        })
      })
      outgoing.on('error', reject)
      outgoing.end(sent)
    }),
    watch(path) {
      const events: WatchedEvent[] = []
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      const { promise: open, resolve: begun } = Promise.withResolvers<void>()
      let rest = ''
      const outgoing = request(`${cluster.url}${path}`, options('GET', {}), (response) => {
        begun()
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) events.push(JSON.parse(line) as WatchedEvent)
        })
        response.on('error', () => end())
        response.on('close', () => end())
      })
      outgoing.on('error', () => end())
      outgoing.end()
      return { events, ended, open, close: () => outgoing.destroy() }
    },
    close: () => agent.destroy(),
  }
}
