import { setImmediate as immediate } from 'node:timers/promises'
import { connectCluster, type KubeCluster } from '@fermata/kube'
import { startCluster, virtualClock } from '@fermata/sandbox'
import type { Cluster } from '@fermata/ports'
import { custodyContract } from './contract.ts'

custodyContract({
  name: 'sandbox',
  async start() {
    const clock = virtualClock()
    const cluster = await startCluster({ clock, namespaces: ['custody'], users: [{ name: 'admin', token: 'admin-token', may: 'all' }, { name: 'nobody', token: 'nobody-token', may: [] }] })
    const connections: KubeCluster[] = []
    let underWay = 0
    const counted = <T>(asked: Promise<T>): Promise<T> => {
      underWay += 1
      return asked.finally(() => (underWay -= 1))
    }
    return {
      clock,
      namespace: 'custody',
      async connect(as = 'admin') {
        const connection = await connectCluster({ kubeconfig: cluster.kubeconfig({ user: as, namespace: 'custody' }), clock, random: { next: () => 0.5 }, environment: {} })
        connections.push(connection)
        return counting(connection, counted)
      },
      async pass(milliseconds) {
        for (let passed = 0; passed < milliseconds; passed += 250) {
          await clock.advance(Math.min(250, milliseconds - passed))
          // No time passes while somebody waits for an answer.
          while (underWay > 0) await immediate()
        }
      },
      async stop() {
        for (const connection of connections) connection.close()
        await cluster.stop()
      },
    }
  },
})

/** A cluster of which it is known whether somebody waits for its answer. */
function counting(cluster: Cluster, counted: <T>(asked: Promise<T>) => Promise<T>): Cluster {
  return {
    ...cluster,
    knows: (kind) => counted(cluster.knows(kind)),
    get: (ref) => counted(cluster.get(ref)),
    list: (kind, where) => counted(cluster.list(kind, where)),
    create: (object) => counted(cluster.create(object)),
    replace: (object) => counted(cluster.replace(object)),
    apply: (object, options) => counted(cluster.apply(object, options)),
    patch: (ref, kind, patch, subresource) => counted(cluster.patch(ref, kind, patch, subresource)),
    delete: (ref, options) => counted(cluster.delete(ref, options)),
  }
}
