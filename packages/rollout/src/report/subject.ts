import type { ServiceId } from '@fermata/catalog'
import type { Invocation } from '@fermata/ports'
import type { Subject } from '@fermata/verdict'
import type { DeployRequest } from '../request.ts'

/** What a report of this package is about. */
export function subjectOf(request: DeployRequest, { repository, trigger }: Invocation, services: readonly ServiceId[]): Subject {
  return {
    ...(repository !== undefined && { repository }),
    ...(trigger.sha !== undefined && { sha: trigger.sha }),
    ...(request.environment !== undefined && { environment: request.environment }),
    services,
  }
}
