import { type Clock, type Cluster, ClusterError, type Instant } from '@fermata/ports'
import { EnvironmentError, type Reason } from '@fermata/verdict'
import { because } from './codes.ts'
import { type Alive, keepAlive, type Renewable } from './keep-alive.ts'
import { awaitLease, type HeldLease } from './lease.ts'

export interface WarrantWish {
  readonly namespace: string
  /** Everything that is to be written to. Taken in one order, whatever the order here, so two runs never wait for each other. */
  readonly services: readonly string[]
  /** Unique for one process; a post step that goes on for it has the same. */
  readonly holder: string
  /** How long each lease lasts without a renewal. */
  readonly seconds: number
  /** A request to stop ends the waiting for a holder of which nothing is heard. */
  readonly signal?: AbortSignal
}

/** Leases of several services, kept alive: the right of one run to write to all of them. */
export interface Warrant extends Pick<Alive, 'lost' | 'add' | 'assure'> {
  readonly holder: string
  /** @throws RangeError for a service that the warrant does not cover */
  fenceOf(service: string): number
  covers(service: string): boolean
  /** When somebody else used one of the leases last: what was read of the services before that may be outdated. */
  readonly usedBefore: Instant
  /** The highest of its fences: for what belongs to all services together, such as a journal. */
  readonly fence: number
  /** Lets all of them go, and renews nothing any more. What cannot be let go of expires. Call it at the end, whatever the end was. */
  release(): Promise<void>
}

export type Taken =
  | { readonly kind: 'held'; readonly warrant: Warrant }
  /** Somebody else may write to one of the services; none is held. */
  | { readonly kind: 'taken'; readonly service: string; readonly by: string; readonly until: Instant }

/**
 * Takes the leases of all services or of none. A holder that was killed is waited for as long as its lease lasts, one that lives is not.
 * @throws EnvironmentError when leases may not be kept, ClusterError when the cluster cannot be asked; then none is held
 */
export async function takeWarrant(cluster: Cluster, clock: Clock, wish: WarrantWish): Promise<Taken> {
  const leases = new Map<string, HeldLease>()
  const alive = keepAlive(clock, [])
  const letGo = async (): Promise<void> => {
    await alive.close()
    for (const lease of [...leases.values()].toReversed()) {
      try {
        await lease.release()
      } catch (error) {
        // What cannot be let go of expires by itself; the run has its own end to tell of.
        if (!(error instanceof ClusterError)) throw error
      }
    }
  }
  try {
    for (const service of [...new Set(wish.services)].toSorted()) {
      const acquired = await awaitLease(cluster, clock, { namespace: wish.namespace, service, holder: wish.holder, seconds: wish.seconds }, wish.signal)
      if (acquired.kind === 'taken') {
        await letGo()
        return { kind: 'taken', service, by: acquired.by, until: acquired.until }
      }
      leases.set(service, acquired.lease)
      alive.add(renewable(acquired.lease, wish.seconds))
    }
  } catch (error) {
    await letGo()
    throw error
  }
  return { kind: 'held', warrant: warrantOn(alive, leases, wish.holder, letGo) }
}

function warrantOn({ lost, add, assure }: Alive, leases: ReadonlyMap<string, HeldLease>, holder: string, release: () => Promise<void>): Warrant {
  return {
    lost,
    add,
    assure,
    holder,
    fence: Math.max(0, ...Array.from(leases.values(), ({ fence }) => fence)),
    covers: (service) => leases.has(service),
    usedBefore: Math.max(0, ...Array.from(leases.values(), ({ usedBefore }) => usedBefore)),
    fenceOf(service) {
      const lease = leases.get(service)
      if (lease === undefined) throw new RangeError(`The warrant does not cover ${service}.`)
      return lease.fence
    },
    release,
  }
}

function renewable(lease: HeldLease, seconds: number): Renewable {
  return { termMs: seconds * 1000, until: lease.until, renew: () => lease.renew(), loss: (why) => because('FM-CUSTODY-LEASE-LOST', { says: `The lease of ${lease.service} is lost: ${why}.`, service: lease.service }) }
}

/** Why a run may not begin: who writes now, and until when at the latest if it has been killed. */
export function takenBecause({ service, by, until }: Extract<Taken, { readonly kind: 'taken' }>): Reason {
  return because('FM-CUSTODY-LEASE-TAKEN', { says: `${by} may write to ${service} now, until ${new Date(until).toISOString()} if it does not renew that.`, service })
}

/** For a caller that has no report of its own to put the reason in. */
export function refuseTaken(taken: Extract<Taken, { readonly kind: 'taken' }>): EnvironmentError {
  return new EnvironmentError(takenBecause(taken))
}
