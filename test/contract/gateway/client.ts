import { Agent, request } from 'node:http'
import type { Gateway } from '@fermata/sandbox'

export interface Answer {
  /** 0 where the connection broke. */
  readonly code: number
  readonly service?: string
  readonly version?: string
  readonly pod?: string
  readonly says?: string
}

export interface Visitor {
  ask(host: string, wish?: { readonly path?: string; readonly headers?: Readonly<Record<string, string>> }): Promise<Answer>
  /** So many requests, eight at a time; answers how often each value of a field came. */
  share(host: string, requests: number, field: 'code' | 'service' | 'version' | 'pod'): Promise<Readonly<Record<string, number>>>
  leave(): void
}

/** Asks a gateway as its users do, over http. */
export function visit({ url }: Pick<Gateway, 'url'>): Visitor {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const ask: Visitor['ask'] = (host, { path = '/', headers = {} } = {}) =>
    new Promise((resolve) => {
      request(`${url}${path}`, { agent, headers: { ...headers, host } }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ ...(JSON.parse(text) as Answer), code: answer.statusCode ?? 0 }))
      }).on('error', () => resolve({ code: 0 })).end()
    })
  return {
    ask,
    async share(host, requests, field) {
      const seen: Record<string, number> = {}
      let left = requests
      await Promise.all(Array.from({ length: 8 }, async () => {
        while (left-- > 0) {
          const value = String((await ask(host))[field] ?? '')
          seen[value] = (seen[value] ?? 0) + 1
        }
      }))
      return seen
    },
    leave: () => agent.destroy(),
  }
}
