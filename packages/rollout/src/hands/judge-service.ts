import type { ServiceId } from '@fermata/catalog'
import type { Instant, KubeObject, ObjectRef } from '@fermata/ports'
import { silencePatience } from '../defaults.ts'
import { keyOf, nameOf, placeOf } from '../plan/objects.ts'
import { type Assessment, failed, progressing, ready } from '../readiness/assessment.ts'
import { assessorOf } from '../readiness/kinds.ts'
import type { View } from './sight.ts'

/** What the run knows of its own writes and earlier looks, which no list of the cluster tells. */
export interface Known {
  /** The generation that our write gave the object; an older one in a list is not what we wrote. */
  readonly generation: ReadonlyMap<string, number>
  /** Objects that have been seen, and how they stood last: one that vanishes was deleted. */
  readonly seen: Map<string, Assessment['is']>
}

/**
 * How a service stands: as bad as its worst object. Every object is asked, so that a certain failure is told at once
 * although another object is still on its way. Old news is not enough for `ready`.
 */
export function judgeService(id: ServiceId, refs: readonly ObjectRef[], since: Instant, view: View, known: Known): Assessment {
  const scene = view.scene(since, refs)
  let waiting: Assessment | undefined
  for (const ref of refs) {
    const assess = assessorOf(ref)
    if (assess === undefined) continue
    const object = view.object(ref)
    if (object === 'unwatched') continue
    const found = object === 'absent' ? absence(ref, known) : isOlder(object, ref, known) ? progressing(`${nameOf(ref)} has been written, and is not seen yet`, placeOf(ref)) : assess(object, scene)
    if (object !== 'absent') known.seen.set(keyOf(ref), found.is)
    if (found.is === 'failed') return failed({ ...found.cause, says: `${id}: ${found.cause.says}` })
    if (found.is === 'progressing') waiting ??= found
  }
  if (waiting !== undefined) return waiting
  const silentFor = view.now - view.confirmedAt
  return silentFor > silencePatience ? progressing(`the cluster was last heard of ${Math.round(silentFor / 1000)} s ago`) : ready
}

function isOlder(object: KubeObject, ref: ObjectRef, { generation }: Known): boolean {
  return (object.metadata.generation ?? 0) < (generation.get(keyOf(ref)) ?? 0)
}

/** A Job that was ready may be cleaned up by its time to live; nothing else goes by itself. */
function absence(ref: ObjectRef, { seen }: Known): Assessment {
  const before = seen.get(keyOf(ref))
  if (before === undefined) return progressing(`${nameOf(ref)} is not seen yet`, placeOf(ref))
  if (before === 'ready' && ref.kind === 'Job') return ready
  return failed({ code: 'FM-DEPLOY-OBJECT-GONE', says: `${nameOf(ref)} was deleted`, where: placeOf(ref) })
}
