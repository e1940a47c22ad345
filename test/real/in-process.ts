import { connectCluster } from '@fermata/kube'
import type { Cluster } from '@fermata/ports'
import { deploy } from '@fermata/rollout'
import { realClock } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { type Life, mortal } from '../../packages/rollout/src/testing/mortal.ts'
import { deploymentRecords } from '../../packages/rollout/src/testing/records.ts'
import { filesOf, invocation, requestOf } from '../../packages/rollout/src/testing/stage.ts'
import type { PlayedCluster } from './played-cluster.ts'

/** One namespace of a real control plane, in which releases run in this process: they can be killed between two writes exactly. */
export interface Site {
  readonly namespace: string
  readonly kube: Cluster
  readonly files: Map<string, string>
  /** @param death after how many writes the run dies. Default: never. */
  run(inputs: Readonly<Record<string, string>>, death?: number): Promise<Report>
}

export function siteIn(played: PlayedCluster, namespace: string): Site {
  const files = new Map<string, string>()
  return {
    namespace,
    files,
    kube: played.cluster,
    async run(inputs, death = Number.POSITIVE_INFINITY) {
      const lived: Life = { writes: 0, death, flying: new Set() }
      const clock = realClock()
      const cluster = await connectCluster({ kubeconfig: played.plane.kubeconfig({ namespace }), clock, random: { next: Math.random }, environment: {} })
      try {
        return await deploy(requestOf(inputs), {
          clock,
          invocation: { ...invocation, runId: namespace },
          random: { next: Math.random },
          signal: new AbortController().signal,
          keep: () => undefined,
          files: filesOf(files),
          metrics: () => Promise.reject(new Error('There are no metrics here.')),
          ...deploymentRecords(clock).ports,
          cluster: async () => mortal(cluster, lived),
          log: { debug: () => undefined, info: () => undefined, warning: () => undefined, progress: () => undefined },
        })
      } finally {
        // Whoever comes next is a process of another day: what was on its way has arrived by then, or never will.
        await Promise.allSettled(lived.flying ?? [])
        cluster.close()
      }
    },
  }
}
