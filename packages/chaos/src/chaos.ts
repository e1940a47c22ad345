import type { Report } from '@fermata/verdict'
import type { FaultKind } from './faults/fault.ts'
import { faultKinds } from './faults/registry.ts'
import { reportPlan } from './report/plan-report.ts'
import type { ChaosRequest } from './request.ts'
import { type ChaosPorts, makePlan } from './run/prepare.ts'
import { runExperiment } from './run/run-experiment.ts'
import { sweepNamespace } from './sweep/sweep-namespace.ts'

/**
 * Shows what an experiment would touch, carries it out, or removes what killed ones have left.
 * @throws ConfigurationError for what the caller must change, EnvironmentError where the cluster cannot be asked; then nothing was injected
 */
export async function chaos(request: ChaosRequest, ports: ChaosPorts, kinds: readonly FaultKind[] = faultKinds): Promise<Report> {
  switch (request.mode) {
    case 'plan': {
      const startedAt = ports.clock.now()
      return reportPlan(request, ports, await makePlan(request, ports, kinds), startedAt)
    }
    case 'run':
      return runExperiment(request, ports, kinds)
    case 'sweep':
      return sweepNamespace(request, ports)
  }
}
