/** ControllerRevisions: the templates that a StatefulSet or DaemonSet had. */
import type { KubeObject } from '@fermata/ports'
import { labelsOf, shortHash } from '../core.ts'
import type { Core } from '../core.ts'
import type { PodTemplate } from '../objects/types.ts'
import { isObject, same } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { isOwnedBy, make, objectsIn, ownerReference, remove, update } from './actions.ts'

export interface Revision extends KubeObject { readonly revision: number; readonly data: JsonObject }

const collection = 'controllerrevisions.apps'
export const hashLabel = 'controller-revision-hash'

/** Oldest first. */
export function revisionsOf(core: Core, owner: KubeObject): readonly Revision[] {
  return objectsIn<Revision>(core, collection, owner.metadata.namespace).filter((revision) => isOwnedBy(revision, owner)).sort((a, b) => a.revision - b.revision)
}

const dataOf = (template: PodTemplate): JsonObject => ({ spec: { template: { ...template, $patch: 'replace' } } })

/** The template of a revision. */
export function templateIn(revision: Revision): PodTemplate {
  const spec = isObject(revision.data['spec']) ? revision.data['spec'] : {}
  const { $patch: _, ...template } = isObject(spec['template']) ? spec['template'] : {}
  return template as unknown as PodTemplate
}

/** Finds the revision of a template or makes it; one that comes back becomes the newest again. */
export function currentRevision(core: Core, owner: KubeObject, template: PodTemplate, collisions: number): Revision {
  const known = revisionsOf(core, owner)
  const next = (known.at(-1)?.revision ?? 0) + 1
  const equal = known.findLast((revision) => same(revision.data, dataOf(template)))
  if (equal !== undefined) return equal === known.at(-1) ? equal : update(core, equal, { ...equal, revision: next })
  const hash = shortHash([template, collisions])
  return make<Revision>(core, {
    apiVersion: 'apps/v1', kind: 'ControllerRevision',
    metadata: { name: `${owner.metadata.name}-${hash}`, namespace: owner.metadata.namespace, ...(owner.metadata.annotations === undefined ? {} : { annotations: owner.metadata.annotations }), labels: { ...(template.metadata.labels ?? {}), ...(owner.kind === 'DaemonSet' ? { [hashLabel]: hash } : { 'controller.kubernetes.io/hash': hash }) }, ownerReferences: [ownerReference(owner)] },
    data: dataOf(template), revision: next,
  })
}

export const hashOf = (revision: Revision): string => labelsOf(revision)[hashLabel] ?? labelsOf(revision)['controller.kubernetes.io/hash'] ?? ''

/** Removes the oldest revisions that nothing lives by, beyond the limit. */
export function forgetRevisions(core: Core, owner: KubeObject, live: readonly string[], limit: number): void {
  const dead = revisionsOf(core, owner).filter((revision) => !live.includes(revision.metadata.name))
  for (const revision of dead.slice(0, Math.max(0, dead.length - limit))) remove(core, revision)
}
