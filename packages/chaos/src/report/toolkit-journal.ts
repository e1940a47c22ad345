/** The journal of Chaos Toolkit, with more in it, so that its tools read it: https://chaostoolkit.org/reference/api/journal/ */
import type { Sample } from '../measure/sample.ts'
import type { Told } from './told.ts'

/** Times as Chaos Toolkit writes them: microseconds and an offset. */
function iso(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '000+00:00')
}

/**
 * What happened as a journal. `status` and `deviated` have the meaning of Chaos Toolkit; what it would call completed
 * although nothing was tested is `failed` here, since its readers take completed for success.
 */
export function toolkitJournal({ plan, course, judgement }: Told, mode: string): object {
  const { experiment, aimed } = plan
  const cancelled = course.trouble.some(({ code }) => code === 'FM-CHAOS-CANCELLED')
  const fine = judgement.reasons.every(({ severity }) => severity === 'note' || severity === 'warning')
  const start = course.injectedAt ?? course.begunAt
  const seconds = (from: number, to: number): number => (to - from) / 1000
  return {
    'chaoslib-version': 'fermata',
    platform: 'fermata',
    node: '',
    experiment: { title: experiment.title, description: experiment.title, file: experiment.file, form: experiment.form, fault: experiment.fault.kind, namespace: plan.namespace, mode },
    start: iso(course.begunAt),
    status: cancelled ? 'interrupted' : course.injectedAt === undefined ? 'aborted' : fine ? 'completed' : 'failed',
    deviated: course.before.held && course.injectedAt !== undefined && judgement.recovery?.is === 'down',
    steady_states: { before: { steady_state_met: course.before.held, probes: [] }, after: { steady_state_met: judgement.recovery === undefined ? null : judgement.recovery.is === 'unharmed' || judgement.recovery.is === 'recovered', probes: [] }, during: course.samples.map(sampleRun) },
    run: course.injectedAt === undefined ? [] : [{ activity: { type: 'action', name: experiment.fault.kind }, output: aimed?.touches.map(({ does, ref }) => ({ does, ...ref })) ?? [], start: iso(start), end: iso(course.liftedAt ?? course.endedAt), status: course.effect.is === 'proven' ? 'succeeded' : 'failed', duration: seconds(start, course.liftedAt ?? course.endedAt) }],
    rollbacks: course.injectedAt === undefined || experiment.fault.lasts === 'a moment' ? [] : [{ activity: { type: 'action', name: `lift ${experiment.fault.kind}` }, output: course.rollback, start: iso(course.liftedAt ?? course.endedAt), end: iso(course.liftedAt ?? course.endedAt), status: course.rollback === 'proven' ? 'succeeded' : 'failed', duration: 0 }],
    end: iso(course.endedAt),
    duration: seconds(course.begunAt, course.endedAt),
    fermata: { id: plan.id, limits: plan.limits, victims: course.hit, effect: course.effect, injectedAt: course.injectedAt, liftedAt: course.liftedAt, backAt: course.backAt, rollback: course.rollback, recovery: judgement.recovery, share: judgement.share, reasons: [...plan.reasons, ...judgement.reasons] },
  }
}

function sampleRun({ at, ms, good, says }: Sample): object {
  return { steady_state_met: good, start: iso(at), end: iso(at + ms), duration: ms / 1000, ...(says !== '' && { output: says }) }
}
