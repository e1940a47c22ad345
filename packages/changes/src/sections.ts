import { schedule, type ServiceId } from '@fermata/catalog'
import type { Block, Cell, Fact, Section } from '@fermata/verdict'
import { wayTo } from './affected.ts'
import { becauseText } from './because.ts'
import { type ChangeSet, headCommit } from './change-set.ts'
import { counted, shownCommit, shownName } from './display.ts'

/** A table that nobody reads to its end is cut; the details file has all. */
const mostRows = 200
/** More nodes than this are no picture any more. */
const mostNodes = 12

export function sectionsOf(found: ChangeSet, parallelism: number): readonly Section[] {
  return [
    { id: 'compared', title: 'What was compared', blocks: [{ kind: 'facts', facts: comparedFacts(found) }] },
    { id: 'services', title: 'Services', blocks: serviceBlocks(found) },
    ...(found.affected.size === 0 ? [] : [{ id: 'order', title: 'Deploy order', blocks: orderBlocks(found, parallelism) } satisfies Section]),
  ]
}

function comparedFacts({ resolution, paths, from, unowned }: ChangeSet): readonly Fact[] {
  const compared = from === undefined ? [] : [
    { label: 'Changed paths', value: `${paths.length}${from === 'api' ? ', from the GitHub API' : ''}` },
    { label: 'Of no service', value: String(unowned.length) },
  ]
  const bases = resolution.kind === 'per-service' ? resolution.groups.slice(0, 5).map(({ base, services }): Fact => ({ label: `Base of ${counted(services.length, 'service')}`, value: base })) : []
  return [
    ...(resolution.kind === 'compare' ? [{ label: 'Base', value: resolution.base }] : bases),
    { label: 'Head', value: headCommit(resolution) ?? 'none' },
    { label: 'Strategy', value: resolution.strategy },
    { label: 'Why', value: resolution.why },
    ...compared,
  ]
}

function serviceBlocks({ changed, removed, affected, waves }: ChangeSet): readonly Block[] {
  const order = waves.flatMap((services, wave) => services.map((id) => ({ id, wave: wave + 1 })))
  const rows = order.slice(0, mostRows).map(({ id, wave }): readonly Cell[] => {
    const reasons = changed.get(id)
    const first = reasons?.[0]
    if (first === undefined) return [id, wave, 'needs what changed', dependencyText(wayTo(id, affected), removed)]
    return [id, wave, 'changed', `${becauseText(first)}${(reasons?.length ?? 0) > 1 ? `, and ${counted((reasons?.length ?? 0) - 1, 'more reason')}` : ''}`]
  })
  return [
    { kind: 'table', columns: [{ title: 'Service' }, { title: 'Wave', align: 'right' }, { title: 'Is' }, { title: 'Because' }], rows, empty: 'No service is affected.' },
    ...(order.length > mostRows ? [{ kind: 'text', text: `${counted(order.length - mostRows, 'more service')} in the details file.` } as const] : []),
    ...(removed.length > 0 ? [{ kind: 'text', text: `No longer in the catalog: ${someOf(removed)}.` } as const] : []),
  ]
}

/** `web needs cart needs ledger`, the middle of a long way left out. */
function dependencyText(way: readonly ServiceId[], removed: readonly ServiceId[]): string {
  const shown = way.length <= 6 ? way : [...way.slice(0, 3), `${way.length - 5} more`, ...way.slice(-2)]
  return `${shown.slice(1).map((id) => `needs ${id}`).join(', which ')}${removed.includes(way.at(-1) ?? '') ? ', which is gone' : ''}`
}

function orderBlocks(found: ChangeSet, parallelism: number): readonly Block[] {
  const { graph, affected, waves, changed } = found
  const facts: readonly Fact[] = [
    { label: 'Waves', value: `${waves.length}, the widest of ${counted(Math.max(...waves.map((wave) => wave.length)), 'service')}` },
    { label: `With ${counted(parallelism, 'runner')}, if all took one step`, value: stepsText(found, parallelism) },
  ]
  return [{ kind: 'facts', facts }, affected.size <= mostNodes ? picture(graph, affected, waves, changed) : waveTable(waves)]
}

/** Beyond this a schedule costs more than the rest of the answer, and only its bounds are given. */
const mostScheduled = 1_000

/** What it costs that a matrix can wait for whole waves only. */
function stepsText({ graph, affected, waves }: ChangeSet, runners: number): string {
  const withBarriers = waves.reduce((sum, wave) => sum + Math.ceil(wave.length / runners), 0)
  const atBest = Math.max(waves.length, Math.ceil(affected.size / runners))
  const waiting = `${counted(withBarriers, 'step')} when each wave waits for the one before`
  if (affected.size > mostScheduled) return `${waiting}, at least ${atBest} when each starts as soon as it can`
  return `${waiting}, ${schedule(graph, { durations: () => 1, runners, subset: affected.keys() }).makespan} when each starts as soon as it can`
}

function picture(graph: ChangeSet['graph'], affected: ChangeSet['affected'], waves: ChangeSet['waves'], changed: ChangeSet['changed']): Block {
  return {
    kind: 'graph',
    nodes: waves.flatMap((services, wave) => services.map((id) => ({ id, label: changed.has(id) ? `${id} (changed)` : id, wave: wave + 1 }))),
    edges: [...affected.keys()].flatMap((id) => graph.dependencies(id).filter((need) => affected.has(need)).map((need) => ({ from: id, to: need }))),
  }
}

function waveTable(waves: ChangeSet['waves']): Block {
  const rows = waves.slice(0, mostRows).map((services, wave): readonly Cell[] => [wave + 1, services.length, someOf(services)])
  return { kind: 'table', columns: [{ title: 'Wave', align: 'right' }, { title: 'Services', align: 'right' }, { title: 'Which' }], rows }
}

function someOf(ids: readonly string[], between = ', '): string {
  return ids.length <= 8 ? ids.join(between) : `${ids.slice(0, 7).join(between)} and ${ids.length - 7} more`
}

/** One line: how many, which, since when. */
export function summaryOf({ changed, affected, removed, resolution }: ChangeSet): string {
  const since = resolution.kind === 'compare' ? ` since ${shownCommit(resolution.base)}` : resolution.kind === 'per-service' ? ` since their last deployment to ${shownName(resolution.environment)}` : `: ${resolution.why}`
  if (affected.size === 0 && removed.length === 0) return `No service is affected${since}${since.startsWith(':') ? '' : '.'}`
  const named = changed.size > 0 && changed.size <= 5 ? ` (${[...changed.keys()].join(', ')})` : ''
  return `${counted(changed.size, 'service')} changed${named}, ${affected.size} affected${removed.length > 0 ? `, ${removed.length} removed` : ''}${since}${since.startsWith(':') && /[.]$/.test(since) ? '' : '.'}`
}
