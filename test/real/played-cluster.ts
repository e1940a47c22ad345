import { connectCluster, type KubeCluster } from '@fermata/kube'
import { realClock, type Story } from '@fermata/sandbox'
import { controlPlaneIsBuilt, type ControlPlane, type ControlPlaneWish, startControlPlane } from './control-plane.ts'
import { openKubeletDoor } from './kubelet-door.ts'
import { type Play, playedStages, playPods } from './played-pods.ts'

export interface PlayedWish extends Omit<ControlPlaneWish, 'kubelet'> {
  readonly story: Story
  /** How many seconds of a pod's life pass in one of ours. Controllers and Fermata keep to the wall clock. Default 1. */
  readonly speed?: number
  /** Made at the start. Pods begin only in these, and in those that `plays` is told. */
  readonly namespaces: readonly string[]
}

/** A real control plane whose pods behave as a story tells: what the sandbox's cluster is, with everything real but the containers. */
export interface PlayedCluster {
  readonly plane: ControlPlane
  readonly cluster: KubeCluster
  /** A namespace that somebody has made: pods begin there, too. */
  plays(namespace: string): Promise<void>
  stop(): Promise<void>
}

export const playedClusterIsBuilt = controlPlaneIsBuilt

export async function startPlayedCluster({ story, speed = 1, namespaces, ...wish }: PlayedWish): Promise<PlayedCluster> {
  let play: Play | undefined
  const door = await openKubeletDoor((...asked) => play?.logOf(...asked))
  try {
    const plane = await startControlPlane(playedStages, { ...wish, kubelet: door.port })
    const cluster = await connectCluster({ kubeconfig: plane.kubeconfig(), clock: realClock(), random: { next: () => 0.5 }, environment: {}, userAgent: 'player' })
    const playing = playPods({ cluster, story, speed })
    play = playing
    for (const name of namespaces) {
      if (name !== 'default') await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
      await playing.plays(name)
    }
    return {
      plane,
      cluster,
      plays: playing.plays,
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
