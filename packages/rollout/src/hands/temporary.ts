import type { ServiceId } from '@fermata/catalog'
import { applyFenced, managedSelector, refuseIfFenced, releaseAnnotation } from '@fermata/custody'
import type { Cluster, Clock, KubeObject, ObjectRef } from '@fermata/ports'
import { pollEvery } from '../defaults.ts'
import { refOf } from '../plan/objects.ts'
import { condition } from '../readiness/assessment.ts'
import { trackLabel } from '../strategy/beside.ts'
import type { Bench } from './work.ts'

/**
 * Writes a temporary object: it belongs to the fuse, so the cluster removes it when the run that renews the fuse is gone.
 * One that an earlier run of this release has freed may carry traffic by now, so it stays free.
 */
export async function writeTemporary(bench: Bench, id: ServiceId, object: KubeObject): Promise<KubeObject> {
  const fuse = await bench.fuses.in(object.metadata.namespace ?? '')
  const found = await bench.cluster.get(refOf(object))
  const freed = found?.metadata.annotations?.[releaseAnnotation] === bench.release && (found.metadata.ownerReferences ?? []).length === 0
  const owned = freed ? object : { ...object, metadata: { ...object.metadata, ownerReferences: [fuse.owner] } }
  return applyFenced(bench.cluster, owned, { fence: bench.warrant.fenceOf(id), assure: bench.warrant.assure, force: true })
}

/** What is about to carry traffic is taken from the fuse: with it the traffic would go. */
export async function freeFromFuse(bench: Bench, refs: readonly ObjectRef[]): Promise<void> {
  for (const ref of refs) {
    const fuse = await bench.fuses.in(ref.namespace ?? '')
    bench.warrant.assure()
    await fuse.release(ref)
  }
}

/** What stands beside a service and carries no traffic any more goes with the fuse, whatever becomes of this run. */
export async function giveToFuse(bench: Bench, ref: ObjectRef): Promise<undefined> {
  if ((await bench.cluster.knows(ref)) === undefined) return undefined
  const found = await bench.cluster.get(ref)
  const { labels = {}, annotations = {}, ownerReferences = [], resourceVersion, deletionTimestamp } = found?.metadata ?? {}
  if (deletionTimestamp !== undefined || labels[trackLabel] === undefined || annotations[releaseAnnotation] !== bench.release || ownerReferences.length > 0) return undefined
  const fuse = await bench.fuses.in(ref.namespace ?? '')
  bench.warrant.assure()
  await bench.cluster.patch(ref, 'merge', { metadata: { resourceVersion, ownerReferences: [fuse.owner] } })
  return undefined
}

/** Removes what a release has made beside a service. What somebody else made under the same name stays. */
export async function removeTemporary(bench: Bench, id: ServiceId, refs: readonly ObjectRef[]): Promise<void> {
  const [label = '', value = ''] = managedSelector.split('=')
  for (const ref of refs) {
    const found = await bench.cluster.get(ref)
    if (found?.metadata.uid === undefined || found.metadata.labels?.[label] !== value || found.metadata.annotations?.[releaseAnnotation] === undefined) continue
    refuseIfFenced(found, bench.warrant.fenceOf(id))
    bench.warrant.assure()
    await bench.cluster.delete(ref, { uid: found.metadata.uid, propagation: 'Background' })
  }
}

/** A Job runs once. One that failed makes room for another try; one that ran, or runs, is the one that is meant. */
export async function clearFailedJob(cluster: Cluster, clock: Clock, job: KubeObject, until: number): Promise<void> {
  for (let deleted = false; ; deleted = true) {
    const found = await cluster.get(refOf(job))
    if (found === undefined || (condition(found, 'Failed')?.status !== 'True' && found.metadata.deletionTimestamp === undefined)) return
    if (!deleted && found.metadata.uid !== undefined) await cluster.delete(refOf(job), { uid: found.metadata.uid, propagation: 'Background' })
    if (clock.now() >= until) return
    await clock.sleep(pollEvery)
  }
}
