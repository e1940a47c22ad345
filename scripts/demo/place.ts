import { realClock, startCluster, type Story } from '@fermata/sandbox'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Where } from './scenario.ts'

/** The cluster that a story is told in. */
export interface Place {
  readonly says: string
  /** Of its kubeconfig. */
  readonly context: string
  kubeconfig(wish: { readonly namespace: string }): string
  /** API requests so far: on the sandbox all of them, on a real server those of Fermata. */
  requests(): number
  /** Requests that the stand-ins do not do. */
  unknown(): number
  stop(): Promise<void>
}

export interface PlaceWish {
  readonly story: Story
  readonly namespace: string
  /** So many seconds of a pod's life pass in one. */
  readonly speed: number
}

export async function openPlace(which: Where, wish: PlaceWish): Promise<Place> {
  return which === 'real' ? realPlace(wish) : sandboxPlace(wish)
}

async function sandboxPlace({ story, namespace, speed }: PlaceWish): Promise<Place> {
  const cluster = await startCluster({ clock: realClock({ speed }), story, namespaces: [namespace] })
  return { says: `a cluster in this process, ${cluster.url}`, context: 'sandbox', kubeconfig: (wish) => cluster.kubeconfig(wish), requests: () => cluster.requests.count(), unknown: () => cluster.unknown, stop: () => cluster.stop() }
}

async function realPlace({ story, namespace, speed }: PlaceWish): Promise<Place> {
  build('etcd', 'kwok', 'kubernetes')
  // Who plays on the sandbox loads none of this.
  const [{ startPlayedCluster }, { askedByFermata }] = await Promise.all([import('../../test/real/played-cluster.ts'), import('../../test/real/audit.ts')])
  const { plane, cluster, stop } = await startPlayedCluster({ story, speed, namespaces: [namespace], audit: true })
  return { says: `a real control plane, Kubernetes ${await cluster.version()} at ${plane.url}, whose containers are played`, context: 'real', kubeconfig: (wish) => plane.kubeconfig(wish), requests: () => askedByFermata(plane).length, unknown: () => 0, stop }
}

/** Builds what is missing, with progress; exits with what must be done where that cannot be. */
export function build(...programs: readonly string[]): void {
  const built = spawnSync(process.execPath, [join(import.meta.dirname, '../tools.ts'), ...programs], { stdio: 'inherit' })
  if (built.status !== 0) process.exit(built.status ?? 1)
}
