import { takeWarrant } from '@fermata/custody'
import type { Invocation } from '@fermata/ports'
import type { Report } from '@fermata/verdict'
import { because } from '../codes.ts'
import { leaseSeconds } from '../defaults.ts'
import type { FaultKind } from '../faults/fault.ts'
import { reportCourse } from '../report/course-report.ts'
import { reportPlan } from '../report/plan-report.ts'
import type { ChaosRequest } from '../request.ts'
import { carryOut, type Say } from './carry-out.ts'
import { type ChaosEntry, chaosJournals } from './entry.ts'
import { judgeCourse } from './judge-course.ts'
import { type ChaosPorts, makePlan, mayGoOn } from './prepare.ts'

/** Under these names a run keeps what its post step must know, before it writes anything. */
export const kept = { id: 'experiment', namespace: 'namespace' } as const

/**
 * Carries an experiment out, unless something forbids it.
 * @throws ConfigurationError, EnvironmentError; then nothing was injected
 */
export async function runExperiment(request: ChaosRequest, ports: ChaosPorts, kinds: readonly FaultKind[]): Promise<Report> {
  const startedAt = ports.clock.now()
  const plan = await makePlan(request, ports, kinds)
  const { aimed, id, namespace, cluster, experiment } = plan
  if (aimed === undefined || !mayGoOn(plan.reasons)) return reportPlan(request, ports, plan, startedAt)
  ports.keep(kept.id, id)
  ports.keep(kept.namespace, namespace)
  const taken = await takeWarrant(cluster, ports.clock, { namespace, services: [aimed.target.lease], holder: holderOf(id, ports.invocation), seconds: leaseSeconds, signal: ports.signal })
  if (taken.kind === 'taken') {
    const busy = because('FM-CHAOS-LEASE-TAKEN', { says: `${taken.by} works on ${aimed.target.says}, until ${new Date(taken.until).toISOString()} if it does not renew that.` })
    return reportPlan(request, ports, { ...plan, reasons: [...plan.reasons, busy] }, startedAt)
  }
  const { warrant } = taken
  try {
    const begun: ChaosEntry = { schema: 'fermata/chaos@1', startedAt: new Date(startedAt).toISOString(), ended: false, id, title: experiment.title, fault: experiment.fault.kind, phase: 'begun', lease: aimed.target.lease, victims: aimed.aim.victims, temporary: [], ...(ports.invocation.runUrl !== undefined && { runUrl: ports.invocation.runUrl }) }
    let entry = begun
    const writer = await chaosJournals(cluster, namespace).create(id, { entry }, warrant.fence)
    const say: Say = async (phase, more = {}) => {
      entry = { ...entry, ...more, phase }
      await writer.save({ entry })
    }
    const course = await carryOut(plan, aimed, ports, warrant, say)
    // What may still be there is left for a sweep to look at.
    const ended = course.rollback !== 'unproven' || experiment.fault.lasts === 'a moment'
    entry = { ...entry, ended, phase: ended ? 'ended' : entry.phase, rollback: course.rollback, endedAt: new Date(course.endedAt).toISOString() }
    await writer.save({ entry })
    return await reportCourse(request, ports, { plan, course, judgement: judgeCourse(experiment, plan.limits, course) }, startedAt)
  } finally {
    await warrant.release()
  }
}

/** Unique for one process; its post step has the same. */
export function holderOf(id: string, { runId, runAttempt }: Invocation): string {
  return `chaos-gate ${id} of run ${runId}/${runAttempt}`
}
