import type { Catalog } from '@fermata/catalog'
import { readManifests } from '@fermata/manifests'
import { at, type Cluster, ClusterError, type Files, type KubeObject, mapAt, type ObjectKind, textAt } from '@fermata/ports'
import { ConfigurationError, inCluster, type Reason } from '@fermata/verdict'
import { because } from './codes.ts'
import type { Patient } from './ladder/model.ts'
import { refOf } from './ladder/patch.ts'

export type Seen = Pick<Patient, 'service' | 'workload' | 'autoscaler' | 'revisions'>

const workloadKinds: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])
const autoscalers: ObjectKind = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }
const replicaSets: ObjectKind = { apiVersion: 'apps/v1', kind: 'ReplicaSet' }
/** Nobody acts on a workload that carries it. */
const pauseMark = 'fermata.dev/heal'

/**
 * The workload of a service and what belongs to it, as they are in the cluster now; or why nothing may be done to it.
 * Of several workloads the first of the manifests is meant.
 * @throws ConfigurationError when the manifests cannot be read; ClusterError
 */
export async function lookAt(service: string, namespace: string, catalog: Catalog, { cluster, files }: { readonly cluster: Cluster; readonly files: Files }): Promise<Seen | Reason> {
  const definition = catalog.services.get(service)
  const reading = await readManifests(definition?.manifests ?? [], files, definition?.where)
  const written = reading.objects.map(({ object }) => object).find(({ kind }) => workloadKinds.has(kind))
  if (written === undefined && reading.problems.length > 0) throw new ConfigurationError(reading.problems)
  if (written === undefined) return because('FM-HEAL-NO-WORKLOAD', { says: `The manifests of ${service} hold no Deployment, StatefulSet or DaemonSet.`, service, where: definition?.where })
  const ref = refOf({ ...written, metadata: { ...written.metadata, namespace: written.metadata.namespace ?? namespace } })
  const workload = await cluster.get(ref)
  if (workload === undefined) return because('FM-HEAL-NO-WORKLOAD', { says: `There is no ${ref.kind} ${ref.name} in namespace ${ref.namespace ?? ''}.`, service, where: inCluster(ref.kind, ref.namespace, ref.name) })
  if (textAt(workload, 'metadata', 'annotations', pauseMark) === 'paused') return because('FM-HEAL-PAUSED', { says: `${ref.kind} ${ref.name} is marked ${pauseMark}: paused.`, service, where: inCluster(ref.kind, ref.namespace, ref.name) })
  const [scalers, sets] = await Promise.all([autoscalersIn(cluster, ref.namespace ?? namespace), ref.kind === 'Deployment' ? cluster.list(replicaSets, { namespace: ref.namespace ?? namespace, labelSelector: selectorOf(workload) }) : { items: [] }])
  return {
    service,
    workload,
    autoscaler: scalers.find((scaler) => at(scaler, 'spec', 'scaleTargetRef', 'kind') === ref.kind && at(scaler, 'spec', 'scaleTargetRef', 'name') === ref.name),
    revisions: sets.items.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === workload.metadata.uid) === true),
  }
}

/** The labels that every pod of a workload has, and every ReplicaSet of a Deployment: not all of the namespace is fetched. */
function selectorOf(workload: KubeObject): string {
  return Object.entries(mapAt(workload, 'spec', 'selector', 'matchLabels')).map(([name, value]) => `${name}=${String(value)}`).join(',')
}

/** A cluster that serves no autoscalers has none. */
async function autoscalersIn(cluster: Cluster, namespace: string): Promise<readonly KubeObject[]> {
  try {
    return (await cluster.list(autoscalers, { namespace })).items
  } catch (error) {
    if (error instanceof ClusterError && (error.kind === 'unknown-kind' || error.kind === 'not-found')) return []
    throw error
  }
}
