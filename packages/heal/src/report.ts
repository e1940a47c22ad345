import type { Ports } from '@fermata/ports'
import { buildReport, type Cell, type Reason, type Report, type Section } from '@fermata/verdict'
import type { HealRequest } from './request.ts'
import type { Treatment } from './treat.ts'

/** What became of each alert. */
export function reportOf(request: HealRequest, { clock, invocation }: Pick<Ports, 'clock' | 'invocation'>, startedAt: number, treatments: readonly Treatment[], early: readonly Reason[]): Report {
  const reasons = [...early, ...treatments.flatMap((one) => one.reasons)]
  const incidents = [...new Set(treatments.flatMap(({ incident }) => incident ?? []))]
  return buildReport({
    capability: 'self-heal',
    summary: summaryOf(treatments, reasons),
    startedAt,
    endedAt: clock.now(),
    subject: { ...(invocation.repository !== undefined && { repository: invocation.repository }), ...(request.environment !== undefined && { environment: request.environment }), services: [...new Set(treatments.map(({ service }) => service))] },
    reasons,
    sections: treatments.length === 0 ? [] : [section(treatments)],
    evidence: [...new Map(treatments.flatMap(({ evidence }) => evidence).map((one) => [one.id, one])).values()],
    outputs: {
      taken: JSON.stringify(treatments.flatMap(({ service, taken }) => taken.filter(({ outcome }) => outcome !== 'planned').map(({ rung, outcome }) => ({ service, action: rung, outcome })))),
      incident: incidents.join(','),
      escalated: JSON.stringify(treatments.filter(({ escalated }) => escalated).map(({ service }) => service)),
      skipped: JSON.stringify(Object.fromEntries(treatments.flatMap(({ service, skipped }) => (skipped === undefined ? [] : [[service, skipped]])))),
    },
    onInconclusive: request['on-inconclusive'],
  })
}

function summaryOf(treatments: readonly Treatment[], reasons: readonly Reason[]): string {
  if (treatments.length === 0) return reasons[0]?.message ?? 'Nothing was to be done.'
  return treatments
    .map(({ service, taken, escalated, reasons: own }) => {
      const last = taken.at(-1)
      if (escalated) return `${service} needs a person${last === undefined ? '' : ` after ${taken.map(({ rung }) => rung).join(', ')}`}.`
      if (last?.outcome === 'healed') return `${service} was healed by ${last.rung}.`
      if (last?.outcome === 'planned') return `${service}: would ${last.rung}.`
      return own[0]?.message ?? `${service}: nothing was done.`
    })
    .join(' ')
}

const outcomeState = { healed: 'good', failed: 'bad', undone: 'undone', planned: 'held' } as const

function section(treatments: readonly Treatment[]): Section {
  const rows = treatments.flatMap(({ service, alert, taken, skipped, incident }): readonly (readonly Cell[])[] => {
    const issue = incident === undefined ? '' : `#${incident}`
    if (taken.length === 0) return [[service, alert, skipped === undefined ? '' : { text: skipped, code: true }, { text: 'nothing done', state: 'skipped' }, issue]]
    return taken.map(({ says, outcome }) => [service, alert, says, { text: outcome, state: outcomeState[outcome] }, issue])
  })
  return { id: 'actions', title: 'What was done', blocks: [{ kind: 'table', columns: ['Service', 'Alert', 'Action', 'Outcome', 'Incident'].map((title) => ({ title })), rows }] }
}
