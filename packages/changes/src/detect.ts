import type { Ports } from '@fermata/ports'
import { buildReport, ConfigurationError, evidence, type Evidence, type Report } from '@fermata/verdict'
import { type ChangeSet, headCommit } from './change-set.ts'
import { detailsOf } from './details.ts'
import { shownCommit } from './display.ts'
import { findChanges, type Unresolved } from './find-changes.ts'
import { outputsOf } from './outputs.ts'
import { type DetectRequest, detectChangedServices } from './request.ts'
import { sectionsOf, summaryOf } from './sections.ts'

export type DetectPorts = Pick<Ports, 'git' | 'forge' | 'files' | 'invocation' | 'clock' | 'log'>

/**
 * The capability `detect-changed-services`: which services changed, which need them, in which order, and why.
 * Writes the details file into the report's folder and nothing else.
 * @throws ConfigurationError for inputs that contradict each other and a catalog that is missing or wrong
 */
export async function detectChanges(request: DetectRequest, ports: DetectPorts): Promise<Report> {
  if (request['matrix-limit'] < 1 || request.parallelism < 1) throw new ConfigurationError([{ says: 'The inputs matrix-limit and parallelism count jobs and are at least 1.', remedy: 'Leave them out for 256 and 20.' }])
  const startedAt = ports.clock.now()
  const found = await findChanges(request, ports)
  if (!('changed' in found)) return unresolvedReport(found, request, ports, startedAt)
  const details = `${request['report-dir'].replace(/\/+$/, '')}/changes.json`
  const [, report] = await Promise.all([ports.files.write(details, detailsOf(found)), answer(found, request, ports, { startedAt, details })])
  return report
}

async function answer(found: ChangeSet, request: DetectRequest, ports: DetectPorts, { startedAt, details }: { readonly startedAt: number; readonly details: string }): Promise<Report> {
  const { outputs, reasons } = outputsOf(found, request['matrix-limit'], details)
  const summary = summaryOf(found)
  ports.log.info(summary)
  return buildReport({
    capability: detectChangedServices.name,
    summary,
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports, headCommit(found.resolution), found.waves.flat().slice(0, 200)),
    reasons: [...found.reasons, ...reasons, ...insteadNotes(found)],
    sections: sectionsOf(found, request.parallelism),
    evidence: evidenceOf(found, ports.clock.now()),
    outputs,
    onInconclusive: request['on-inconclusive'],
  })
}

/** Candidates that were tried in vain explain the choice; they do not speak against it. */
function insteadNotes({ resolution }: ChangeSet) {
  return 'instead' in resolution ? resolution.instead.map((reason) => ({ ...reason, severity: 'note' as const })) : []
}

/** No list is set, not even an empty one: a workflow that reads one fails instead of releasing nothing. */
function unresolvedReport({ head, reasons }: Unresolved, request: DetectRequest, ports: DetectPorts, startedAt: number): Report {
  return buildReport({
    capability: detectChangedServices.name,
    summary: 'What changed cannot be told, and on-unresolved is fail.',
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports, head, []),
    reasons: reasons.map((reason) => ({ ...reason, severity: 'error' as const })),
    outputs: { resolution: 'unresolved', head: head ?? '', base: '' },
    onInconclusive: request['on-inconclusive'],
  })
}

function subjectOf(request: DetectRequest, { invocation }: DetectPorts, head: string | undefined, services: readonly string[]) {
  const { environment } = request
  return { ...(invocation.repository !== undefined && { repository: invocation.repository }), ...(head !== undefined && { sha: head }), ...(environment !== undefined && { environment }), ...(services.length > 0 && { services }) }
}

function evidenceOf({ resolution, paths, from }: ChangeSet, at: number): readonly Evidence[] {
  if (from === undefined || (resolution.kind !== 'compare' && resolution.kind !== 'per-service')) return []
  const bases = resolution.kind === 'compare' ? [resolution.base] : resolution.groups.map(({ base }) => base)
  const query = bases.map((base) => `${from === 'git' ? 'diff-tree' : 'compare'} ${base} ${resolution.head}`).join('\n')
  return [evidence('difference', from === 'git' ? 'git' : 'github', query, at, `${paths.length} paths differ from ${bases.map(shownCommit).join(', ')}`)]
}
