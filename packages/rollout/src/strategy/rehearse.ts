import { fieldManager } from '@fermata/custody'
import { type AccessQuestion, type Cluster, ClusterError, type KubeObject } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { questionsAtATime } from '../defaults.ts'
import { groupOf } from '../plan/apply-order.ts'
import { same } from '../plan/canonical.ts'
import { eachOf } from '../plan/each-of.ts'
import { type Fact, refusal } from '../plan/facts.ts'
import { refOf } from '../plan/objects.ts'
import type { StageWork } from './way.ts'

/**
 * Asks the API server, by a dry run, whether it would take what the stages of a service write beside its own objects:
 * the copy, a Service with another selector, the Job of a migration. So a quota, a policy or a field of another manager is known before
 * anything is written, and not when half of the traffic has moved.
 * @param facts the objects of the service, of which that has been asked already
 */
export async function rehearse(cluster: Cluster, stages: readonly StageWork[], facts: readonly Fact[], force: boolean): Promise<readonly Reason[]> {
  const [known] = facts
  if (known === undefined) return []
  const asked = new Set(facts.map(({ object }) => object))
  const wishes = stages.flatMap(({ write, record, temporary }) => [
    ...write.filter((object) => !asked.has(object)).map((object) => ({ object, force, once: false })),
    ...record.map((object) => ({ object, force, once: true })),
    ...temporary.map((object) => ({ object, force: true, once: false })),
  ])
  const different = wishes.filter((wish, index) => wishes.findIndex((other) => same(other.object, wish.object)) === index)
  const found = await eachOf(different, questionsAtATime, async ({ object, once, ...wish }): Promise<readonly Reason[]> => {
    // What is written once and is there already stays as it is.
    if (once && (await cluster.get(refOf(object))) !== undefined) return []
    return dryRun(cluster, known, object, wish.force)
  })
  return found.flat()
}

async function dryRun(cluster: Cluster, { service, placed }: Fact, object: KubeObject, force: boolean): Promise<readonly Reason[]> {
  try {
    await cluster.apply(object, { fieldManager, dryRun: true, force })
    return []
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    return [refusal(service, placed, object, error)]
  }
}

/** What the stages do beside writing objects: fuses, copies that are freed and removed, routes that are patched. */
export async function rightsFor(cluster: Cluster, stages: readonly StageWork[]): Promise<readonly AccessQuestion[]> {
  const questions: AccessQuestion[] = []
  for (const { temporary, shift } of stages) {
    for (const object of temporary) {
      const { namespace } = object.metadata
      const resource = (await cluster.knows(object))?.resource
      if (namespace === undefined || resource === undefined) continue
      questions.push(...['get', 'create', 'patch', 'delete'].map((verb) => ({ verb, group: 'batch', resource: 'jobs', namespace })), ...['patch', 'delete'].map((verb) => ({ verb, group: groupOf(object.apiVersion), resource, namespace })))
    }
    for (const route of shift?.routes ?? []) {
      const resource = (await cluster.knows(route))?.resource
      if (route.namespace !== undefined && resource !== undefined) questions.push(...['get', 'patch'].map((verb) => ({ verb, group: groupOf(route.apiVersion), resource, namespace: route.namespace as string })))
    }
  }
  return questions.filter((question, index) => questions.findIndex((other) => same(other, question)) === index)
}
