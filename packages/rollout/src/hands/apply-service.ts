import type { ServiceId } from '@fermata/catalog'
import { applyFenced, fenced, fieldManager, releaseAnnotation, serviceAnnotation } from '@fermata/custody'
import { ClusterError, type KubeObject } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { definitionPatience, pollEvery } from '../defaults.ts'
import { nameOf, placeOf, refOf, textAt } from '../plan/objects.ts'
import { type Former, formerOf } from '../undo/former.ts'
import { type Bench, workOf } from './work.ts'

/**
 * Writes the objects of a service, in their order, after the journal has what they were.
 * A request to stop, or the end of the run, ends it between two objects; what was written by then is known to the journal.
 * @returns why it failed, or nothing
 */
export async function applyService(bench: Bench, id: ServiceId): Promise<Reason | undefined> {
  const { write } = workOf(bench, id)
  const fence = bench.warrant.fenceOf(id)
  const wanted = write.map((object) => fenced(marked(object, bench.release, id), fence))
  let current: KubeObject | undefined
  try {
    const formers: Former[] = []
    for (const object of wanted) {
      current = object
      formers.push(await lookBefore(bench, object))
    }
    await bench.scribe.remember(id, formers)
    for (const object of wanted) {
      if (bench.signal.aborted || bench.over.aborted) return undefined
      current = object
      bench.wrote(await applyFenced(bench.cluster, object, { fence, assure: bench.warrant.assure, force: bench.force }))
      if (object.kind === 'CustomResourceDefinition') await untilServed(bench, object)
    }
    return undefined
  } catch (error) {
    if (!(error instanceof ClusterError) || current === undefined) throw error
    return because('FM-DEPLOY-APPLY-FAILED', {
      says: `${id} could not be written: ${nameOf(refOf(current))}: ${error.reason.message}`,
      service: id,
      where: placeOf(refOf(current)),
      ...(error.reason.remedy !== undefined && { remedy: error.reason.remedy }),
    })
  }
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
