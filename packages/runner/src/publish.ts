import { error, notice, setFailed, warning } from '@actions/core'
import type { Files } from '@fermata/ports'
import { annotations, encodeLog, encodeTerminalLine, renderAll, summaryMarkdown, type Annotation } from '@fermata/report'
import { EnvironmentError, type Report } from '@fermata/verdict'
import { appendFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { runnerReason } from './codes.ts'

/** A step summary holds at most 1 MiB; one byte more, and GitHub shows none of it (actions/runner, FileCommandManager). */
const summaryLimit = 1024 * 1024

/** Where the files of a report came to lie, as a later step of the job would name them. */
export interface ReportPaths {
  readonly json: string
  readonly html: string
  /** What summary.md says. Absent where no report was written. */
  readonly summary?: string | undefined
}

/**
 * Writes the files of a report.
 * @param shownFrom the working directory as the user wrote it: later steps start in the workspace
 */
export async function writeReport(report: Report, files: Files, directory: string, shownFrom: string): Promise<ReportPaths> {
  const shown = (name: string) => posix.join(shownFrom.replaceAll('\\', '/'), directory, name)
  const paths = { json: shown('report.json'), html: shown('report.html') }
  const rendered = renderAll(report, { link: paths.html })
  await Promise.all(rendered.map(({ name, content }) => files.write(posix.join(directory, name), content)))
  return { ...paths, summary: rendered.find(({ name }) => name === 'summary.md')?.content }
}

/** Appends the report to the job summary, as much of it as GitHub takes. */
export function writeSummary(report: Report, { html, summary }: ReportPaths, file: string | undefined): void {
  if (file === undefined || file === '') return
  const room = summaryLimit - (statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  const text = summary !== undefined && Buffer.byteLength(summary) <= room ? summary : summaryMarkdown(report, { ...(html !== '' && { link: html }), room })
  try {
    appendFileSync(file, text)
  } catch (cause) {
    throw new EnvironmentError(runnerReason('FM-RUNNER-REPORT', { says: `Cannot write the job summary: ${cause instanceof Error ? cause.message : String(cause)}.` }), { cause })
  }
}

/**
 * Prints the annotations, and fails the step unless it passed. GitHub shows ten of a kind: one place is kept for the line
 * that fails the step, which is not printed where a reason has just said the same.
 */
export function annotate(report: Report): void {
  const all = annotations(report, { perLevel: 9 })
  for (const annotation of all) emit(annotation)
  if (report.verdict === 'pass' || report.verdict === 'warn') return
  if (all.some(({ level, message }) => level === 'error' && message.startsWith(encodeTerminalLine(report.summary)))) process.exitCode = 1
  else setFailed(encodeLog(report.summary))
}

function emit({ level, message, title, file, line, column }: Annotation): void {
  const properties = { ...(title !== undefined && { title }), ...(file !== undefined && { file }), ...(line !== undefined && { startLine: line }), ...(column !== undefined && { startColumn: column }) }
  const text = encodeLog(message)
  switch (level) {
    case 'error':
      return error(text, properties)
    case 'warning':
      return warning(text, properties)
    case 'notice':
      return notice(text, properties)
  }
}
