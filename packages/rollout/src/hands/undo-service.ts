import type { ServiceId } from '@fermata/catalog'
import { fieldManager, isOutdated, refuseIfFenced, releaseAnnotation } from '@fermata/custody'
import { type Cluster, ClusterError, type KubeObject, numberAt, type ObjectRef } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { questionsAtATime, trafficSettles, writeAttempts } from '../defaults.ts'
import { groupOf } from '../plan/apply-order.ts'
import { eachOf } from '../plan/each-of.ts'
import { nameOf, placeOf } from '../plan/objects.ts'
import { type Former, wayBack } from '../undo/former.ts'
import { disown, isMoved } from './shift-traffic.ts'
import { giveToFuse } from './temporary.ts'
import { type Bench, pause } from './work.ts'

/** Writes back what the objects of a service were, configuration first. Nothing is deleted; what stood beside it and was freed belongs to the fuse again. */
export async function restoreService(bench: Bench, id: ServiceId): Promise<Reason | undefined> {
  const wrong = await writeBack(bench, id)
  return wrong ?? eachFormer(bench, id, bench.scribe.formersOf(id).filter(({ is }) => is === 'absent'), async ({ ref }) => giveToFuse(bench, ref))
}

async function writeBack(bench: Bench, id: ServiceId): Promise<Reason | undefined> {
  return eachFormer(bench, id, await trafficFirst(bench, bench.scribe.formersOf(id)), async (former) => {
    for (let attempt = 1; ; attempt++) {
      const current = await present(bench.cluster, former.ref)
      const way = wayBack(former, current, bench.release)
      if (way.is === 'nothing') return disownRouted(bench, former)
      if (way.is === 'superseded') return superseded(id, former, way.by)
      refuseIfFenced(current, bench.warrant.fenceOf(id))
      bench.warrant.assure()
      try {
        if (way.is === 'patch') await bench.cluster.patch(former.ref, 'json', way.operations)
        else bench.wrote(await bench.cluster.apply(way.object, { fieldManager, force: true }))
        return disownRouted(bench, former)
      } catch (error) {
        // Somebody wrote the object between our look and our write: look again.
        if (!(way.is === 'patch' ? isMoved(error) : isOutdated(error)) || attempt >= writeAttempts) throw error
      }
    }
  })
}

/**
 * Traffic goes back to the old version before anything else, as long as that has a ready pod; else what brings its pods back comes first.
 * Services matter only where a version stood beside: elsewhere they were not turned away from it.
 */
async function trafficFirst({ cluster }: Bench, formers: readonly Former[]): Promise<readonly Former[]> {
  if (!movedTraffic(formers)) return formers
  const deployments = formers.filter(({ is, ref }) => is === 'present' && ref.kind === 'Deployment')
  const alive = await Promise.all(deployments.map(async ({ ref }) => (numberAt(await cluster.get(ref), 'status', 'availableReplicas') ?? 0) > 0))
  const [traffic, rest] = [formers.filter(leads), formers.filter((former) => !leads(former))]
  return alive.every(Boolean) ? [...traffic, ...rest] : [...rest, ...traffic]
}

async function disownRouted(bench: Bench, former: Former): Promise<undefined> {
  if (former.is === 'routed') await disown(bench, former.ref)
  return undefined
}

/** A route, or a Service where a version stood beside: elsewhere Services were not turned away from it. */
function movedTraffic(formers: readonly Former[]): boolean {
  const beside = formers.some(({ is, ref }) => is === 'absent' && ref.kind === 'Deployment')
  return formers.some((former) => former.is === 'routed' || (beside && leads(former)))
}

function leads({ is, ref }: Former): boolean {
  return is === 'routed' || (is === 'present' && ref.apiVersion === 'v1' && ref.kind === 'Service')
}

/** Objects that a later release has written: undoing an older one through them would undo the later one too. Asks, and writes nothing. */
export async function supersededIn(cluster: Cluster, release: string, id: ServiceId, formers: readonly Former[]): Promise<readonly Reason[]> {
  const found = await eachOf(formers, questionsAtATime, async (former) => {
    const way = wayBack(former, await present(cluster, former.ref), release)
    return way.is === 'superseded' ? [superseded(id, former, way.by)] : []
  })
  return found.flat()
}

function superseded(id: ServiceId, { ref }: Former, by: string): Reason {
  return because('FM-DEPLOY-SUPERSEDED', { says: `${nameOf(ref)} of ${id} was written by ${by} since.`, service: id, where: placeOf(ref) })
}

/**
 * Deletes what the release has created and nobody has written since, in reverse order.
 * Where traffic was moved to it, that has gone back by now, and gets the time to arrive there.
 */
export async function removeCreated(bench: Bench, id: ServiceId): Promise<Reason | undefined> {
  const formers = bench.scribe.formersOf(id)
  const created = formers.filter((former) => former.is === 'absent' && !holdsForeign(former.ref))
  if (movedTraffic(formers) && (await isLeft(bench, created))) await pause(bench, trafficSettles)
  return eachFormer(bench, id, created.toReversed(), async ({ ref }) => {
    const current = await present(bench.cluster, ref)
    if (current?.metadata.uid === undefined || !isOurs(bench, current)) return undefined
    refuseIfFenced(current, bench.warrant.fenceOf(id))
    bench.warrant.assure()
    await bench.cluster.delete(ref, { uid: current.metadata.uid, propagation: 'Background' })
    return undefined
  })
}

/** Whether something that was created is still there. What cannot be seen may be. */
async function isLeft(bench: Bench, created: readonly Former[]): Promise<boolean> {
  try {
    return (await eachOf(created, questionsAtATime, async ({ ref }) => isOurs(bench, await present(bench.cluster, ref)))).some(Boolean)
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    return true
  }
}

function isOurs({ release }: Bench, current: KubeObject | undefined): boolean {
  return current?.metadata.annotations?.[releaseAnnotation] === release
}

/**
 * Deleting one of these deletes what others have put into it since: objects in a namespace, objects of a kind, data on a volume.
 * They stay, and the report says so.
 */
export function holdsForeign({ apiVersion, kind }: ObjectRef): boolean {
  const key = `${groupOf(apiVersion)}/${kind}`
  return ['/Namespace', 'apiextensions.k8s.io/CustomResourceDefinition', '/PersistentVolumeClaim', '/PersistentVolume'].includes(key)
}

/** The object now. Of a kind that is not served there is none: its definition was the release's own, and never came to be served. */
async function present(cluster: Cluster, ref: ObjectRef): Promise<KubeObject | undefined> {
  return (await cluster.knows(ref)) === undefined ? undefined : cluster.get(ref)
}

async function eachFormer({ over }: Bench, id: ServiceId, formers: readonly Former[], undo: (former: Former) => Promise<Reason | undefined>): Promise<Reason | undefined> {
  let first: Reason | undefined
  for (const former of formers) {
    if (over.aborted) return first ?? because('FM-DEPLOY-UNDO-FAILED', { says: `The run ended before ${id} was undone wholly.`, service: id })
    try {
      const wrong = await undo(former)
      first ??= wrong
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error
      // One object that cannot be undone does not keep the others from it.
      first ??= because('FM-DEPLOY-UNDO-FAILED', { says: `${nameOf(former.ref)} of ${id} could not be undone: ${error.reason.message}`, service: id, where: placeOf(former.ref) })
    }
  }
  return first
}
