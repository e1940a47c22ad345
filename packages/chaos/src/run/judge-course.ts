import type { Instant } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Experiment } from '../experiment/model.ts'
import { failedShare, type FailedShare, samplesToShow } from '../measure/failed-share.ts'
import { longestGap } from '../measure/gap.ts'
import { keptWithin, type Recovery, recoveryOf, startedSince, underWaySince } from '../measure/recovery.ts'
import type { Course } from './course.ts'
import type { Limits } from './prepare.ts'

/** What a course means. It follows from the samples and instants of the course, and from nothing else. */
export interface Judgement {
  readonly recovery: Recovery | undefined
  readonly share: FailedShare | undefined
  /** From when on requests are counted. */
  readonly countedFrom: Instant | undefined
  /** What the time to recover counts from. */
  readonly recoversFrom: Instant | undefined
  readonly reasons: readonly Reason[]
}

/** Decides what came of an experiment. Where nothing was injected, or nothing shown, there is nothing to measure, and that is a reason. */
export function judgeCourse(experiment: Experiment, limits: Limits, course: Course): Judgement {
  const nothing = { recovery: undefined, share: undefined, countedFrom: undefined, recoversFrom: undefined }
  if (!course.before.held) return { ...nothing, reasons: [because('FM-CHAOS-STEADY-STATE', { says: `Before the fault, ${course.before.says}`, evidence: ['samples'] }), ...course.trouble] }
  if (course.injectedAt === undefined) return { ...nothing, reasons: course.trouble }
  const undone = course.rollback === 'unproven' && experiment.fault.lasts === 'until lifted' ? [because('FM-CHAOS-UNDO-UNPROVEN', { says: `Nobody has seen that ${experiment.fault.kind} is gone.` })] : []
  if (course.effect.is === 'unproven') {
    const interrupted = course.trouble.some(({ code }) => code === 'FM-CHAOS-CANCELLED' || code === 'FM-CHAOS-INJECTION-FAILED' || code === 'FM-CHAOS-LOST')
    const none = because('FM-CHAOS-NO-EFFECT', { says: `${experiment.fault.kind} was injected, and neither the cluster nor a probe shows it.`, evidence: ['samples'] })
    return { ...nothing, reasons: [...(interrupted ? [] : [none]), ...course.trouble, ...undone] }
  }
  const from = referenceOf(experiment, course)
  // A course that was broken off says nothing about what would have followed.
  if (from === undefined || course.trouble.some(({ code }) => code === 'FM-CHAOS-CANCELLED' || code === 'FM-CHAOS-LOST')) return { ...nothing, recoversFrom: from, reasons: [...course.trouble, ...undone] }
  const after = experiment.fault.lasts === 'a moment' ? underWaySince(course.samples, from) : startedSince(course.samples, from)
  const recovery = recoveryOf(after, from, experiment.pace.consecutive)
  const countedFrom = countingFrom(experiment, course, from, recovery)
  const counted = countedFrom === undefined ? [] : countedSamples(experiment, course, countedFrom, from, limits)
  const share = failedShare(counted, limits.maxFailedRate)
  const end = countedFrom === undefined ? course.endedAt : Math.min(course.endedAt, Math.max(from, countedFrom) + limits.windowMs)
  return { recovery, share, countedFrom, recoversFrom: from, reasons: [...recoveryReasons(recovery, limits), ...shareReasons(share, recovery, countedFrom, limits), ...gapReasons(experiment, course, from, end), ...platformReasons(course), ...course.trouble, ...undone] }
}

/** A fault of a moment is recovered from since its effect, one that lasts since its end. */
export function referenceOf(experiment: Experiment, { effect, liftedAt }: Pick<Course, 'effect' | 'liftedAt'>): Instant | undefined {
  if (experiment.fault.lasts === 'until lifted') return liftedAt
  return effect.is === 'proven' ? effect.at : undefined
}

/**
 * Where counting begins: with the effect of the fault. Where the steady state itself must fail for the effect to be proven,
 * what fails during the fault says nothing, and counting begins with the recovery.
 */
export function countingFrom(experiment: Experiment, { effect }: Pick<Course, 'effect'>, from: Instant, recovery: Recovery): Instant | undefined {
  if (effect.is !== 'proven') return undefined
  if (experiment.fault.lasts === 'a moment' || experiment.effect.length > 0) return effect.at
  return recovery.is === 'unharmed' ? from : recovery.is === 'recovered' ? from + recovery.firstGood : undefined
}

function countedSamples(experiment: Experiment, course: Course, countedFrom: Instant, from: Instant, { windowMs }: Limits) {
  const since = countedFrom > from ? startedSince(course.samples, countedFrom) : experiment.fault.lasts === 'until lifted' && countedFrom === from ? startedSince(course.samples, from) : underWaySince(course.samples, countedFrom)
  const until = Math.max(from, countedFrom) + windowMs
  return since.filter(({ at }) => at <= until)
}

function recoveryReasons(recovery: Recovery, { recoverySlaMs }: Limits): readonly Reason[] {
  const limit = `${recoverySlaMs / 1000} s are allowed`
  const reasons: Reason[] = []
  if (recovery.is === 'recovered' && recovery.relapses > 0) reasons.push(because('FM-CHAOS-RELAPSED', { says: `After the recovery, ${recovery.relapses} samples were bad.`, evidence: ['samples'] }))
  if (recovery.is === 'unknown') reasons.push(because('FM-CHAOS-TOO-FEW-SAMPLES', { says: `There are ${recovery.samples} samples since the fault, fewer than a recovery takes.`, evidence: ['samples'] }))
  else if (recovery.is === 'down') reasons.push(because('FM-CHAOS-NOT-RECOVERED', { says: `After ${seconds(recovery.atLeast)} s the service was not good again; ${limit}.`, evidence: ['samples'] }))
  else {
    const kept = keptWithin(recovery, recoverySlaMs)
    if (recovery.is === 'recovered' && kept === 'missed') reasons.push(because('FM-CHAOS-RECOVERY-SLA', { says: `The service was good again between ${seconds(recovery.lastBad)} and ${seconds(recovery.firstGood)} s; ${limit}.`, evidence: ['samples'] }))
    if (recovery.is === 'recovered' && kept === 'close') reasons.push(because('FM-CHAOS-RECOVERY-CLOSE', { says: `The service was good again between ${seconds(recovery.lastBad)} and ${seconds(recovery.firstGood)} s; ${limit}, which lies between.`, evidence: ['samples'] }))
  }
  return reasons
}

function shareReasons(share: FailedShare, recovery: Recovery, countedFrom: Instant | undefined, { maxFailedRate }: Limits): readonly Reason[] {
  // Without a recovery there may be nothing to count, or counting was broken off; that there is none is told.
  if (countedFrom === undefined || (recovery.is === 'down' && share.is !== 'exceeded')) return []
  const { failed, total, rate, atMost } = share
  const counted = `${failed} of ${total} requests failed${rate === undefined ? '' : ` (${percentText(rate)})`}`
  const limit = percentText(maxFailedRate)
  switch (share.is) {
    case 'held':
      return []
    case 'exceeded':
      return [because('FM-CHAOS-FAILED-RATE', { says: `${counted}; at most ${limit} may.`, evidence: ['samples'] })]
    case 'undecided':
      return [because('FM-CHAOS-RATE-UNDECIDED', { says: `${counted}, so the rate may be up to ${percentText(atMost)}; at most ${limit} is allowed.`, evidence: ['samples'] })]
    case 'too-few':
      return [because('FM-CHAOS-TOO-FEW-SAMPLES', { says: `${counted}; it takes ${samplesToShow(maxFailedRate)} without a failure to show that the rate is at most ${limit}.`, evidence: ['samples'] })]
  }
}

/** A machine that was kept from asking for so long has not seen what happened meanwhile. */
function gapReasons(experiment: Experiment, course: Course, from: Instant, to: Instant): readonly Reason[] {
  const { everyMs } = experiment.pace
  const allowed = Math.max(2_000, 10 * everyMs)
  const gap = longestGap(course.samples, Math.min(from, course.effect.is === 'proven' ? course.effect.at : from), to)
  if (gap <= allowed) return []
  return [because('FM-CHAOS-SAMPLING-GAP', { says: `For ${seconds(gap)} s no sample was started; one is due every ${everyMs} ms.`, evidence: ['samples'] })]
}

function platformReasons({ readyBefore, readyNow, backAt }: Course): readonly Reason[] {
  if (backAt !== undefined) return []
  return [because('FM-CHAOS-REPLICAS-MISSING', { says: `${readyNow} pods are ready, and ${readyBefore} were before the fault.` })]
}

export function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)
}

export function percentText(rate: number): string {
  return `${Number((rate * 100).toPrecision(3))} %`
}
