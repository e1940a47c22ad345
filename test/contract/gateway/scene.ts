import type { Cluster } from '@fermata/ports'
import { type Gateway, type GatewayWish, startGateway } from '@fermata/sandbox'
import { setTimeout as wait } from 'node:timers/promises'
import { type Answer, visit, type Visitor } from './client.ts'
import { type Here, namespaceOn } from './given.ts'

/** A cluster whose pods are played: ready soon after they are scheduled. */
export interface GatewaySide {
  readonly name: string
  start(): Promise<Running>
}

export interface Running {
  readonly cluster: Cluster
  /** Called with each namespace that was made, before anything is put into it. */
  made?(namespace: string): Promise<void>
  /** From now on the pods of an image are not ready. */
  unready(namespace: string, image: string): Promise<void>
  stop(): Promise<void>
}

export interface Case {
  readonly name: string
  run(scene: (wish?: Partial<GatewayWish>) => Promise<Scene>): Promise<void>
}

/** A namespace with a gateway before it. */
export interface Scene {
  readonly here: Here & { readonly cluster: Cluster; unready(image: string): Promise<void> }
  readonly gateway: Gateway
  readonly visitor: Visitor
  /** Asks again until the answer is this, for 20 seconds at most. */
  until(host: string, holds: (answer: Answer) => boolean, wish?: Parameters<Visitor['ask']>[1]): Promise<Answer>
  /** So many pods answer. Default: two. */
  ready(host: string, pods?: number): Promise<void>
  close(): Promise<void>
}

export async function openScene({ cluster, made, unready }: Running, namespace: string, wish: Partial<GatewayWish> = {}): Promise<Scene> {
  const here = await namespaceOn(cluster, namespace)
  await made?.(namespace)
  const gateway = await startGateway({ cluster, namespace, connectTimeout: 50, ...wish })
  const visitor = visit(gateway)
  const until: Scene['until'] = async (host, holds, how = {}) => {
    const end = performance.now() + 20_000
    for (;;) {
      const answer = await visitor.ask(host, how)
      if (holds(answer)) return answer
      if (performance.now() > end) throw new Error(`${host} still answers ${JSON.stringify(answer)}`)
      await wait(20)
    }
  }
  return {
    here: { ...here, cluster, unready: (image) => unready(namespace, image) },
    gateway,
    visitor,
    until,
    async ready(host, pods = 2) {
      const seen = new Set<string>()
      await until(host, ({ code, pod = '' }) => code === 200 && seen.add(pod).size >= pods)
    },
    async close() {
      visitor.leave()
      await gateway.close()
    },
  }
}
