import type { ServiceId } from '@fermata/catalog'
import type { Files } from '@fermata/ports'
import { ConfigurationError, type Problem } from '@fermata/verdict'
import { questionsAtATime } from '../defaults.ts'
import { onInconclusiveOf } from '../journal/entry.ts'
import { eachOf } from '../plan/each-of.ts'
import type { Fact } from '../plan/facts.ts'
import type { Desired, Target } from '../prepare.ts'
import type { DeployRequest } from '../request.ts'
import { layStages, shapeOf, type Way } from './lay-stages.ts'
import { migrationOf, type MigrationObjects } from './migration.ts'
import { rehearse } from './rehearse.ts'
import { hasRun, surroundingsOf } from './surroundings.ts'

/** The way of a service, and whether it changes something although its objects are all as wanted. */
export interface ServiceWay extends Way {
  readonly changes: boolean
  /** The Job of its migration scripts. */
  readonly migration: string | undefined
}

/**
 * The way forward of every service of a plan. Reads the cluster around those that do not go at once; writes nothing.
 * @throws ConfigurationError for migrations that cannot be run, EnvironmentError where the cluster cannot be asked
 */
export async function waysOf(request: DeployRequest, { catalog, cluster, namespace }: Target, { selection }: Desired, facts: readonly Fact[], files: Files): Promise<ReadonlyMap<ServiceId, ServiceWay>> {
  const problems: Problem[] = []
  const ways = await eachOf(selection.graph.ids, questionsAtATime, async (id): Promise<readonly [ServiceId, ServiceWay]> => {
    const service = catalog.services.get(id)
    if (service === undefined) throw new RangeError(`The catalog has no service ${id}.`)
    const own = facts.filter((fact) => fact.service === id)
    const released = selection.roles.get(id) === 'release'
    const strategy = request.strategy === 'rolling' || !released ? 'rolling' : service.strategy
    const { deployment, services } = shapeOf(own)
    let migration: MigrationObjects | undefined
    let job: string | undefined
    if (released && service.migrationScripts.length > 0) {
      const made = await migrationOf(service, deployment?.object, deployment?.object.metadata.namespace ?? namespace, files)
      if ('job' in made) {
        job = made.job.metadata.name
        migration = (await hasRun(cluster, made)) ? undefined : made
      } else problems.push(...made)
    }
    const around = strategy === 'rolling' || deployment === undefined || own.every(({ does }) => does === 'create') ? undefined : await surroundingsOf(cluster, service, deployment.object, services[0]?.object)
    const way = layStages({ service, strategy: around === undefined && deployment?.does === 'create' ? 'rolling' : strategy, facts: released ? own : own.map((fact) => ({ ...fact, does: 'same' as const })), around, migration, metrics: request['prometheus-url'] !== undefined, mayGoUnjudged: onInconclusiveOf(request) === 'go-on' })
    const refusals = released && isThere(own) ? await rehearse(cluster, way.stages, own, request['field-conflicts'] === 'force') : []
    return [id, { ...way, reasons: [...way.reasons, ...refusals], migration: job, changes: released && (own.some(({ does }) => does !== 'same') || migration !== undefined || around?.leftovers === true) }]
  })
  if (problems.length > 0) throw new ConfigurationError(problems)
  return new Map(ways)
}

/** Of a first release the namespace may not be there yet, so nothing can be asked. */
function isThere(facts: readonly Fact[]): boolean {
  return facts.some(({ does }) => does !== 'create')
}
