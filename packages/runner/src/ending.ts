import type { Report, Subject } from '@fermata/verdict'
import { buildReport, Cancelled, ConfigurationError, EnvironmentError, severities, type Problem, type Reason } from '@fermata/verdict'
import { runnerReason } from './codes.ts'

/** How a run ended. Each way has a report, so that whoever reads outputs or files never finds nothing. */
export type Ending =
  | { readonly by: 'answering'; readonly report: Report }
  | { readonly by: 'configuration'; readonly report: Report }
  | { readonly by: 'environment'; readonly report: Report }
  | { readonly by: 'cancellation'; readonly report: Report }
  | { readonly by: 'bug'; readonly report: Report; readonly error: unknown }

/** Who ran, when, about what: for the report of a run that has none of its own. Times in milliseconds since the epoch. */
export interface Run {
  readonly capability: string
  readonly startedAt: number
  readonly endedAt: number
  readonly subject?: Subject
  readonly signal: AbortSignal
}

/**
 * What a thrown error means. Nothing that is thrown ever passes, whatever `on-inconclusive` says:
 * the policy is for evidence that does not suffice, and a use case says that in a report.
 */
export function endingOf(error: unknown, run: Run): Ending {
  if (error instanceof ConfigurationError) {
    const reasons = error.problems.map((problem) => reasonOf(problem))
    const [first] = reasons
    const summary = first !== undefined && reasons.length === 1 ? first.message : `${reasons.length} problems in the configuration; nothing was done.`
    return { by: 'configuration', report: reportOn(run, summary, reasons) }
  }
  if (error instanceof EnvironmentError) return { by: 'environment', report: reportOn(run, error.reason.message, [atLeastInconclusive(error.reason)]) }
  if (isCancellation(error, run.signal)) {
    const says = error instanceof Cancelled ? error.message : 'The run was stopped.'
    return { by: 'cancellation', report: reportOn(run, says, [runnerReason('FM-RUNNER-CANCELLED', { says })]) }
  }
  const says = `Fermata failed: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`
  return { by: 'bug', error, report: reportOn(run, says, [runnerReason('FM-RUNNER-BUG', { says })]) }
}

/** CLI exit codes: 0 pass or warn, 1 fail, 2 usage or configuration, 3 inconclusive, 4 a bug of ours, 130 cancelled. */
export function exitCodeOf(ending: Ending): number {
  switch (ending.by) {
    case 'configuration':
      return 2
    case 'cancellation':
      return 130
    case 'bug':
      return 4
    case 'environment':
    case 'answering':
      return { pass: 0, warn: 0, fail: 1, inconclusive: 3 }[ending.report.verdict]
  }
}

function reportOn(run: Run, summary: string, reasons: readonly Reason[]): Report {
  const { capability, startedAt, endedAt, subject } = run
  return buildReport({ capability, summary, startedAt, endedAt, reasons, onInconclusive: 'fail', ...(subject && { subject }) })
}

function atLeastInconclusive(reason: Reason): Reason {
  return severities.indexOf(reason.severity) < severities.indexOf('inconclusive') ? { ...reason, severity: 'inconclusive' } : reason
}

/** A problem with a code of its own keeps it; what to do is said only where somebody knows it. */
function reasonOf({ code, says, remedy, where }: Problem): Reason {
  return { code: code ?? 'FM-RUNNER-CONFIGURATION', severity: 'error', message: says, ...(remedy !== undefined && { remedy }), ...(where && { location: where }) }
}

/** Node and fetch wrap the reason of an abort: an AbortError, with the reason as its cause. */
function isCancellation(error: unknown, signal: AbortSignal): boolean {
  if (error instanceof Cancelled) return true
  if (!signal.aborted || typeof error !== 'object' || error === null) return false
  return ('name' in error && error.name === 'AbortError') || ('cause' in error && error.cause instanceof Cancelled)
}
