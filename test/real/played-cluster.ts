import { connectCluster, type KubeCluster } from '@fermata/kube'
import { realClock, type Story } from '@fermata/sandbox'
import { controlPlaneIsBuilt, type ControlPlane, type ControlPlaneWish, startControlPlane } from './control-plane.ts'
import { openKubeletDoor } from './kubelet-door.ts'
import { type Play, playedStages, playPods } from './played-pods.ts'

export interface PlayedWish extends Omit<ControlPlaneWish, 'kubelet'> {
  readonly story: Story
  /** How many seconds of a pod's life pass in one of ours. Controllers and Fermata keep to the wall clock. Default 1. */
  readonly speed?: number
  /** Made at the start; pods begin only in these. */
  readonly namespaces: readonly string[]
}

/** A real control plane whose pods behave as a story tells: what the sandbox's cluster is, with everything real but the containers. */
export interface PlayedCluster {
  readonly plane: ControlPlane
  readonly cluster: KubeCluster
  stop(): Promise<void>
}

export const playedClusterIsBuilt = controlPlaneIsBuilt

export async function startPlayedCluster({ story, speed = 1, namespaces, ...wish }: PlayedWish): Promise<PlayedCluster> {
  let play: Play | undefined
  const door = await openKubeletDoor((...asked) => play?.logOf(...asked))
  try {
    const plane = await startControlPlane(playedStages, { ...wish, kubelet: door.port })
    const cluster = await connectCluster({ kubeconfig: plane.kubeconfig(), clock: realClock(), random: { next: () => 0.5 }, environment: {}, userAgent: 'player' })
    for (const name of namespaces) if (name !== 'default') await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    play = await playPods({ cluster, story, speed, namespaces })
    const playing = play
    return {
      plane,
      cluster,
      async stop() {
        try {
          playing.close()
        } finally {
          cluster.close()
          await plane.stop()
          await door.close()
        }
      },
    }
  } catch (error) {
    await door.close()
    throw error
  }
}
