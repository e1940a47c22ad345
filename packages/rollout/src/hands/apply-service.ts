import type { ServiceId } from '@fermata/catalog'
import { applyFenced, fenced, fieldManager, releaseAnnotation, serviceAnnotation } from '@fermata/custody'
import { ClusterError, type KubeObject, textAt } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import type { StageWork } from '../strategy/way.ts'
import { because } from '../codes.ts'
import { definitionPatience, pollEvery, questionsAtATime } from '../defaults.ts'
import { eachOf } from '../plan/each-of.ts'
import { nameOf, placeOf, refOf } from '../plan/objects.ts'
import { type Former, formerOf } from '../undo/former.ts'
import { refuseUnready, routesBefore, shiftTraffic } from './shift-traffic.ts'
import { clearFailedJob, freeFromFuse, removeTemporary, writeTemporary } from './temporary.ts'
import { type Bench, stageWorkOf } from './work.ts'

/**
 * Does what one stage of a service is about, in the order of its fields, after the journal has what they were.
 * A request to stop, or the end of the run, ends it between two objects; what was written by then is known to the journal.
 * @returns why it failed, or nothing
 */
export async function applyService(bench: Bench, id: ServiceId, stage: number): Promise<Reason | undefined> {
  const work = stageWorkOf(bench, id, stage)
  const fence = bench.warrant.fenceOf(id)
  const own = (object: KubeObject): KubeObject => fenced(marked(object, bench.release, id), fence)
  const wanted = work.write.map(own)
  let current: KubeObject | undefined
  try {
    const formers: Former[] = [...(await eachOf(wanted, questionsAtATime, (object) => lookBefore(bench, object).catch((error: unknown) => {
      current = object
      throw error
    })))]
    for (const object of work.temporary) formers.push({ is: 'absent', ref: refOf(object) })
    if (work.shift !== undefined) formers.push(...(await routesBefore(bench, work.shift)))
    await bench.scribe.remember(id, formers)
    const unready = work.opens === undefined ? undefined : await refuseUnready(bench, id, work.opens)
    if (unready !== undefined) return unready
    await freeFromFuse(bench, work.free)
    for (const object of wanted) {
      if (bench.signal.aborted || bench.over.aborted) return undefined
      current = object
      bench.wrote(await applyFenced(bench.cluster, object, { fence, assure: bench.warrant.assure, force: bench.force }))
      if (object.kind === 'CustomResourceDefinition') await untilServed(bench, object)
    }
    for (const object of [...work.record, ...work.temporary]) {
      if (bench.signal.aborted || bench.over.aborted) return undefined
      current = object
      bench.wrote(await writeBeside(bench, id, own(object), work))
    }
    if (bench.signal.aborted || bench.over.aborted) return undefined
    if (work.shift !== undefined) {
      const wrong = await shiftTraffic(bench, id, work.shift)
      if (wrong !== undefined) return wrong
    }
    await removeTemporary(bench, id, work.remove)
    return undefined
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    return because('FM-DEPLOY-APPLY-FAILED', {
      says: `${id} could not be written: ${current === undefined ? '' : `${nameOf(refOf(current))}: `}${error.reason.message}`,
      service: id,
      ...(current !== undefined && { where: placeOf(refOf(current)) }),
      ...(error.reason.remedy !== undefined && { remedy: error.reason.remedy }),
    })
  }
}

/** Records stay when the release is undone; what is temporary belongs to the fuse. */
async function writeBeside(bench: Bench, id: ServiceId, object: KubeObject, { record }: StageWork): Promise<KubeObject> {
  if (!record.some((one) => one.kind === object.kind && one.metadata.name === object.metadata.name)) return writeTemporary(bench, id, object)
  if (object.kind === 'Job') await clearFailedJob(bench.cluster, bench.clock, object, bench.clock.now() + definitionPatience)
  const found = await bench.cluster.get(refOf(object))
  return found ?? applyFenced(bench.cluster, object, { fence: bench.warrant.fenceOf(id), assure: bench.warrant.assure, force: bench.force })
}

/** Who wrote it, for people and for the way back. */
function marked(object: KubeObject, release: string, service: ServiceId): KubeObject {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [releaseAnnotation]: release, [serviceAnnotation]: service } } }
}

/** What the object is, and what we would own: a dry run says it, where the API server can already be asked. */
async function lookBefore({ cluster, force }: Bench, object: KubeObject): Promise<Former> {
  const ref = refOf(object)
  if ((await cluster.knows(ref)) === undefined) return { is: 'absent', ref }
  const live = await cluster.get(ref)
  if (live === undefined) return { is: 'absent', ref }
  return formerOf(ref, live, await cluster.apply(object, { fieldManager, force, dryRun: true }))
}

/** Objects of a new kind can only be written when its definition is served. */
async function untilServed({ cluster, clock, signal }: Bench, definition: KubeObject): Promise<void> {
  const group = textAt(definition, 'spec', 'group') ?? ''
  const kind = textAt(definition, 'spec', 'names', 'kind') ?? ''
  const versions = definedVersions(definition)
  const until = clock.now() + definitionPatience
  for (;;) {
    const known = await Promise.all(versions.map((version) => cluster.knows({ apiVersion: `${group}/${version}`, kind })))
    if (known.every((one) => one !== undefined) || signal.aborted) return
    if (clock.now() >= until) throw new ClusterError('timeout', `The API server does not serve ${kind} of ${group} ${definitionPatience / 1000} s after its definition was written.`, { remedy: 'See the conditions of the CustomResourceDefinition.' })
    await clock.sleep(pollEvery)
  }
}

function definedVersions(definition: KubeObject): readonly string[] {
  const versions = (definition['spec'] as { readonly versions?: readonly unknown[] } | undefined)?.versions ?? []
  return versions.filter((version) => (version as { readonly served?: boolean }).served === true).map((version) => textAt(version, 'name') ?? '')
}
