import { type Clock, type Cluster, ClusterError, type Feed, type Instant, type KubeObject, type ObjectKind, type ObjectRef } from '@fermata/ports'
import { because } from '../codes.ts'
import { tick } from '../defaults.ts'
import { isWorkload } from '../plan/apply-order.ts'
import { kindKey } from '../plan/objects.ts'
import type { Memory, Scene } from '../readiness/assessment.ts'
import { mayMakeConfiguration } from '../readiness/kinds.ts'
import { firstLook, lookAgain } from '../readiness/memory.ts'
import type { Reason } from '@fermata/verdict'

/** Kinds whose objects and owners tell how workloads stand. One feed a namespace carries them for all services. */
const coreKinds: readonly ObjectKind[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
]
const podKind: ObjectKind = { apiVersion: 'v1', kind: 'Pod' }
const replicaSetKind: ObjectKind = { apiVersion: 'apps/v1', kind: 'ReplicaSet' }
const eventKind: ObjectKind = { apiVersion: 'v1', kind: 'Event' }

/** The cluster as the run sees it: kept current by watches, the same for all services. */
export interface Sight {
  /** Resolves at a change or after so many milliseconds. Rejects with a ClusterError when the cluster cannot be seen any longer. */
  changed(withinMs: number): Promise<void>
  /** Takes a look: dates new troubles, and answers with what is seen now. */
  look(): View
  /** Begins to watch a kind that is not among the usual ones. */
  alsoWatch(kind: ObjectKind, namespace: string): Promise<void>
  /** What could not be seen and is not needed. */
  readonly reasons: readonly Reason[]
  close(): void
}

/** What was seen at one moment. */
export interface View {
  readonly now: Instant
  /** When the oldest part of it was last confirmed by the server. */
  readonly confirmedAt: Instant
  /** `unwatched` for an object of a kind that nobody watches. */
  object(ref: ObjectRef): KubeObject | 'absent' | 'unwatched'
  scene(since: Instant, refs: readonly ObjectRef[]): Scene
}

/**
 * It is not ended by a request to stop: what is undone then must be seen too. Close it.
 * @param namespaces where the objects of the release live
 * @throws ClusterError when the workloads of a namespace cannot be listed
 */
export async function openSight(cluster: Cluster, clock: Clock, namespaces: readonly string[]): Promise<Sight> {
  const core = new Map<string, Feed>()
  const events = new Map<string, Feed>()
  const others = new Map<string, Feed>()
  const reasons: Reason[] = []
  for (const namespace of namespaces) {
    core.set(namespace, await cluster.follow(coreKinds, namespace))
    try {
      events.set(namespace, await cluster.follow([eventKind], namespace))
    } catch (error) {
      if (!(error instanceof ClusterError && error.kind === 'forbidden')) throw error
      reasons.push(because('FM-DEPLOY-EVENTS-UNREADABLE', { says: `Events in namespace ${namespace} cannot be read: ${error.reason.message}` }))
    }
  }
  const feeds = (): readonly Feed[] => [...core.values(), ...events.values(), ...others.values()]
  const allPods = (): readonly KubeObject[] => [...core.values()].flatMap((feed) => feed.objects(podKind))
  let memory: Memory = firstLook(allPods(), clock.now())

  return {
    reasons,
    changed: async (withinMs) => {
      if (feeds().length === 0) return clock.sleep(withinMs)
      await Promise.race(feeds().map((feed) => feed.changed(Math.min(withinMs, tick))))
    },
    look: () => {
      const now = clock.now()
      memory = lookAgain(memory, allPods(), now)
      return viewOf(now, memory, core, events, others)
    },
    async alsoWatch(kind, namespace) {
      const key = `${kindKey(kind)} ${namespace}`
      if (others.has(key) || coreKinds.some((known) => kindKey(known) === kindKey(kind))) return
      others.set(key, await cluster.follow([kind], namespace))
    },
    close: () => {
      for (const feed of feeds()) feed.close()
    },
  }
}

type Feeds = ReadonlyMap<string, Feed>

function viewOf(now: Instant, memory: Memory, core: Feeds, events: Feeds, others: Feeds): View {
  const owned = indexed(() => [podKind, replicaSetKind].flatMap((kind) => [...core.values()].flatMap((feed) => feed.objects(kind).map((object) => [kind.kind, object] as const))), ([kind, object]) => `${kind} ${object.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid ?? ''}`)
  const about = indexed(() => [...events.values()].flatMap((feed) => feed.objects(eventKind)), (event) => (event['involvedObject'] as { readonly uid?: string } | undefined)?.uid ?? '')
  const feedOf = (ref: ObjectRef): Feed | undefined => {
    const namespace = ref.namespace ?? ''
    return coreKinds.some((kind) => kindKey(kind) === kindKey(ref)) ? core.get(namespace) : others.get(`${kindKey(ref)} ${namespace}`)
  }
  // Fifty services ask for some objects each: the objects of a kind are gone through once a look.
  const named = new Map<string, ReadonlyMap<string, KubeObject>>()
  const object = (ref: ObjectRef): KubeObject | 'absent' | 'unwatched' => {
    const feed = feedOf(ref)
    if (feed === undefined) return 'unwatched'
    const key = `${kindKey(ref)} ${ref.namespace ?? ''}`
    const known = named.get(key) ?? new Map(feed.objects(ref).map((one) => [one.metadata.name, one]))
    named.set(key, known)
    return known.get(ref.name) ?? 'absent'
  }
  return {
    now,
    confirmedAt: Math.min(now, ...[...core.values()].map((feed) => feed.confirmedAt())),
    object,
    scene: (since, refs) => ({
      now,
      since,
      memory,
      owned: (kind, uid) => owned(`${kind} ${uid}`).map(([, one]) => one),
      podsIn: (namespace) => core.get(namespace)?.objects(podKind) ?? [],
      eventsOf: about,
      workloads: refs.filter(isWorkload).map(object).filter((one) => typeof one === 'object'),
      makesConfiguration: refs.some(mayMakeConfiguration),
    }),
  }
}

/** Groups things by a key when somebody first asks. */
function indexed<T>(things: () => readonly T[], key: (thing: T) => string): (key: string) => readonly T[] {
  let index: Map<string, T[]> | undefined
  return (wanted) => {
    if (index === undefined) {
      index = new Map()
      for (const thing of things()) {
        const list = index.get(key(thing))
        if (list === undefined) index.set(key(thing), [thing])
        else list.push(thing)
      }
    }
    return index.get(wanted) ?? []
  }
}

