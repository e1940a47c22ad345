import type { AccessQuestion, Cluster } from '@fermata/ports'
import { inCluster, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { questionsAtATime } from '../defaults.ts'
import { groupOf } from './apply-order.ts'
import { eachOf } from './each-of.ts'
import type { Fact } from './facts.ts'

/** What a release does beside writing its objects, which the dry run of each has asked about already. */
const custody = [
  ...['get', 'list', 'create', 'update'].map((verb) => ({ verb, group: '', resource: 'configmaps' })),
  ...['get', 'create', 'update'].map((verb) => ({ verb, group: 'coordination.k8s.io', resource: 'leases' })),
]
const sight = [
  ...['pods', 'services', 'persistentvolumeclaims'].map((resource) => ({ group: '', resource })),
  ...['deployments', 'replicasets', 'statefulsets', 'daemonsets'].map((resource) => ({ group: 'apps', resource })),
  { group: 'batch', resource: 'jobs' },
].map((kind) => ({ verb: 'list', ...kind }))

/** What any release does in a namespace beside writing its objects: it keeps its journal and its leases, and sees what becomes of pods. */
export function rightsBeside(home: string, places: readonly string[]): readonly AccessQuestion[] {
  const seen = [...new Set([home, ...places])].flatMap((namespace) => [
    ...[...sight, { group: '', resource: 'events' }].flatMap((kind) => ['list', 'watch'].map((verb) => ({ ...kind, verb, namespace }))),
    { verb: 'get', group: '', resource: 'pods/log', namespace },
    { verb: 'get', group: '', resource: 'namespaces', namespace },
  ])
  return [...custody.map((question) => ({ ...question, namespace: home })), ...seen]
}

/**
 * Asks the API server whether it would let the release be kept, watched and undone.
 * @param further what the strategies of its services need
 * What is missing for the first two forbids the release; what is missing for the way back is a warning.
 */
export async function missingPermissions(cluster: Cluster, namespace: string, facts: readonly Fact[], further: readonly AccessQuestion[]): Promise<readonly Reason[]> {
  const places = [...new Set(facts.flatMap(({ object }) => object.metadata.namespace ?? []))]
  const secrets = facts.some(({ object, does }) => object.kind === 'Secret' && does === 'change') ? ['get', 'create', 'update'].map((verb) => ({ verb, group: '', resource: 'secrets', namespace })) : []
  const needed: readonly AccessQuestion[] = [...custody.map((question) => ({ ...question, namespace })), ...secrets, ...places.flatMap((place) => sight.map((question) => ({ ...question, namespace: place }))), ...further]
  const deletions = await deletionsOf(cluster, facts)
  const [refused, unable] = [await refusedOf(cluster, needed), await refusedOf(cluster, deletions)]
  return [
    ...refused.map((question) => because('FM-DEPLOY-FORBIDDEN', { says: `The release needs to ${phrase(question)}, and may not.`, where: where(question) })),
    ...unable.map((question) => because('FM-DEPLOY-UNDO-FORBIDDEN', { says: `The release creates ${question.resource} and may not ${phrase(question)}, so it could not be undone wholly.`, where: where(question) })),
  ]
}

async function deletionsOf(cluster: Cluster, facts: readonly Fact[]): Promise<readonly AccessQuestion[]> {
  const questions = new Map<string, AccessQuestion>()
  for (const { object, does } of facts) {
    const known = does === 'create' ? await cluster.knows(object) : undefined
    if (known === undefined) continue
    const namespace = object.metadata.namespace
    const question = { verb: 'delete', group: groupOf(object.apiVersion), resource: known.resource, ...(namespace !== undefined && { namespace }) }
    questions.set(phrase(question), question)
  }
  return [...questions.values()]
}

async function refusedOf(cluster: Cluster, questions: readonly AccessQuestion[]): Promise<readonly AccessQuestion[]> {
  const allowed = await eachOf(questions, questionsAtATime, (question) => cluster.may(question))
  return questions.filter((_, index) => allowed[index] === false)
}

/** `delete deployments.apps in namespace shop` */
function phrase({ verb, group, resource, namespace }: AccessQuestion): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in namespace ${namespace}`}`
}

function where({ resource, namespace }: AccessQuestion): ReturnType<typeof inCluster> {
  return inCluster(resource, namespace, '*')
}
