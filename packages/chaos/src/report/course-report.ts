import { type Block, buildReport, type Cell, evidence, type Fact, type Report, type Section, type TimelineRow, type TimelineSpan } from '@fermata/verdict'
import { shownSamples } from '../defaults.ts'
import type { Sample } from '../measure/sample.ts'
import type { ChaosRequest } from '../request.ts'
import type { Course } from '../run/course.ts'
import { type Judgement, percentText, seconds } from '../run/judge-course.ts'
import type { ChaosPorts } from '../run/prepare.ts'
import { planSections } from './plan-report.ts'
import { subjectOf } from './subject.ts'
import type { Told } from './told.ts'
import { toolkitJournal } from './toolkit-journal.ts'

/** What came of an experiment, for people, and its journal as a file. */
export async function reportCourse(request: ChaosRequest, ports: ChaosPorts, told: Told, startedAt: number): Promise<Report> {
  const { plan, course, judgement } = told
  const reasons = [...plan.reasons, ...judgement.reasons]
  const journal = `${request['report-dir']}/chaos-journal.json`
  await ports.files.write(journal, `${JSON.stringify(toolkitJournal(told, request.mode), null, 2)}\n`)
  const samples = course.samples.map(({ due, at, ms, good, says }) => [due, at, Math.round(ms), good, ...(says === '' ? [] : [says])])
  return buildReport({
    capability: 'chaos-gate',
    summary: summaryOf(told),
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports.invocation, plan.experiment),
    reasons,
    sections: [outcomeSection(told), ...sampleSections(course), ...planSections(plan)],
    evidence: [...plan.evidence, evidence('samples', 'http', plan.experiment.steadyState.map(({ method, url }) => `${method} ${url}`).join(' and '), course.begunAt, { columns: ['due', 'at', 'ms', 'good', 'says'], samples, effect: course.effect, injectedAt: course.injectedAt, liftedAt: course.liftedAt })],
    outputs: { 'recovery-seconds': recoveryText(judgement), 'failed-rate': judgement.share?.rate === undefined ? '' : String(Number(judgement.share.rate.toPrecision(6))), effect: course.effect.is, rollback: course.rollback, journal },
    onInconclusive: request['on-inconclusive'],
  })
}

function recoveryText({ recovery }: Judgement): string {
  if (recovery?.is === 'unharmed') return '0'
  return recovery?.is === 'recovered' ? String(Number((recovery.firstGood / 1000).toFixed(3))) : ''
}

function summaryOf({ plan: { experiment, aimed }, course, judgement }: Told): string {
  const [worst] = judgement.reasons.toSorted((a, b) => rank(b.severity) - rank(a.severity))
  const done = `${experiment.fault.kind} on ${aimed?.aim.victims.length ?? 0} of ${aimed?.aim.pods.length ?? 0} pods of ${aimed?.target.says ?? 'nothing'}`
  if (worst !== undefined && rank(worst.severity) > 1) return `${done}: ${worst.message}`
  const { recovery, share } = judgement
  const users = recovery?.is === 'recovered' ? `good again after ${seconds(recovery.lastBad)} to ${seconds(recovery.firstGood)} s` : 'no request was bad'
  return `${done}: ${users}, ${share?.failed ?? 0} of ${share?.total ?? 0} requests failed; undoing ${course.rollback}.`
}

function rank(severity: string): number {
  return ['note', 'warning', 'inconclusive', 'error'].indexOf(severity)
}

function outcomeSection({ plan, course, judgement }: Told): Section {
  const { recovery, share, recoversFrom, countedFrom } = judgement
  const facts: Fact[] = [
    { label: 'Steady state before', value: course.before.held ? 'held' : course.before.says },
    { label: 'Effect', value: course.effect.is === 'proven' ? `proven by ${course.effect.by === 'cluster' ? 'the cluster' : 'failing probes'}, ${seconds(course.effect.at - (course.injectedAt ?? course.effect.at))} s after the injection` : 'unproven' },
  ]
  if (recovery !== undefined && recoversFrom !== undefined) {
    const since = plan.experiment.fault.lasts === 'a moment' ? 'since the effect' : 'since the end of the fault'
    const words = { unharmed: 'no sample was bad', recovered: recovery.is === 'recovered' ? `between ${seconds(recovery.lastBad)} and ${seconds(recovery.firstGood)} s ${since}: the last bad and the first good sample` : '', down: recovery.is === 'down' ? `not within ${seconds(recovery.atLeast)} s ${since}` : '', unknown: 'too few samples' }
    facts.push({ label: 'Recovery of users', value: words[recovery.is] })
  }
  if (recoversFrom !== undefined) facts.push({ label: 'Recovery of pods', value: course.backAt === undefined ? `${course.readyNow} of ${course.readyBefore} ready` : `${course.readyBefore} ready after ${seconds(Math.max(0, course.backAt - recoversFrom))} s` })
  if (share !== undefined && countedFrom !== undefined) facts.push({ label: 'Failed requests', value: `${share.failed} of ${share.total}${share.rate === undefined ? '' : ` (${percentText(share.rate)})`}, with 95 % confidence at most ${percentText(share.atMost)}` })
  facts.push({ label: 'Undoing', value: course.rollback })
  return { id: 'outcome', title: 'What came of it', blocks: [{ kind: 'facts', facts }, { kind: 'timeline', rows: timeline(course) }] }
}

function timeline(course: Course): readonly TimelineRow[] {
  const { injectedAt, liftedAt, effect, backAt, endedAt } = course
  const fault: TimelineSpan[] = injectedAt === undefined ? [] : [{ from: injectedAt, to: liftedAt ?? (effect.is === 'proven' ? effect.at : endedAt), phase: 'fault', state: 'warn' }]
  const pods: TimelineSpan[] = injectedAt === undefined ? [] : [{ from: injectedAt, to: backAt ?? endedAt, phase: 'fewer pods', state: backAt === undefined ? 'bad' : 'warn' }]
  const users = runs(course.samples, endedAt)
  return [
    { label: 'Users', state: users.some(({ state }) => state === 'bad') ? 'warn' : 'good', spans: users },
    { label: 'Fault', state: injectedAt === undefined ? 'skipped' : 'warn', spans: fault },
    { label: 'Pods', state: backAt === undefined && injectedAt !== undefined ? 'bad' : 'good', spans: pods },
  ]
}

/** Neighbouring samples of one kind as one span. */
function runs(samples: readonly Sample[], end: number): readonly TimelineSpan[] {
  const changes = samples.filter(({ good }, index) => index === 0 || samples[index - 1]?.good !== good)
  return changes.map(({ at, good }, index) => ({ from: at, to: changes[index + 1]?.at ?? end, phase: good ? 'good' : 'bad', state: good ? 'good' : 'bad' }))
}

function sampleSections({ samples, begunAt }: Course): readonly Section[] {
  const bad = samples.filter(({ good }) => !good)
  if (bad.length === 0) return []
  const rows = bad.slice(0, shownSamples).map(({ at, ms, says }): readonly Cell[] => [seconds(at - begunAt), String(Math.round(ms)), says])
  const more: Block[] = bad.length > shownSamples ? [{ kind: 'text', text: `${bad.length - shownSamples} more are in the journal.` }] : []
  return [{ id: 'bad-samples', title: `${bad.length} bad samples of ${samples.length}`, blocks: [{ kind: 'table', columns: [{ title: 'At s', align: 'right' }, { title: 'Took ms', align: 'right' }, { title: 'What came' }], rows }, ...more] }]
}
