import type { ServiceId } from '@fermata/catalog'
import { fieldManager, isOutdated } from '@fermata/custody'
import { ClusterError, type KubeObject, listAt, numberAt, type ObjectRef, textAt } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { writeAttempts } from '../defaults.ts'
import { nameOf, placeOf, refOf } from '../plan/objects.ts'
import type { StageWork } from '../strategy/way.ts'
import { routerOf } from '../traffic/routers.ts'
import type { Former } from '../undo/former.ts'
import type { Bench } from './work.ts'

type Shift = NonNullable<StageWork['shift']>

/** What the routes were before anybody of this release shifted them. */
export async function routesBefore(bench: Bench, { routes, split }: Shift): Promise<readonly Former[]> {
  const found: Former[] = []
  for (const ref of routes) {
    const route = await bench.cluster.get(ref)
    if (route !== undefined) found.push({ is: 'routed', ref, split, weights: routerOf(ref).weights(typed(route, ref), split) })
  }
  return found
}

/** Gives the share to every route, and reads back that it has it. What is as wanted is not written. */
export async function shiftTraffic(bench: Bench, id: ServiceId, { routes, split, to }: Shift): Promise<Reason | undefined> {
  for (const ref of routes) {
    const router = routerOf(ref)
    const before = bench.scribe.formersOf(id).find((former) => former.is === 'routed' && former.ref.kind === ref.kind && former.ref.name === ref.name)
    for (let attempt = 1; ; attempt++) {
      if (bench.over.aborted) return undefined
      const found = await bench.cluster.get(ref)
      if (found === undefined) return notMoved(id, ref, 'it is gone')
      const route = typed(found, ref)
      const change = to === 'split' ? router.setWeight(route, split) : router.reset(route, split, before?.is === 'routed' ? before.weights : undefined)
      if (change.is === 'impossible') return notMoved(id, ref, change.says)
      if (change.is === 'nothing') break
      bench.warrant.assure()
      try {
        const after = typed(await bench.cluster.patch(ref, 'json', change.operations), ref)
        if (to === 'split' ? router.verifyWeight(after, split) : (router.observe(after, split) ?? 0) === 0) break
        return notMoved(id, ref, `${router.observe(after, split) ?? 0} % stand there after ${to === 'split' ? split.percent : 0} % were written`)
      } catch (error) {
        if (!isMoved(error) || attempt >= writeAttempts) throw error
      }
    }
    if (to === 'stable') await disown(bench, ref)
  }
  return undefined
}

/**
 * Gives up the fields of a route that our patches made ours: the list of its rules is one field, and whoever applies the route next
 * (we, by the manifest, or another team) would be refused over weights that are what they were.
 */
export async function disown({ cluster, warrant }: Bench, ref: ObjectRef): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const route = await cluster.get(ref)
    const entries = listAt(route, 'metadata', 'managedFields')
    const index = entries.findIndex((entry) => textAt(entry, 'manager') === fieldManager && textAt(entry, 'operation') === 'Update' && textAt(entry, 'subresource') === undefined)
    if (index === -1) return
    warrant.assure()
    try {
      await cluster.patch(ref, 'json', [{ op: 'test', path: '/metadata/resourceVersion', value: route?.metadata.resourceVersion }, { op: 'remove', path: `/metadata/managedFields/${index}` }])
      return
    } catch (error) {
      if (!isMoved(error) || attempt >= writeAttempts) throw error
    }
  }
}

/** A `test` that fails says that somebody wrote the route between our look and our write; API servers answer it as invalid. */
export function isMoved(error: unknown): boolean {
  return isOutdated(error) || (error instanceof ClusterError && error.kind === 'invalid')
}

function notMoved(service: ServiceId, ref: ObjectRef, why: string): Reason {
  return because('FM-DEPLOY-TRAFFIC-NOT-MOVED', { says: `The traffic of ${service} was not moved by ${nameOf(ref)}: ${why}.`, service, where: placeOf(ref) })
}

/** Traffic only goes to a version that has a ready pod at the moment at which it is sent there. */
export async function refuseUnready(bench: Bench, service: ServiceId, ref: ObjectRef): Promise<Reason | undefined> {
  return answersNobody((await bench.cluster.get(ref)) ?? 'absent') ? noReadyPods(service, ref, 'was to get traffic and did not, since none of its pods is available') : undefined
}

export function answersNobody(deployment: KubeObject | 'absent' | 'unwatched'): boolean {
  return deployment !== 'unwatched' && (numberAt(deployment, 'status', 'availableReplicas') ?? 0) === 0
}

export function noReadyPods(service: ServiceId, ref: ObjectRef, says: string): Reason {
  return because('FM-DEPLOY-NO-READY-PODS', { says: `${nameOf(ref)} of ${service} ${says}.`, service, where: placeOf(ref) })
}

/** Lists leave out what each item is. */
export function typed(object: KubeObject, ref: ObjectRef): KubeObject {
  return object.kind === undefined ? { ...object, apiVersion: ref.apiVersion, kind: ref.kind } : refOf(object).apiVersion === ref.apiVersion ? object : { ...object, apiVersion: ref.apiVersion }
}
