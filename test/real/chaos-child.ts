import { readRequest } from '@fermata/capability'
import { chaos, chaosGate, type ChaosRequest } from '@fermata/chaos'
import { connectCluster } from '@fermata/kube'
import { createHttp } from '@fermata/probe'
import { realClock } from '@fermata/sandbox'
import { setTimeout as wait } from 'node:timers/promises'

/** An experiment in a process of its own, so that somebody may kill it. */
interface Order {
  readonly kubeconfig: string
  readonly namespace: string
  readonly experiment: string
  readonly inputs: Readonly<Record<string, string>>
}

process.once('message', (order: Order) => void carryOut(order))

async function carryOut({ kubeconfig, namespace, experiment, inputs }: Order): Promise<void> {
  const clock = { ...realClock(), sleep: (milliseconds: number, signal?: AbortSignal) => wait(milliseconds, undefined, { ...(signal !== undefined && { signal }) }) }
  const cluster = await connectCluster({ kubeconfig, clock, random: { next: () => 0.5 }, environment: {} })
  const nothing = (): void => undefined
  await chaos(readRequest(chaosGate, (name) => ({ ...inputs, namespace } as Readonly<Record<string, string>>)[name]) as ChaosRequest, {
    clock,
    http: createHttp(),
    signal: new AbortController().signal,
    random: { next: Math.random },
    keep: nothing,
    files: { read: async () => new TextEncoder().encode(experiment), list: async () => undefined, write: async () => undefined },
    metrics: () => Promise.reject(new Error('no metrics here')),
    cluster: async () => cluster,
    log: { debug: nothing, info: nothing, warning: nothing, progress: nothing },
    invocation: { trigger: { event: 'push', payload: {}, sha: undefined, ref: undefined }, repository: undefined, workflow: undefined, runId: String(process.pid), runAttempt: 1, actor: undefined, runUrl: undefined, temporary: '/tmp' },
  })
}
