import type { Graph } from '@fermata/catalog'
import type { Instant } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import type { DeployPorts } from '../deploy-ports.ts'
import type { Prepared } from '../make-plan.ts'
import type { DeployRequest } from '../request.ts'
import type { Ran } from '../run-release.ts'

/** What is told of a release, or of the undoing of one, when it is over. */
export interface Told {
  readonly request: DeployRequest
  readonly ports: DeployPorts
  readonly startedAt: Instant
  readonly title: 'release' | 'resume' | 'rollback' | 'abort' | 'clean-up'
  /** Undefined where nothing was written. */
  readonly release: string | undefined
  readonly planHash: string
  readonly planFile: string | undefined
  readonly prepared: Prepared | undefined
  readonly graph: Graph
  readonly ran: Ran
  /** What was to be said before anything was done. */
  readonly reasons: readonly Reason[]
}

/** Whether the services were to come forward: then one that is held or undone is no success. */
export function leadsForward({ title }: Pick<Told, 'title'>): boolean {
  return title === 'release' || title === 'resume'
}
