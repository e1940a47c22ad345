import { type Graph, schedule, type ServiceId } from '@fermata/catalog'
import { type Block, buildReport, type Cell, type Report, type Section } from '@fermata/verdict'
import { shownChanges } from '../defaults.ts'
import type { DeployPorts } from '../deploy-ports.ts'
import { expected } from '../machine/order.ts'
import type { Prepared } from '../make-plan.ts'
import type { FieldChange } from '../plan/field-changes.ts'
import { nameOf } from '../plan/objects.ts'
import { partOf, type Plan, type PlannedService } from '../plan/plan.ts'
import type { DeployRequest } from '../request.ts'
import type { Protection } from '../strategy/way.ts'
import { subjectOf } from './subject.ts'

/** A plan for people, with everything that speaks against it. Nothing has been written. */
export function reportPlan(request: DeployRequest, ports: DeployPorts, prepared: Prepared, file: string, startedAt: number): Report {
  const { plan, desired, reasons } = prepared
  const errors = reasons.filter(({ severity }) => severity === 'error').length
  const change = plan.services.filter(({ does }) => does === 'release')
  const objects = change.flatMap((service) => service.objects.filter(({ does }) => does !== 'same')).length
  const summary = errors > 0
    ? `Nothing was written: ${errors} ${errors === 1 ? 'thing speaks' : 'things speak'} against the plan.`
    : `${change.length} of ${plan.services.length} services would change (${objects} objects), plan ${plan.hash.slice(0, 12)}.`
  return buildReport({
    capability: 'orchestrated-deploy',
    summary,
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports.invocation, plan.services.map(({ id }) => id)),
    reasons,
    sections: planSections(plan, desired.selection.graph),
    outputs: { deployed: '[]', unchanged: '[]', 'rolled-back': '[]', held: '[]', failed: '[]', plan: file, 'plan-hash': plan.hash, release: '' },
    onInconclusive: request['on-inconclusive'],
  })
}

/** The plan as sections: its order, and what would change in each service. */
export function planSections(plan: Plan, graph: Graph): readonly Section[] {
  if (plan.services.length === 0) return []
  const waves = graph.waves()
  const waveOf = (id: ServiceId): number => waves.findIndex((wave) => wave.includes(id)) + 1
  const durations = new Map(plan.services.map((service) => [service.id, expected(partOf(service))]))
  const times = schedule(graph, { durations: (id) => durations.get(id) ?? 0, runners: plan.parallelism })
  const facts: Block = {
    kind: 'facts',
    facts: [
      { label: 'Plan', value: plan.hash },
      { label: 'Cluster', value: `${plan.cluster.context} (${plan.cluster.server}), namespace ${plan.namespace}` },
      { label: 'Critical path', value: times.criticalPath.join(' → ') },
      { label: 'On failure', value: plan.onFailure },
    ],
  }
  const rows = plan.services.map((service): readonly Cell[] => [waveOf(service.id), service.id, workText(service), service.dependencies.join(', '), (times.slack.get(service.id) ?? 0) === 0 ? 'critical' : `${Math.round((times.slack.get(service.id) ?? 0) / 1000)} s`])
  const table: Block = { kind: 'table', columns: [{ title: 'Wave', align: 'right' }, { title: 'Service' }, { title: 'What happens' }, { title: 'After' }, { title: 'Slack', align: 'right' }], rows }
  const drawing: Block = {
    kind: 'graph',
    nodes: plan.services.map(({ id, does }) => ({ id, label: id, wave: waveOf(id), state: does === 'release' ? 'running' : 'skipped' })),
    edges: plan.services.flatMap(({ id, dependencies }) => dependencies.map((to) => ({ from: id, to }))),
  }
  return [{ id: 'plan', title: 'Plan', blocks: [facts, table, drawing] }, ...plan.services.filter(({ stages }) => stages.length > 1).map(wayOf), ...plan.services.filter(({ does }) => does === 'release').map(changeSection)]
}

function workText({ does, objects }: PlannedService): string {
  if (does === 'check') return 'unchanged; it is looked at'
  const count = (what: string): number => objects.filter((object) => object.does === what).length
  return [[count('create'), 'to create'], [count('change'), 'to change'], [count('same'), 'unchanged']].filter(([number]) => number !== 0).map(([number, words]) => `${number} ${words}`).join(', ')
}

const protections: Readonly<Record<Protection, string>> = {
  nothing: 'nothing temporary is left',
  fuse: 'the cluster removes what was made',
  journal: 'resume, abort or sweep bring back what was',
}

/** The stages of a service that does not go out at once, and what becomes of each if the run is killed in it. */
function wayOf({ id, strategy, stages }: PlannedService): Section {
  const rows = stages.map(({ name, says, hold, analyse, protection }): readonly Cell[] => [name, says, hold === 0 ? '' : `${hold / 1000} s${analyse ? ', judged' : ''}`, protections[protection]])
  return { id: `way-${id}`, title: `How ${id} goes out: ${strategy}`, folded: true, blocks: [{ kind: 'table', columns: [{ title: 'Stage' }, { title: 'What happens' }, { title: 'Stays so for' }, { title: 'If the run is killed' }], rows }] }
}

function changeSection({ id, objects }: PlannedService): Section {
  const rows = objects.flatMap((object): readonly (readonly Cell[])[] => {
    if (object.does === 'same') return []
    if (object.does === 'create') return [[nameOf(object.ref), { text: '', code: true }, '', 'is created']]
    const shown = object.changes.slice(0, shownChanges).map((change): readonly Cell[] => [nameOf(object.ref), { text: change.path, code: true }, valueText(change, 'from'), valueText(change, 'to')])
    const rest = object.changes.length - shown.length
    return rest > 0 ? [...shown, [nameOf(object.ref), '', '', `and ${rest} more`]] : shown
  })
  return { id: `plan-${id}`, title: `Changes of ${id}`, folded: true, blocks: [{ kind: 'table', columns: [{ title: 'Object' }, { title: 'Field' }, { title: 'Now' }, { title: 'Then' }], rows }] }
}

function valueText(change: FieldChange, side: 'from' | 'to'): string {
  const value = change[side]
  if (value === undefined) return '(none)'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
