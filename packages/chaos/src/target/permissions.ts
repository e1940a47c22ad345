import type { AccessQuestion, Cluster } from '@fermata/ports'
import { inCluster, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Fault } from '../faults/fault.ts'

/** What every experiment does: look at pods, hold a lease, keep a journal. */
const always = [
  ...['get', 'list'].map((verb) => ({ verb, group: '', resource: 'pods' })),
  ...['get', 'create', 'update'].map((verb) => ({ verb, group: 'coordination.k8s.io', resource: 'leases' })),
  ...['get', 'create', 'update'].map((verb) => ({ verb, group: '', resource: 'configmaps' })),
]

/** What a fuse takes. */
const forFuse = ['get', 'create', 'patch', 'delete'].map((verb) => ({ verb, group: 'batch', resource: 'jobs' }))

/** Every rule that an experiment needs, its undoing included. */
export function rulesFor(fault: Fault): readonly Omit<AccessQuestion, 'namespace'>[] {
  return [...always, ...(fault.lasts === 'until lifted' ? forFuse : []), ...fault.needs]
}

/** Asks the API server itself about each rule, before anything is done. */
export async function missingPermissions(cluster: Cluster, namespace: string, fault: Fault): Promise<readonly Reason[]> {
  const rules = rulesFor(fault)
  const allowed = await Promise.all(rules.map((rule) => cluster.may({ ...rule, namespace })))
  return rules.filter((_, index) => allowed[index] === false).map(({ verb, group, resource }) => {
    const full = group === '' ? resource : `${resource}.${group}`
    return because('FM-CHAOS-FORBIDDEN', { says: `The experiment needs to ${verb} ${full} in namespace ${namespace}, and may not.`, remedy: `Grant {apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}.`, where: inCluster(resource, namespace, '*') })
  })
}
