import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request and what came back, as both went over the wire. */
export interface Exchange {
  readonly method: string
  /** As it was sent, with its encoding. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** The body that was sent, read as JSON. */
  readonly sent: unknown
  readonly status: number
  /** Media type of the answer. */
  readonly type: string
  readonly received: unknown
}

export interface Recorder {
  readonly url: string
  /** Takes what was recorded since it was last taken. */
  take(): readonly Exchange[]
  close(): Promise<void>
}

/** Stands between a client and a server, hands everything on, and keeps a copy. */
export async function startRecorder(target: string): Promise<Recorder> {
  let exchanges: Exchange[] = []
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await read(incoming)
      const onward = send(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: { ...incoming.headers, host: new URL(target).host } }, (answer) => {
        void (async () => {
          const text = await read(answer)
          const { pathname, searchParams } = new URL(incoming.url ?? '/', target)
          exchanges.push({ method: incoming.method ?? '', path: pathname, query: Object.fromEntries(searchParams), sent: json(body), status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', received: json(text) })
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(text)
        })()
      })
      onward.once('error', (error) => outgoing.writeHead(502).end(String(error)))
      onward.end(body)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => {
      const taken = exchanges
      exchanges = []
      return taken
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function json(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text)
}
