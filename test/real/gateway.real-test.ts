import type { KubeObject } from '@fermata/ports'
import { createStory } from '@fermata/sandbox'
import { gatewayContract } from '../contract/gateway/contract.ts'
import { routeDefinitions } from '../support/route-definitions.ts'
import { startPlayedCluster } from './played-cluster.ts'

const pods = { apiVersion: 'v1', kind: 'Pod' } as const

gatewayContract({
  name: 'Kubernetes',
  async start() {
    const { cluster, plays, stop } = await startPlayedCluster({ story: createStory({ does: 'run', readyAfter: 0.1 }), namespaces: [] })
    for (const definition of routeDefinitions) await cluster.create(definition)
    return {
      cluster,
      made: plays,
      async unready(namespace, image) {
        const of = (pod: KubeObject): string | undefined => (pod['spec'] as { readonly containers: readonly [{ readonly image: string }] }).containers[0].image
        const at = new Date().toISOString()
        for (const pod of (await cluster.list(pods, { namespace })).items.filter((one) => of(one) === image)) {
          // The stage would make it ready again.
          await cluster.patch({ ...pods, namespace, name: pod.metadata.name }, 'merge', { metadata: { annotations: { 'play.fermata.dev/ready-after': null } } })
          await cluster.patch({ ...pods, namespace, name: pod.metadata.name }, 'strategic', { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: at }] } }, 'status')
        }
      },
      stop,
    }
  },
})
