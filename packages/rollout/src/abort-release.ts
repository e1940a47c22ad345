import type { Report } from '@fermata/verdict'
import type { DeployPorts } from './deploy-ports.ts'
import { findTarget } from './prepare.ts'
import type { DeployRequest } from './request.ts'
import { undoRelease } from './rollback-release.ts'
import { nothingDone, unfinishedRelease } from './take-up.ts'

/** Undoes a release that was left before it ended: all that it has written, in reverse order. */
export async function abortRelease(request: DeployRequest, ports: DeployPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const target = await findTarget(request, ports)
  const entry = await unfinishedRelease(request, target)
  if (entry === undefined) return nothingDone(request, ports, startedAt, `No release in namespace ${target.namespace} was left before it ended.`)
  if (entry.ended) return nothingDone(request, ports, startedAt, `Release ${entry.release} has come to its end, so there is nothing to abort. \`fermata rollback\` undoes it.`, [], entry)
  return undoRelease(request, ports, target, entry, 'abort', startedAt)
}
