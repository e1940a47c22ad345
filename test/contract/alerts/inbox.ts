import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Message {
  readonly path: string
  readonly contentType: string | undefined
  readonly body: {
    readonly receiver: string
    readonly status: string
    readonly notification_reason: string
    readonly groupKey: string
    readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>>; readonly startsAt: string; readonly endsAt: string; readonly fingerprint: string }[]
    readonly [field: string]: unknown
  }
}

/** What a webhook receives. `answers` are the statuses of the next answers; after them, 200. */
export interface Inbox {
  readonly url: string
  readonly messages: Message[]
  readonly answers: number[]
  close(): Promise<void>
}

export async function openInbox(): Promise<Inbox> {
  const messages: Message[] = []
  const answers: number[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
      messages.push({ path: request.url ?? '', contentType: request.headers['content-type'], body: JSON.parse(body) as Message['body'] })
      response.writeHead(answers.shift() ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    answers,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}
