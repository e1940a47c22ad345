import { fenced, managedBy, releaseAnnotation } from '@fermata/custody'
import { ClusterError, type KubeObject, type ObjectKind, type ObjectRef } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Aim, Siege, Site } from './fault.ts'

/** A fault that is in effect as long as one object of ours exists. */
export interface SiegeByObject extends Pick<Siege, 'kind' | 'says' | 'durationMs' | 'needs' | 'rehearse'> {
  readonly resource: { readonly group: string; readonly resource: string }
  readonly objectOf: (aim: Aim) => KubeObject
}

/** An object that carries the name and the marks of an experiment. */
export function temporaryObject({ apiVersion, kind }: ObjectKind, { id, namespace }: Aim, fields: Readonly<Record<string, unknown>>): KubeObject {
  return { apiVersion, kind, metadata: { name: `fermata-chaos-${id}`, namespace, labels: managedBy, annotations: { [releaseAnnotation]: id } }, ...fields }
}

/** Created under a fuse, and deleted at the end; whether the cluster takes it is tried before. */
export function siegeByObject({ kind, says, durationMs, needs, rehearse, resource, objectOf }: SiegeByObject): Siege {
  return {
    kind,
    says,
    lasts: 'until lifted',
    durationMs,
    // The trial is an apply, which is a patch.
    needs: [...['create', 'patch', 'get', 'delete'].map((verb) => ({ verb, ...resource })), ...needs],
    touches: (aim) => [{ does: 'create', ref: refOf(objectOf(aim)), why: 'its fuse and the end of the fault both remove it', object: objectOf(aim) }],
    rehearse: async (site) => [...(await refused(site, objectOf(site.aim))), ...(await rehearse(site))],
    lay: async ({ cluster, aim }, { owner, fence, assure }) => {
      const marked = fenced(objectOf(aim), fence)
      assure()
      await cluster.create({ ...marked, metadata: { ...marked.metadata, ownerReferences: [owner] } })
    },
    lift: ({ cluster, aim }) => cluster.delete(refOf(objectOf(aim))),
    lifted: async ({ cluster, aim }) => (await cluster.get(refOf(objectOf(aim)))) === undefined,
  }
}

function refOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
}

async function refused({ cluster }: Site, object: KubeObject): Promise<readonly Reason[]> {
  try {
    await cluster.apply(object, { dryRun: true })
    return []
  } catch (error) {
    if (!(error instanceof ClusterError) || !['refused', 'invalid'].includes(error.kind)) throw error
    return [because('FM-CHAOS-REFUSED', { says: `The cluster would not take the ${object.kind}: ${error.reason.message}`, ...(error.reason.remedy !== undefined && { remedy: error.reason.remedy }) })]
  }
}
