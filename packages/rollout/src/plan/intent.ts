import type { ServiceId } from '@fermata/catalog'
import { digest } from './canonical.ts'
import type { Plan } from './plan.ts'

/**
 * What a release means, whatever the cluster is like: two plans with one intent lead to the same state.
 * SHA-256. Values of Secrets are not in it, as they are in no digest.
 * @param released the services that were asked for; of the others only their health matters
 */
export function intentOf({ namespace, strategy, fieldConflicts, services }: Plan, released: (id: ServiceId) => boolean): string {
  const means = services.map(({ id, dependencies, objects, ...service }) => [id, dependencies, released(id) && { strategy: service.strategy, timeout: service.timeout, soak: service.soak, migration: service.migration, objects: objects.map((object) => [object.ref, object.digest]) }])
  return digest({ namespace, strategy, fieldConflicts, services: means })
}
