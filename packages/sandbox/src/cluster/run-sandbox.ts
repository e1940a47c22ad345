import { rm, writeFile } from 'node:fs/promises'
import { realClock } from '../clock.ts'
import { startCluster } from './start.ts'
import type { ClusterWish, SandboxCluster } from './start.ts'

export interface SandboxWish extends Omit<ClusterWish, 'clock'> {
  /** Path of the kubeconfig to write. It is readable by its owner only, and removed at the end, since its token is then worth nothing. */
  readonly kubeconfig: string
  /** Namespace of the kubeconfig's context; made when it is not there. Default: `default`. */
  readonly namespace?: string
  /** How many seconds of the cluster pass in one. Default 1. */
  readonly speed?: number
  /** Ends the sandbox. */
  readonly signal: AbortSignal
  /** Called once the server answers and the kubeconfig is there. */
  readonly ready?: (cluster: SandboxCluster) => void
}

/** What was asked of a sandbox while it ran. */
export interface SandboxEnd {
  readonly requests: number
  /** Requests that were refused because the stand-in does not do what they asked: `GET /openapi/v3`. */
  readonly refused: readonly string[]
}

/** A stand-in cluster on the wall clock for programs outside of this process, until the signal aborts. */
export async function runSandbox(wish: SandboxWish): Promise<SandboxEnd> {
  const { kubeconfig, namespace = 'default', speed = 1, signal, ready, ...cluster } = wish
  const namespaces = [...new Set([...(cluster.namespaces ?? []), namespace])].filter((name) => name !== 'default')
  const running = await startCluster({ ...cluster, namespaces, clock: realClock({ speed }) })
  try {
    await writeFile(kubeconfig, running.kubeconfig({ namespace }), { mode: 0o600 })
    ready?.(running)
    if (!signal.aborted) await new Promise<void>((resolve) => { signal.addEventListener('abort', () => resolve(), { once: true }) })
  } finally {
    await rm(kubeconfig, { force: true })
    await running.stop()
  }
  return { requests: running.requests.count(), refused: [...new Set(running.requests.unknown().map(({ method, url }) => `${method} ${url.split('?')[0] ?? ''}`))] }
}
