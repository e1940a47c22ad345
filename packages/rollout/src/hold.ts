import type { ServiceId } from '@fermata/catalog'
import { leaseSeconds, takeWarrant, type Warrant } from '@fermata/custody'
import type { Reason } from '@fermata/verdict'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy-ports.ts'
import type { Target } from './prepare.ts'

/** Under this name a run keeps the id of its release for the post step, before it writes anything. */
export const releaseKept = 'release'

/** Under this name a run keeps whom its leases name, so that its own post step need not wait for them to expire. */
export const holderKept = 'holder'

export type Held = { readonly is: 'held'; readonly warrant: Warrant } | { readonly is: 'refused'; readonly reason: Reason }

/**
 * Takes the right to write to services, all or none. Two releases that share a service are not carried out at once:
 * the second is refused as soon as the first shows that it lives.
 * @param heldBy whom the leases are to name; default: this process
 * @throws EnvironmentError when leases may not be kept, or the cluster cannot be asked
 */
export async function holdServices({ cluster, namespace }: Target, ports: DeployPorts, services: readonly ServiceId[], heldBy?: string): Promise<Held> {
  const holder = heldBy ?? holderOf(ports)
  ports.keep(holderKept, holder)
  const taken = await takeWarrant(cluster, ports.clock, { namespace, services, holder, seconds: leaseSeconds, signal: ports.signal })
  if (taken.kind === 'held') return { is: 'held', warrant: taken.warrant }
  const { service, by, until } = taken
  return { is: 'refused', reason: because('FM-DEPLOY-UNDER-WAY', { says: `${by} releases ${service} now. Unless it renews its lease, that ends at ${new Date(until).toISOString()}.`, service }) }
}

/** Names the run for people, and this process for leases: jobs of one matrix have the same run and attempt. */
function holderOf({ invocation, random }: DeployPorts): string {
  const mark = Math.floor(random.next() * 0x1_0000_0000).toString(16).padStart(8, '0')
  return `${invocation.repository ?? 'local'} run ${invocation.runId} attempt ${invocation.runAttempt} (${mark})`
}
