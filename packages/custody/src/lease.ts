import { at, type Clock, type Cluster, ClusterError, type Instant, type KubeObject, numberAt, textAt } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { because } from './codes.ts'
import { raceAttempts, skew, watchEvery } from './defaults.ts'
import { fenceIn, fenced } from './fence.ts'
import { leaseRef, managedBy, nameOf, refOf, serviceAnnotation } from './names.ts'
import { instantAt } from './read.ts'
import { explained } from './refusals.ts'

/** Whose lease it is about. */
export interface LeaseWish {
  readonly namespace: string
  /** An id of the catalog, or any other name of what only one may write to. */
  readonly service: string
  /** Unique for one process: two that share a name would take the lease from each other. */
  readonly holder: string
  /** How long it lasts without a renewal. */
  readonly seconds: number
}

export type Acquired =
  | { readonly kind: 'held'; readonly lease: HeldLease }
  /** Somebody else has it, until then if it is not renewed. */
  | { readonly kind: 'taken'; readonly by: string; readonly until: Instant }

/** The right to write to a service, as long as it is renewed. */
export interface HeldLease {
  readonly service: string
  /**
   * Rises with every acquisition, whoever makes it: a write that carries a lower number comes from someone who has lost the lease.
   * It is at least the time in milliseconds, so it also rises when the Lease was deleted in between.
   */
  readonly fence: number
  /** When another holder used it last, by the clock of that one; 0 where nobody has. */
  readonly usedBefore: Instant
  readonly until: () => Instant
  /** False when it was lost: nothing may be written from then on. */
  renew(): Promise<boolean>
  /** Lets the next one in at once. False when it was lost before. */
  release(): Promise<boolean>
}

/**
 * Takes the Lease `fermata-<service>` when nobody holds it, its holder has let it expire, or it is our own.
 * Every write names the version that it was decided on, so of several that try at once one succeeds and the others see who it was.
 * @throws EnvironmentError when leases may not be kept, ClusterError when the cluster cannot be asked
 */
export async function acquireLease(cluster: Cluster, clock: Clock, wish: LeaseWish): Promise<Acquired> {
  const found = await tryLease(cluster, clock, wish, undefined)
  return found.kind === 'held' ? found : { kind: 'taken', by: found.by, until: found.until }
}

/**
 * As `acquireLease`, but gives a holder that was killed the time to expire. Whoever shows a sign of life is believed at once;
 * whoever shows none for the whole time of its lease, as this clock counts it, has lost it, however wrong its own clock was.
 * @param signal a request to stop ends the waiting; the answer is then `taken`
 */
export async function awaitLease(cluster: Cluster, clock: Clock, wish: LeaseWish, signal?: AbortSignal): Promise<Acquired> {
  let first: Extract<Tried, { readonly kind: 'taken' }> | undefined
  const since = clock.now()
  for (;;) {
    const silent = first !== undefined && clock.now() - since >= first.seconds * 1000 + skew
    const tried = await tryLease(cluster, clock, wish, silent ? first?.sign : undefined)
    if (tried.kind === 'held') return tried
    first ??= tried
    if (tried.sign !== first.sign || signal?.aborted === true) return { kind: 'taken', by: tried.by, until: tried.until }
    await clock.sleep(watchEvery, signal).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error
    })
  }
}

type Tried =
  | Extract<Acquired, { readonly kind: 'held' }>
  /** `sign` changes with every renewal. */
  | (Extract<Acquired, { readonly kind: 'taken' }> & { readonly sign: string; readonly seconds: number })

/** @param dead the sign of a holder of which nothing was heard for its whole time */
async function tryLease(cluster: Cluster, clock: Clock, wish: LeaseWish, dead: string | undefined): Promise<Tried> {
  const ref = leaseRef(wish.namespace, wish.service)
  const explain = (error: unknown): unknown => explained(error, 'leases', wish.namespace, `The lease of ${wish.service} cannot be taken, so nobody could be kept from writing at the same time`)
  for (let attempt = 1; ; attempt++) {
    const found = await cluster.get(ref).catch((error: unknown) => {
      throw explain(error)
    })
    const seen = found === undefined ? undefined : readLease(found)
    const free = seen === undefined || seen.holder === '' || seen.holder === wish.holder || seen.sign === dead || clock.now() >= seen.until + skew
    if (!free) return { kind: 'taken', by: seen.holder, until: seen.until, sign: seen.sign, seconds: seen.seconds }
    const now = clock.now()
    const spec = { holderIdentity: wish.holder, leaseDurationSeconds: wish.seconds, leaseTransitions: (seen?.transitions ?? 0) + 1, acquireTime: microTime(now), renewTime: microTime(now) }
    const fence = Math.max(fenceIn(found) + 1, now)
    try {
      const written = found === undefined ? await cluster.create(fenced({ ...ref, metadata: { name: ref.name, namespace: wish.namespace, labels: managedBy, annotations: { [serviceAnnotation]: wish.service } }, spec }, fence)) : await cluster.replace(fenced({ ...found, spec }, fence))
      return { kind: 'held', lease: heldLease(cluster, clock, wish, written, { fence, since: now, usedBefore: seen === undefined ? 0 : seen.until - seen.seconds * 1000 }) }
    } catch (error) {
      // Somebody was faster, or our own answer was lost: what is there now tells.
      if (!isLostRace(error) || attempt === raceAttempts) throw explain(error)
    }
  }
}

function heldLease(cluster: Cluster, clock: Clock, { service, holder, seconds }: LeaseWish, first: KubeObject, { fence, since, usedBefore }: { readonly fence: number; readonly since: Instant; readonly usedBefore: Instant }): HeldLease {
  let current: KubeObject | undefined = first
  let until = since + seconds * 1000

  /** Writes over exactly the version that we wrote last. */
  async function write(change: Readonly<Record<string, unknown>>, attempt = 1): Promise<boolean> {
    if (current === undefined) return false
    try {
      current = await cluster.replace({ ...current, spec: { ...(at(current, 'spec') as object), ...change } })
      return true
    } catch (error) {
      if (!(error instanceof ClusterError && error.kind === 'not-found') && !isLostRace(error)) throw error
      const found = await cluster.get(refOf(first))
      // Ours still: an answer was lost, or somebody touched a label. Go on from what is there.
      current = found !== undefined && readLease(found).holder === holder && fenceIn(found) === fence ? found : undefined
      if (current !== undefined && attempt >= raceAttempts) throw error
      return write(change, attempt + 1)
    }
  }

  return {
    service,
    fence,
    usedBefore,
    until: () => until,
    renew: async () => {
      const now = clock.now()
      const renewed = await write({ renewTime: microTime(now) })
      if (renewed) until = now + seconds * 1000
      return renewed
    },
    release: async () => {
      const released = await write({ holderIdentity: '', renewTime: microTime(clock.now()) })
      current = undefined
      until = 0
      return released
    },
  }
}

/** What a Lease says of its holder. `until` is 0 where nobody ever held it. */
export interface LeaseText {
  readonly holder: string
  readonly seconds: number
  readonly transitions: number
  readonly until: Instant
  readonly sign: string
}

/** @throws EnvironmentError when it is held and does not say since when */
export function readLease(lease: KubeObject): LeaseText {
  const holder = textAt(lease, 'spec', 'holderIdentity') ?? ''
  const seconds = numberAt(lease, 'spec', 'leaseDurationSeconds') ?? 0
  const transitions = numberAt(lease, 'spec', 'leaseTransitions') ?? 0
  const renewed = instantAt(lease, 'spec', 'renewTime')
  if (holder !== '' && renewed === undefined) throw new EnvironmentError(because('FM-CUSTODY-LEASE-UNREADABLE', { says: `${nameOf(refOf(lease))} is held by ${holder} and does not say since when.` }))
  return { holder, seconds, transitions, until: renewed === undefined ? 0 : renewed + seconds * 1000, sign: `${transitions} ${textAt(lease, 'spec', 'renewTime') ?? ''}` }
}

/** metav1.MicroTime wants six digits. */
function microTime(instant: Instant): string {
  return new Date(instant).toISOString().replace('Z', '000Z')
}

/** Somebody was faster: wrote it, deleted it, or nobody knows. */
function isLostRace(error: unknown): boolean {
  return error instanceof ClusterError && (error.kind === 'conflict' || error.reason.code === 'FM-KUBE-OUTCOME-UNKNOWN' || isAboutDeleted(error))
}

/** A Lease may be made by an update. One with the version of a Lease that is gone is answered with 500 and this sentence, by the real server too. */
function isAboutDeleted(error: ClusterError): boolean {
  return error.kind === 'server' && error.message.includes('resourceVersion should not be set on objects to be created')
}
