import { Agent, request } from 'node:http'

/** How many requests a second each host gets. */
export type Load = Readonly<Record<string, number>>

export interface Traffic {
  /** From now on so much. */
  load(perSecond: Load): void
  stop(): void
}

/** Milliseconds between two handfuls of requests. */
const beat = 50

/** Customers that ask a gateway, whatever became of their former requests. The gateway counts what became of each. */
export function startTraffic(gateway: string, perSecond: Load = {}): Traffic {
  const { hostname, port } = new URL(gateway)
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let load = perSecond
  const owed = new Map<string, number>()
  let last = performance.now()
  const ask = (host: string): void => {
    const asked = request({ hostname, port, path: '/', headers: { host }, agent, timeout: 5_000 }, (answer) => answer.resume())
    // A broken connection is an answer, too: the gateway has counted it.
    asked.on('error', () => {}).on('timeout', () => asked.destroy()).end()
  }
  const timer = setInterval(() => {
    const now = performance.now()
    for (const [host, rate] of Object.entries(load)) {
      // After a stall of this process customers do not come all at once.
      const due = (owed.get(host) ?? 0) + (rate * Math.min(4 * beat, now - last)) / 1_000
      for (let nth = 1; nth <= due; nth++) ask(host)
      owed.set(host, due % 1)
    }
    last = now
  }, beat)
  return {
    load: (next) => {
      load = next
    },
    stop: () => {
      clearInterval(timer)
      agent.destroy()
    },
  }
}

/** One request, and the status of its answer; 0 where the connection broke. `fetch` does not let anybody choose the host. */
export function askOnce(gateway: string, host: string, from: string): Promise<number> {
  const { hostname, port } = new URL(gateway)
  return new Promise((resolve) => {
    request({ hostname, port, path: '/', headers: { host, 'x-fermata-from': from }, agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', () => resolve(0))
      .end()
  })
}
