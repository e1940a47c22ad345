import { type Catalog, readCatalog } from '@fermata/catalog'
import { isMapping, readManifests } from '@fermata/manifests'
import { type Cluster, type Files, type KubeObject, mapAt, type ObjectRef } from '@fermata/ports'
import { ConfigurationError, didYouMean, inCluster, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Experiment, TargetWish } from '../experiment/model.ts'
import { isAlive, isReady } from './pods.ts'
import { parseSelector, selectorText } from './selector.ts'

/** The pods that are meant, whoever of them will be hit. */
export interface Target {
  /** What only one run may work on at a time: the service, or the workload that is called like it. */
  readonly lease: string
  /** For people: `Deployment/cart`, `app=cart`. */
  readonly says: string
  readonly selector: Readonly<Record<string, unknown>>
  /** Those that live, ready or not. */
  readonly pods: readonly KubeObject[]
}

const workloadKinds: Readonly<Record<string, string>> = { Deployment: 'apps/v1', StatefulSet: 'apps/v1', DaemonSet: 'apps/v1', ReplicaSet: 'apps/v1' }

/**
 * Finds the pods of a target. Where there is none that is ready, that is a reason and no empty list.
 * @throws ConfigurationError for a service that the catalog does not have, or a selector that would select everything; ClusterError
 */
export async function findTarget(experiment: Experiment, namespace: string, cluster: Cluster, files: Files, config: string | undefined): Promise<Target | Reason> {
  const selected = await selectorOf(experiment.target, namespace, cluster, files, config, experiment)
  if ('code' in selected) return selected
  if (Object.keys(mapAt(selected.selector, 'matchLabels')).length === 0 && selected.selector['matchExpressions'] === undefined) throw new ConfigurationError([{ code: 'FM-CHAOS-EXPERIMENT', says: `The selector of ${selected.says} is empty and would select every pod of namespace ${namespace}.`, where: experiment.where }])
  const { items } = await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector: selectorText(selected.selector) })
  const pods = items.filter(isAlive)
  if (!pods.some(isReady)) return because('FM-CHAOS-NO-TARGET', { says: `${items.length === 0 ? 'No pod matches' : `None of ${items.length} pods is ready of`} ${selected.says} in namespace ${namespace}.`, where: inCluster('Pod', namespace, selectorText(selected.selector)) })
  return { ...selected, pods }
}

type Selected = Pick<Target, 'lease' | 'says' | 'selector'>

async function selectorOf(wish: TargetWish, namespace: string, cluster: Cluster, files: Files, config: string | undefined, experiment: Experiment): Promise<Selected | Reason> {
  switch (wish.by) {
    case 'selector':
      // The reader of the experiment has let through only what can be parsed.
      return { lease: `chaos-${wish.selector}`, says: wish.selector, selector: parseSelector(wish.selector) }
    case 'workload':
      return workloadSelector({ apiVersion: workloadKinds[wish.kind] ?? 'apps/v1', kind: wish.kind, namespace, name: wish.name }, cluster, wish.name)
    case 'service': {
      const catalog = await readCatalog(files, config)
      return workloadSelector({ ...(await workloadOf(wish.service, catalog, files, experiment)), namespace }, cluster, wish.service)
    }
  }
}

async function workloadSelector(ref: ObjectRef, cluster: Cluster, lease: string): Promise<Selected | Reason> {
  const found = await cluster.get(ref)
  const says = `${ref.kind}/${ref.name}`
  if (found === undefined) return because('FM-CHAOS-NO-TARGET', { says: `There is no ${says} in namespace ${ref.namespace}.`, where: inCluster(ref.kind, ref.namespace, ref.name) })
  return { lease, says, selector: mapAt(found, 'spec', 'selector') }
}

/** The first workload of a service's manifests. */
async function workloadOf(id: string, catalog: Catalog, files: Files, { where }: Experiment): Promise<Omit<ObjectRef, 'namespace'>> {
  const service = catalog.services.get(id)
  if (service === undefined) {
    const meant = didYouMean(id, [...catalog.services.keys()])
    throw new ConfigurationError([{ code: 'FM-CHAOS-EXPERIMENT', says: `${catalog.file} has no service ${JSON.stringify(id)}.`, remedy: meant === undefined ? 'Name a service of the catalog.' : `Did you mean ${meant}?`, where }])
  }
  const { objects, problems } = await readManifests(service.manifests, files, service.where)
  if (problems.length > 0) throw new ConfigurationError(problems)
  const workload = objects.find(({ object }) => isMapping(object) && workloadKinds[object.kind] !== undefined)?.object
  if (workload === undefined) throw new ConfigurationError([{ code: 'FM-CHAOS-EXPERIMENT', says: `The manifests of ${id} hold no Deployment, StatefulSet or DaemonSet.`, remedy: 'Name the target by workload or selector.', where }])
  return { apiVersion: workload.apiVersion, kind: workload.kind, name: workload.metadata.name }
}
