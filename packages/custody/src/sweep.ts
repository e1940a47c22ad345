import { type Clock, type Cluster, ClusterError, type Instant, type KubeObject, numberAt, type ObjectKind, type ObjectRef } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from './codes.ts'
import { fuseGrace, keptFor, keptJournals, skew } from './defaults.ts'
import { isBurning } from './fuse.ts'
import { anyEntryIn } from './journal.ts'
import { readLease } from './lease.ts'
import { fuseKind, fusePrefix, hiddenKind, journalKind, journalPrefix, leaseKind, managedSelector, nameOf, refOf } from './names.ts'
import { instantAt } from './read.ts'
import { explained } from './refusals.ts'

/** Kinds of temporary objects that the rooms of Fermata make. Those that a cluster does not serve are skipped. */
export const temporaryKinds: readonly ObjectKind[] = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Service' },
]

export interface SweepWish {
  readonly namespace: string
  /** Further kinds of which temporary objects may lie there. */
  readonly kinds?: readonly ObjectKind[]
  /** How many ended journals stay, whatever their age. */
  readonly keepJournals?: number
  /** Milliseconds for which ended journals stay, however many they are, and for which a Lease that nobody holds stays. */
  readonly keepFor?: number
}

/** One object of ours, and what is to become of it. */
export interface Finding {
  readonly ref: ObjectRef
  readonly uid: string
  readonly resourceVersion: string
  readonly what: 'fuse' | 'journal' | 'lease' | 'object'
  readonly does: 'remove' | 'stay'
  /** One phrase, for people. */
  readonly why: string
}

export interface SweepPlan {
  readonly namespace: string
  readonly findings: readonly Finding[]
}

/**
 * Lists everything in a namespace that carries our label, and says of each whether it may go. Removes nothing.
 * What still burns, is held, or has not ended stays: it belongs to a run that lives, or that somebody must go on with or undo first.
 * @throws EnvironmentError when something cannot be listed: what is not seen is not nothing
 */
export async function planSweep(cluster: Cluster, clock: Clock, wish: SweepWish): Promise<SweepPlan> {
  const now = clock.now()
  const list = async (kind: ObjectKind): Promise<readonly KubeObject[]> => {
    if ((await cluster.knows(kind)) === undefined) return []
    try {
      return (await cluster.list(kind, { namespace: wish.namespace, labelSelector: managedSelector })).items
    } catch (error) {
      const rule = kind === leaseKind ? 'leases' : kind === fuseKind ? 'fuse' : 'journal'
      throw error instanceof ClusterError ? explained(error, rule, wish.namespace, `What Fermata left in namespace ${wish.namespace} cannot be listed wholly`) : error
    }
  }
  const jobs = await list(fuseKind)
  const fuses = jobs.filter(({ metadata }) => metadata.name.startsWith(fusePrefix))
  const maps = (await list(journalKind)).filter(({ metadata }) => metadata.name.startsWith(journalPrefix))
  const secrets = (await list(hiddenKind)).filter(({ metadata }) => metadata.name.startsWith(journalPrefix))
  const leases = await list(leaseKind)
  const others: KubeObject[] = []
  for (const kind of [...temporaryKinds, ...(wish.kinds ?? [])]) others.push(...(await list(kind)))

  const journals = journalFindings(maps, secrets, wish, now)
  const burning = new Set(fuses.filter((job) => fuseFinding(job, now).does === 'stay').map(({ metadata }) => metadata.uid))
  return {
    namespace: wish.namespace,
    findings: [
      ...fuses.map((job) => fuseFinding(job, now)),
      ...others.map((object) => objectFinding(object, burning)),
      ...journals,
      ...leases.map((lease) => leaseFinding(lease, now, wish.keepFor ?? keptFor)),
    ],
  }
}

/**
 * Carries a plan out, and says what it could not remove. Each removal names the very version that was looked at:
 * what has changed since stays, and is looked at by the next sweep.
 */
export async function carryOutSweep(cluster: Cluster, plan: SweepPlan): Promise<{ readonly removed: readonly Finding[]; readonly reasons: readonly Reason[] }> {
  const removed: Finding[] = []
  const reasons: Reason[] = []
  for (const due of plan.findings.filter(({ does }) => does === 'remove')) {
    try {
      await cluster.delete(due.ref, { uid: due.uid, resourceVersion: due.resourceVersion, propagation: 'Background' })
      removed.push(due)
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error
      reasons.push(because('FM-CUSTODY-SWEEP-LEFT', { says: `${nameOf(due.ref)} was not removed: ${error.reason.message}` }))
    }
  }
  return { removed, reasons }
}

function finding(object: KubeObject, what: Finding['what'], does: Finding['does'], why: string): Finding {
  return { ref: refOf(object), uid: object.metadata.uid ?? '', resourceVersion: object.metadata.resourceVersion ?? '', what, does, why }
}

function fuseFinding(job: KubeObject, now: Instant): Finding {
  if (job.metadata.deletionTimestamp !== undefined) return finding(job, 'fuse', 'stay', 'it is being removed by the cluster')
  if (!isBurning(job)) return finding(job, 'fuse', 'remove', 'it has blown, and the cluster has not removed it')
  const since = instantAt(job, 'status', 'startTime') ?? instantAt(job, 'metadata', 'creationTimestamp') ?? now
  const ends = since + (numberAt(job, 'spec', 'activeDeadlineSeconds') ?? 0) * 1000
  if (now >= ends + fuseGrace) return finding(job, 'fuse', 'remove', `it should have blown at ${iso(ends)}`)
  return finding(job, 'fuse', 'stay', `it burns until ${iso(ends)} unless somebody renews it`)
}

/** Something that we created: temporary if a fuse owns it. One whose fuse is gone should be gone too. */
function objectFinding(object: KubeObject, burning: ReadonlySet<string | undefined>): Finding {
  const fuse = object.metadata.ownerReferences?.find(({ kind, name }) => kind === fuseKind.kind && name.startsWith(fusePrefix))
  if (object.metadata.deletionTimestamp !== undefined) return finding(object, 'object', 'stay', 'it is being removed by the cluster')
  if (fuse === undefined) return finding(object, 'object', 'stay', 'it was created to stay: no fuse owns it')
  if (burning.has(fuse.uid)) return finding(object, 'object', 'stay', `it goes with ${fuse.name}`)
  return finding(object, 'object', 'remove', `its fuse ${fuse.name} is gone, and the cluster has not removed it`)
}

function journalFindings(maps: readonly KubeObject[], secrets: readonly KubeObject[], wish: SweepWish, now: Instant): readonly Finding[] {
  const entries = maps.map((map) => ({ map, entry: anyEntryIn(map) })).toSorted((a, b) => (a.entry.startedAt < b.entry.startedAt ? 1 : -1))
  const keep = wish.keepJournals ?? keptJournals
  const going = new Set<string>()
  let ended = 0
  const found = entries.map(({ map, entry }) => {
    if (!entry.ended) return finding(map, 'journal', 'stay', 'what it tells of has not ended: go on with it or undo it')
    ended += 1
    const began = Date.parse(entry.startedAt)
    // A date that is none is no reason to believe that it is old.
    if (ended <= keep || !(now - began > (wish.keepFor ?? keptFor))) return finding(map, 'journal', 'stay', `it can still be undone; it is of ${entry.startedAt}`)
    going.add(map.metadata.name)
    return finding(map, 'journal', 'remove', `it is of ${entry.startedAt}, and ${keep} newer ones are kept`)
  })
  const known = new Set(maps.map(({ metadata }) => metadata.name))
  const hidden = secrets.map((secret) => {
    const { name } = secret.metadata
    const created = instantAt(secret, 'metadata', 'creationTimestamp') ?? now
    if (going.has(name)) return finding(secret, 'journal', 'remove', 'its journal goes too')
    if (known.has(name)) return finding(secret, 'journal', 'stay', 'it belongs to a journal that stays')
    // A journal is written after its Secret: one that was made a moment ago may be waiting for it.
    return now - created > fuseGrace ? finding(secret, 'journal', 'remove', 'there is no journal that it belongs to') : finding(secret, 'journal', 'stay', 'its journal may be on its way')
  })
  return [...found, ...hidden]
}

function leaseFinding(lease: KubeObject, now: Instant, keepFor: number): Finding {
  const { holder, until } = readLease(lease)
  if (holder !== '' && now < until + skew) return finding(lease, 'lease', 'stay', `${holder} holds it until ${iso(until)}`)
  const who = holder === '' ? 'nobody holds it' : `${holder} has let it expire`
  // A Lease that is used now and then stays: what would be removed is only made again.
  if (now - until <= keepFor) return finding(lease, 'lease', 'stay', `${who}, and it was used at ${iso(until)}`)
  return finding(lease, 'lease', 'remove', `${who} since ${iso(until)}`)
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString()
}
