import { setOutput } from '@actions/core'
import { encodeTerminalLine } from '@fermata/report'
import type { Report } from '@fermata/verdict'
import { runnerReason } from './codes.ts'

/** Outputs of a job: at most 1 MB, counted in UTF-16 (GitHub docs, "Defining outputs for jobs"). */
export const outputLimit = 1024 * 1024

/** Left for the common outputs, whose paths and summary come later. */
const reserve = 16 * 1024

/**
 * The report with only those outputs that GitHub takes. When some are too large for it, they are left out, the largest first,
 * and the report fails for it: a job that reads an empty list of services would release nothing and call it done.
 */
export function withinOutputLimit(report: Report): Report {
  const kept = Object.entries(report.outputs).sort((a, b) => bytes(a) - bytes(b))
  const dropped: string[] = []
  while (kept.reduce((sum, pair) => sum + bytes(pair), reserve) > outputLimit) {
    const [name, value] = kept.pop() as [string, string]
    dropped.push(`${name} (${bytes([name, value])} bytes)`)
  }
  if (dropped.length === 0) return report
  const names = dropped.toReversed().join(', ')
  const reason = runnerReason('FM-RUNNER-OUTPUT-TOO-LARGE', { says: `GitHub takes ${outputLimit} bytes of outputs; not set: ${names}.` })
  const fits = new Set(kept.map(([name]) => name))
  return {
    ...report,
    verdict: 'fail',
    summary: `${report.summary} Outputs too large: ${names}.`,
    reasons: [reason, ...report.reasons],
    outputs: Object.fromEntries(Object.entries(report.outputs).filter(([name]) => fits.has(name))),
  }
}

/** Sets every output, the common ones included. Call it before anything can fail the step. */
export function setOutputs(report: Report, paths: { readonly json: string; readonly html: string }): void {
  const outputs = { ...report.outputs, verdict: report.verdict, summary: encodeTerminalLine(report.summary), report: paths.json, 'report-html': paths.html }
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value)
}

function bytes([name, value]: readonly [string, string]): number {
  return 2 * (name.length + value.length)
}
