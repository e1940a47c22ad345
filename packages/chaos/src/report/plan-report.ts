import { type Block, buildReport, type Cell, type Report, type Section } from '@fermata/verdict'
import type { ChaosRequest } from '../request.ts'
import { mayGoOn, type ChaosPorts, type Plan } from '../run/prepare.ts'
import { samplesToShow } from '../measure/failed-share.ts'
import { percentText } from '../run/judge-course.ts'
import { subjectOf } from './subject.ts'

/** What an experiment would touch, and what speaks against it. Nothing was touched. */
export function reportPlan(request: ChaosRequest, ports: ChaosPorts, plan: Plan, startedAt: number): Report {
  const { aimed, experiment, reasons } = plan
  const against = reasons.filter(({ severity }) => severity === 'error' || severity === 'inconclusive')
  const counted = aimed === undefined ? '' : `${aimed.aim.victims.length} of ${aimed.aim.pods.length} pods of ${aimed.target.says}`
  const summary = !mayGoOn(reasons) || aimed === undefined ? `Nothing was injected: ${against[0]?.message ?? 'there is no target.'}` : `${experiment.fault.kind} would hit ${counted} in ${plan.namespace}; nothing was touched.`
  return buildReport({
    capability: 'chaos-gate',
    summary,
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports.invocation, experiment),
    reasons,
    sections: planSections(plan),
    evidence: plan.evidence,
    outputs: { 'recovery-seconds': '', 'failed-rate': '', effect: 'unproven', rollback: 'proven', journal: '' },
    onInconclusive: request['on-inconclusive'],
  })
}

export function planSections({ experiment, limits, cluster, namespace, aimed }: Plan): readonly Section[] {
  const { pace, fault } = experiment
  const facts: Block = {
    kind: 'facts',
    facts: [
      { label: 'Experiment', value: `${experiment.title} (${experiment.file})` },
      { label: 'Cluster', value: `${cluster.identity.context} (${cluster.identity.server}), namespace ${namespace}` },
      { label: 'Fault', value: `${fault.kind}. ${fault.says}` },
      ...(fault.lasts === 'until lifted' ? [{ label: 'Lasts', value: `${fault.durationMs / 1000} s from its effect on; a fuse in the cluster removes it if this run dies` }] : []),
      { label: 'Asked', value: `${experiment.steadyState.map(({ name }) => name).join(', ')} every ${pace.everyMs} ms` },
      ...(experiment.effect.length === 0 ? [] : [{ label: 'Must fail meanwhile', value: experiment.effect.map(({ name }) => name).join(', ') }]),
      { label: 'Recovered', value: `${pace.consecutive} good samples in a row, within ${limits.recoverySlaMs / 1000} s` },
      { label: 'Failed requests', value: `at most ${percentText(limits.maxFailedRate)}, counted for ${limits.windowMs / 1000} s; ${samplesToShow(limits.maxFailedRate)} without a failure show it` },
    ],
  }
  if (aimed === undefined) return [{ id: 'plan', title: 'Plan', blocks: [facts] }]
  const rows = aimed.touches.map(({ does, ref, why }): readonly Cell[] => [does, `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`, why])
  const touched: Block = { kind: 'table', columns: [{ title: 'Does' }, { title: 'To' }, { title: 'Note' }], rows, empty: 'Nothing is touched.' }
  const pods: Block = { kind: 'table', columns: [{ title: 'Pod' }, { title: 'uid' }, { title: 'Hit' }], rows: aimed.aim.pods.map(({ metadata }): readonly Cell[] => [metadata.name, metadata.uid ?? '', aimed.aim.victims.some(({ uid }) => uid === metadata.uid) ? { text: 'yes', state: 'warn' } : 'no']) }
  const objects = aimed.touches.flatMap(({ object }): readonly Block[] => (object === undefined ? [] : [{ kind: 'code', language: 'json', text: JSON.stringify(object, null, 2) }]))
  return [
    { id: 'plan', title: 'Plan', blocks: [facts, touched] },
    { id: 'target', title: `Target: ${aimed.target.says}`, blocks: [pods, ...objects], folded: true },
  ]
}
