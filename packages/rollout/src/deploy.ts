import type { Report } from '@fermata/verdict'
import { abortRelease } from './abort-release.ts'
import { applyRelease } from './apply-release.ts'
import type { DeployPorts } from './deploy-ports.ts'
import { reportPlan } from './report/plan-report.ts'
import { makePlan } from './make-plan.ts'
import { refuseRecordless } from './record/record.ts'
import type { DeployRequest } from './request.ts'
import { resumeRelease } from './resume-release.ts'
import { rollbackRelease } from './rollback-release.ts'
import { showStatus } from './show-status.ts'
import { sweepReleases } from './sweep-releases.ts'
import { keepPlan } from './plan/keep-plan.ts'

/**
 * Releases services, shows what a release would do, goes on with or undoes one, tells how things stand, or tidies up.
 * @throws ConfigurationError for what the caller must change, EnvironmentError where the cluster cannot be asked; then nothing was written
 */
export async function deploy(request: DeployRequest, ports: DeployPorts): Promise<Report> {
  refuseRecordless(request)
  switch (request.mode) {
    case 'plan': {
      const startedAt = ports.clock.now()
      const prepared = await makePlan(request, ports)
      const file = await keepPlan(request, ports.files, prepared.plan)
      return reportPlan(request, ports, prepared, file, startedAt)
    }
    case 'apply':
      return applyRelease(request, ports)
    case 'resume':
      return resumeRelease(request, ports)
    case 'abort':
      return abortRelease(request, ports)
    case 'sweep':
      return sweepReleases(request, ports)
    case 'rollback':
      return rollbackRelease(request, ports)
    case 'status':
      return showStatus(request, ports)
  }
}
