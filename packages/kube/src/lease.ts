import { type Cluster, type Clock, ClusterError, type Instant, type KubeObject, type ObjectRef } from '@fermata/ports'
import { asRecord } from './config/merge.ts'

/** Whose lease it is about. */
export interface LeaseWish {
  readonly namespace: string
  readonly service: string
  /** Unique for one run and attempt: two that share a name would both believe to hold it. */
  readonly holder: string
  /** How long it lasts without a renewal. */
  readonly seconds: number
}

export type Acquired =
  | { readonly kind: 'held'; readonly lease: HeldLease }
  /** Somebody else has it, at the latest until then if it is not renewed. */
  | { readonly kind: 'taken'; readonly by: string; readonly until: Instant }

/** The right to write to a service, as long as it is renewed. */
export interface HeldLease {
  /** Rises with every acquisition, whoever makes it: a write that carries a lower number comes from someone who has lost the lease. */
  readonly fence: number
  readonly until: () => Instant
  /** False when it was lost: nothing may be written from then on. */
  renew(): Promise<boolean>
  /** Lets the next one in at once. False when it was lost before. */
  release(): Promise<boolean>
}

/** Clocks of runners differ. A lease of another counts as over only when it is over by so much. */
const skewMs = 5_000
/** Who loses so many races without ever seeing the winner is not racing. */
const raceAttempts = 5

/**
 * Takes the Lease `fermata-<service>` when nobody holds it or its holder has let it expire.
 * Every write names the version that it was decided on, so of several that try at once one succeeds and the others see who it was.
 * The fencing number is `leaseTransitions`, which the API keeps for the number of changes of holder; here every acquisition is one.
 * @throws ClusterError
 */
export async function acquireLease(cluster: Cluster, clock: Clock, wish: LeaseWish): Promise<Acquired> {
  const ref: ObjectRef = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: wish.namespace, name: `fermata-${wish.service}` }
  for (let attempt = 1; ; attempt++) {
    const found = await cluster.get(ref)
    const seen = found === undefined ? undefined : readLease(found)
    if (seen !== undefined && seen.holder !== '' && seen.holder !== wish.holder && clock.now() < seen.until + skewMs) return { kind: 'taken', by: seen.holder, until: seen.until }
    const at = clock.now()
    const spec = { holderIdentity: wish.holder, leaseDurationSeconds: wish.seconds, leaseTransitions: (seen?.transitions ?? 0) + 1, acquireTime: microTime(at), renewTime: microTime(at) }
    try {
      const written = found === undefined ? await cluster.create(newLease(ref, wish.service, spec)) : await cluster.replace({ ...found, spec })
      return { kind: 'held', lease: heldLease(cluster, clock, written, at) }
    } catch (error) {
      // Somebody was faster, or our own answer was lost: what is there now tells.
      if (!isLostRace(error) || attempt === raceAttempts) throw error
    }
  }
}

function heldLease(cluster: Cluster, clock: Clock, first: KubeObject, since: Instant): HeldLease {
  const { holder, seconds, transitions } = readLease(first)
  let current: KubeObject | undefined = first
  let until = since + seconds * 1000

  /** Writes over exactly the version that we wrote last. */
  async function write(change: Readonly<Record<string, unknown>>): Promise<boolean> {
    if (current === undefined) return false
    try {
      current = await cluster.replace({ ...current, spec: { ...asRecord(current['spec']), ...change } })
      return true
    } catch (error) {
      if (error instanceof ClusterError && error.kind === 'not-found') current = undefined
      else if (!isLostRace(error)) throw error
      else {
        const found = await cluster.get({ apiVersion: first.apiVersion, kind: first.kind, name: first.metadata.name, ...(first.metadata.namespace !== undefined && { namespace: first.metadata.namespace }) })
        const seen = found === undefined ? undefined : readLease(found)
        // Ours still: an answer was lost, or somebody touched a label. Go on from what is there.
        if (found !== undefined && seen?.holder === holder && seen.transitions === transitions) {
          current = found
          return write(change)
        }
        current = undefined
      }
      return false
    }
  }

  return {
    fence: transitions,
    until: () => until,
    renew: async () => {
      const at = clock.now()
      const renewed = await write({ renewTime: microTime(at) })
      if (renewed) until = at + seconds * 1000
      return renewed
    },
    release: async () => {
      const released = await write({ holderIdentity: '', renewTime: microTime(clock.now()) })
      current = undefined
      return released
    },
  }
}

function newLease(ref: ObjectRef, service: string, spec: Readonly<Record<string, unknown>>): KubeObject {
  return {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: { name: ref.name, ...(ref.namespace !== undefined && { namespace: ref.namespace }), labels: { 'app.kubernetes.io/managed-by': 'fermata' }, annotations: { 'fermata.dev/service': service } },
    spec,
  }
}

function readLease(lease: KubeObject): { readonly holder: string; readonly seconds: number; readonly transitions: number; readonly until: Instant } {
  const { holderIdentity, leaseDurationSeconds, leaseTransitions, renewTime } = asRecord(lease['spec']) ?? {}
  const seconds = typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : 0
  const renewed = typeof renewTime === 'string' ? Date.parse(renewTime) : Number.NaN
  const holder = typeof holderIdentity === 'string' ? holderIdentity : ''
  if (holder !== '' && Number.isNaN(renewed)) throw new ClusterError('server', `Lease ${lease.metadata.namespace ?? ''}/${lease.metadata.name} is held by ${holder} and does not say since when.`, { remedy: `Delete it when ${holder} no longer runs.` })
  return { holder, seconds, transitions: typeof leaseTransitions === 'number' ? leaseTransitions : 0, until: Number.isNaN(renewed) ? 0 : renewed + seconds * 1000 }
}

/** metav1.MicroTime wants six digits. */
function microTime(at: Instant): string {
  return new Date(at).toISOString().replace('Z', '000Z')
}

/** Somebody was faster: wrote it, deleted it, or nobody knows. */
function isLostRace(error: unknown): boolean {
  return error instanceof ClusterError && (error.kind === 'conflict' || error.reason.code === 'FM-KUBE-OUTCOME-UNKNOWN' || isAboutDeleted(error))
}

/** A Lease may be made by an update. One with the version of a Lease that is gone is answered with 500 and this sentence, by the real server too. */
function isAboutDeleted(error: ClusterError): boolean {
  return error.kind === 'server' && error.message.includes('resourceVersion should not be set on objects to be created')
}
