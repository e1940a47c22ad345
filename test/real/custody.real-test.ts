import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { connectCluster, type KubeCluster } from '@fermata/kube'
import { realClock } from '@fermata/sandbox'
import { custodyContract } from '../contract/custody/contract.ts'
import { bin } from './company.ts'
import { startControlPlane } from './control-plane.ts'

const stages = join(bin, '../share/kwok/kustomize/stage')

custodyContract({
  name: 'kube-apiserver',
  async start() {
    const plane = await startControlPlane([join(stages, 'node/fast/node-initialize.yaml')])
    const clock = { ...realClock(), sleep: (milliseconds: number, signal?: AbortSignal) => wait(milliseconds, undefined, { signal }) }
    const connections: KubeCluster[] = []
    return {
      clock,
      namespace: 'default',
      async connect(as = 'admin') {
        const connection = await connectCluster({ kubeconfig: plane.kubeconfig(as === 'nobody' ? { token: 'nobody' } : {}), clock, random: { next: () => 0.5 }, environment: {} })
        connections.push(connection)
        return connection
      },
      pass: (milliseconds) => wait(milliseconds),
      async stop() {
        for (const connection of connections) connection.close()
        await plane.stop()
      },
    }
  },
})
