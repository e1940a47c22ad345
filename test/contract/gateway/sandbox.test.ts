import { connectCluster } from '@fermata/kube'
import { createStory, realClock, startCluster } from '@fermata/sandbox'
import { gatewayContract } from './contract.ts'

gatewayContract({
  name: 'the sandbox',
  async start() {
    const story = createStory({ does: 'run', readyAfter: 0.1 })
    const clock = realClock({ speed: 4 })
    let looked = 0
    const sandbox = await startCluster({ story, clock })
    const cluster = await connectCluster({ kubeconfig: sandbox.kubeconfig(), clock: realClock(), random: { next: () => 0.5 }, environment: {} })
    return {
      cluster,
      async unready(namespace, image) {
        story.image(image, { does: 'never-ready' })
        // A kubelet looks again when its pod changes.
        for (const { metadata } of (await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace })).items) await cluster.patch({ apiVersion: 'v1', kind: 'Pod', namespace, name: metadata.name }, 'merge', { metadata: { annotations: { looked: String(++looked) } } })
      },
      async stop() {
        cluster.close()
        await sandbox.stop()
      },
    }
  },
})
