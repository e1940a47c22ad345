import type { Graph, ServiceId } from '@fermata/catalog'
import { type Block, buildReport, type Cell, inCluster, type Reason, type Report, type Section, type State } from '@fermata/verdict'
import { because } from '../codes.ts'
import { holdsForeign } from '../hands/undo-service.ts'
import { isResting, type ReleaseState, type ServiceState, type StateName } from '../machine/state.ts'
import { nameOf } from '../plan/objects.ts'
import { recordOutcome } from '../record/record.ts'
import { type Ran, type Span, stateFor } from '../run-release.ts'
import type { Former } from '../undo/former.ts'
import { planSections } from './plan-report.ts'
import { subjectOf } from './subject.ts'
import { leadsForward, type Told } from './told.ts'

/** What became of a release, or of the undoing of one, when GitHub has been told too. */
export async function reportRelease(told: Told): Promise<Report> {
  return releaseReport({ ...told, reasons: [...told.reasons, ...await recordOutcome(told)] })
}

/** The verdict follows from the reasons alone. */
function releaseReport(told: Told): Report {
  const { request, ports, ran, graph, prepared } = told
  const { release } = ran
  const reasons = [...told.reasons, ...ran.reasons, ...reasonsOf(told)]
  const at = (...names: readonly StateName[]): readonly ServiceId[] => [...release.services].filter(([, state]) => names.includes(state.at)).map(([id]) => id)
  return buildReport({
    capability: 'orchestrated-deploy',
    summary: summaryOf(told),
    startedAt: told.startedAt,
    endedAt: ran.endedAt,
    subject: subjectOf(request, ports.invocation, graph.ids),
    reasons,
    sections: [servicesSection(told), ...logSections(ran), timeline(ran.spans, graph, release), undoSection(told), ...(prepared === undefined ? [] : planSections(prepared.plan, graph))].filter((section) => section !== undefined),
    evidence: ran.evidence,
    outputs: {
      deployed: JSON.stringify(at('promoted')),
      unchanged: JSON.stringify(at('healthy')),
      'rolled-back': JSON.stringify(inUndoOrder(ran, at('undone', 'left'))),
      held: JSON.stringify(leadsForward(told) ? at('held') : []),
      failed: JSON.stringify([...at('failed', 'stuck'), ...[...release.services].filter(([, state]) => !isResting(state)).map(([id]) => id)]),
      plan: told.planFile ?? '',
      'plan-hash': told.planHash,
      release: told.release ?? '',
    },
    onInconclusive: request['on-inconclusive'],
  })
}

/** One reason for each service that is not as wanted, and for what stopped the run. */
function reasonsOf({ ran, title, release: id }: Told): readonly Reason[] {
  const { release, trouble } = ran
  const reasons: Reason[] = [...(release.unjudged ?? [])]
  if (trouble !== undefined) {
    reasons.push(trouble)
    if (id !== undefined) reasons.push(because('FM-DEPLOY-UNFINISHED', { says: `Release ${id} was left before it ended.`, severity: 'error', remedy: `When the cluster can be reached again, undo it with \`fermata rollback --release ${id}\`.` }))
  }
  if (release.course.is === 'cancelled') reasons.push(because('FM-DEPLOY-CANCELLED', { says: `The run was asked to stop. ${whatIsLeft(release)}`, ...(id !== undefined && { remedy: `Release again, or undo what is left with \`fermata rollback --release ${id}\`.` }) }))
  for (const [service, state] of release.services) {
    if ('undoing' in state) reasons.push(state.because, leadsForward({ title }) ? state.undoing : { ...state.undoing, severity: 'note' })
    else if ('because' in state && !(!leadsForward({ title }) && state.at === 'held')) reasons.push(state.because)
    else if (!isResting(state) && release.course.is !== 'cancelled') reasons.push(because('FM-DEPLOY-NOT-READY', { says: `${service} was ${state.at} when the run ended.`, service }))
    if (state.at === 'undone') reasons.push(...leftBehind(service, ran.formersOf(service)))
  }
  return reasons
}

function leftBehind(service: ServiceId, formers: readonly Former[]): readonly Reason[] {
  return formers
    .filter(({ is, ref }) => is === 'absent' && holdsForeign(ref))
    .map(({ ref }) => because('FM-DEPLOY-LEFT-BEHIND', { says: `${nameOf(ref)}, which the release created for ${service}, is kept: others may have put something into it.`, service, where: inCluster(ref.kind, ref.namespace, ref.name) }))
}

function whatIsLeft(release: ReleaseState): string {
  const left = [...release.services].filter(([, { at }]) => at === 'left').map(([id]) => id)
  const open = [...release.services].filter(([, state]) => !isResting(state)).map(([id]) => id)
  const parts = [
    ...(left.length > 0 ? [`Written back, and not waited for: ${left.join(', ')}.`] : []),
    ...(open.length > 0 ? [`Left on its way: ${open.join(', ')}.`] : []),
  ]
  return parts.length === 0 ? 'Nothing was on its way.' : parts.join(' ')
}

const titles = { release: 'Release', resume: 'Resumed release', rollback: 'Rollback of', abort: 'Abort of', 'clean-up': 'Clean-up of' } as const

function summaryOf({ ran, title, release: id, startedAt }: Told): string {
  const { release } = ran
  const count = (...names: readonly StateName[]): number => [...release.services.values()].filter((state) => names.includes(state.at)).length
  const failed = [...release.services].filter(([, state]) => 'because' in state && ['error'].includes(('undoing' in state ? state.undoing : state.because).severity)).map(([service]) => service)
  const took = `in ${seconds(ran.endedAt - startedAt)}`
  const words = ([['promoted', 'deployed'], ['healthy', 'unchanged'], ['undone', 'undone'], ['left', 'written back'], ['held', 'held'], ['failed', 'failed'], ['stuck', 'stuck']] as const)
    .filter(([name]) => count(name) > 0 && !(!leadsForward({ title }) && name === 'held'))
    .map(([name, word]) => `${count(name)} ${word}`)
  const what = words.length === 0 ? 'nothing to do' : words.join(', ')
  const cause = failed.length > 0 ? `; ${failed.slice(0, 3).join(', ')} failed` : ''
  return `${titles[title]} ${id ?? 'without changes'}: ${what} ${took}${cause}${release.course.is === 'cancelled' ? '; stopped on request' : ''}.`.replace('Release without changes', 'Nothing changed')
}

function servicesSection({ ran, graph }: Told): Section {
  const waves = graph.waves()
  const rows = [...ran.release.services].map(([id, state]): readonly Cell[] => {
    const own = ran.spans.filter(({ service, state: name }) => service === id && name !== 'waiting')
    const busy = own.filter(({ state: name }) => !isResting({ at: name } as ServiceState))
    const took = busy.length === 0 ? '' : seconds(Math.max(...busy.map(({ to }) => to)) - Math.min(...busy.map(({ from }) => from)))
    return [waves.findIndex((wave) => wave.includes(id)) + 1, id, { text: state.at, state: stateFor[state.at] }, took, causeOf(state)]
  })
  const worst: State = [...ran.release.services.values()].every(({ at }) => at === 'promoted' || at === 'healthy') ? 'good' : 'bad'
  const nodes = [...ran.release.services].map(([id, state]) => ({ id, label: id, wave: waves.findIndex((wave) => wave.includes(id)) + 1, state: stateFor[state.at] }))
  const drawing: Block = { kind: 'graph', nodes, edges: graph.ids.flatMap((from) => graph.dependencies(from).map((to) => ({ from, to }))) }
  return {
    id: 'services',
    title: 'Services',
    state: worst,
    blocks: [{ kind: 'table', columns: [{ title: 'Wave', align: 'right' }, { title: 'Service' }, { title: 'State' }, { title: 'Took', align: 'right' }, { title: 'Why' }], rows }, drawing],
  }
}

/** What failed containers said last. It stands in the job summary too: who reads that a container crashed wants to read why. */
function logSections({ evidence }: Ran): readonly Section[] {
  return evidence
    .filter(({ result }) => typeof result === 'string' && result.trim() !== '')
    .map(({ query, result }, index) => ({ id: `log-${index + 1}`, title: query, state: 'bad', blocks: [{ kind: 'code', language: 'text', text: String(result).trimEnd() }] }))
}

function causeOf(state: ServiceState): string {
  if ('undoing' in state) return `${state.because.message} It was being undone because: ${state.undoing.message}`
  return 'because' in state ? state.because.message : ''
}

function timeline(spans: readonly Span[], graph: Graph, release: ReleaseState): Section | undefined {
  const rows = graph.ids.flatMap((id) => {
    const own = spans.filter(({ service, state, from, to }) => service === id && to > from && !isResting({ at: state } as ServiceState) && state !== 'waiting')
    const end = release.services.get(id) as ServiceState
    return own.length === 0 ? [] : [{ label: id, state: stateFor[end.at], note: end.at, spans: own.map(({ from, to, state }) => ({ from, to, phase: state, state: stateFor[state] })) }]
  })
  return rows.length === 0 ? undefined : { id: 'timeline', title: 'Timeline', blocks: [{ kind: 'timeline', rows }] }
}

/** Services whose undoing began, in the order in which it did. */
function undoOrder({ spans }: Ran): readonly ServiceId[] {
  return spans.filter(({ state }) => state === 'restoring').toSorted((a, b) => a.from - b.from).map(({ service }) => service)
}

/** Services that were undone, in that order; those that had nothing to restore come last. */
function inUndoOrder(ran: Ran, undone: readonly ServiceId[]): readonly ServiceId[] {
  const begun = undoOrder(ran)
  return [...begun.filter((id) => undone.includes(id)), ...undone.filter((id) => !begun.includes(id))]
}

/** What was undone, in the order in which it was. */
function undoSection({ ran }: Told): Section | undefined {
  const begun = undoOrder(ran)
  if (begun.length === 0) return undefined
  const rows = begun.map((service, index): readonly Cell[] => {
    const state = ran.release.services.get(service) as ServiceState
    return [index + 1, service, { text: state.at, state: stateFor[state.at] }, causeOf(state)]
  })
  return { id: 'undo', title: 'Undone, in this order', blocks: [{ kind: 'table', columns: [{ title: '#', align: 'right' }, { title: 'Service' }, { title: 'State' }, { title: 'Why' }], rows }] }
}

/** `4.2 s`, `3 min 20 s` */
function seconds(milliseconds: number): string {
  const whole = milliseconds / 1000
  return whole < 60 ? `${whole.toFixed(1)} s` : `${Math.floor(whole / 60)} min ${Math.round(whole % 60)} s`
}
