import { homedir } from 'node:os'
import { type Clock, ClusterError, type ClusterWish, type Random } from '@fermata/ports'
import { askerOn } from './ask.ts'
import { clusterOn, type KubeCluster, versionOf } from './cluster.ts'
import { credentialsOf } from './config/credentials.ts'
import { findKubeconfig } from './config/locate.ts'
import { resolveTarget } from './config/resolve.ts'
import { discoverOn } from './discovery.ts'
import { briefRetry } from './wire/retry.ts'
import { type Patience, transportTo } from './wire/transport.ts'

export interface Connection extends ClusterWish {
  readonly clock: Clock
  readonly random: Random
  /** Ends everything that is under way, and refuses what comes after; see `KubeCluster.under`. */
  readonly signal?: AbortSignal | undefined
  readonly userAgent?: string
  readonly fieldManager?: string
  /** Default: that of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly home?: string
  readonly serviceAccountFolder?: string
  readonly patience?: Patience
}

/** A page of 500 large objects over a slow line takes seconds; an API server itself gives up after 60 s. */
const usualPatience: Patience = { connectMs: 10_000, answerMs: 60_000 }

/**
 * Connects to a cluster and hears one word of it, so that a wrong address, certificate or credential is told before anything is begun.
 * @throws ConfigurationError for what is wrong with the kubeconfig, ClusterError for what is wrong with the way to the server
 */
export async function connectCluster(connection: Connection): Promise<KubeCluster> {
  const { clock, random, signal, environment = process.env, home = homedir(), serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount' } = connection
  const found = await findKubeconfig(connection.kubeconfig, { env: environment, home, cwd: process.cwd(), serviceAccount: serviceAccountFolder })
  const target = await resolveTarget(found, { context: connection.context, namespace: connection.namespace })
  const credentials = credentialsOf(target, clock)
  const transport = transportTo(target, credentials, connection.patience ?? usualPatience, connection.userAgent ?? 'fermata', environment)
  const asker = askerOn({ target, credentials, transport, clock, random }, signal)
  try {
    await versionOf(asker, briefRetry)
  } catch (error) {
    // Who may not know the version has been recognised, and may be allowed more important things.
    if (!(error instanceof ClusterError && error.kind === 'forbidden')) {
      transport.close()
      throw error
    }
  }
  return clusterOn(asker, discoverOn(asker), connection.fieldManager ?? 'fermata')
}
