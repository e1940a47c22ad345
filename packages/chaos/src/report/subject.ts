import type { Invocation } from '@fermata/ports'
import type { Subject } from '@fermata/verdict'
import type { Experiment } from '../experiment/model.ts'
import type { ChaosRequest } from '../request.ts'

/** What a report of this package is about. */
export function subjectOf(request: ChaosRequest, { repository, trigger }: Invocation, experiment?: Experiment): Subject {
  return {
    ...(repository !== undefined && { repository }),
    ...(trigger.sha !== undefined && { sha: trigger.sha }),
    ...(request.environment !== undefined && { environment: request.environment }),
    ...(experiment?.target.by === 'service' && { services: [experiment.target.service] }),
  }
}
