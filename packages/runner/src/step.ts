import { readRequest, type Capability, type Request } from '@fermata/capability'
import type { Files, Ports } from '@fermata/ports'
import { Cancelled, EnvironmentError, type Report } from '@fermata/verdict'
import { runnerReason } from './codes.ts'
import { endingOf, type Ending } from './ending.ts'
import { filesBelow } from './files.ts'
import type { Connect, Host } from './host.ts'
import { writeReport, type ReportPaths } from './publish.ts'
import { hideSecrets, type Secrets } from './secrets.ts'
import type { Interruption } from './signals.ts'
import { systemClock } from './time.ts'
import { realpathSync, statSync } from 'node:fs'

/** What the user wrote for an input; undefined or '' where nothing was written. */
export type Read = (name: string) => string | undefined

/** A run that has begun: whatever happens from here on ends in a report. */
export interface Step {
  readonly capability: Capability
  readonly read: Read
  readonly startedAt: number
  readonly secrets: Secrets
  readonly interruption: Interruption
  /** Throws where the working directory or the event are unusable; called only where that is reported. */
  readonly host: () => Host
  /** Below the report folder, for the report of a post step. */
  readonly reportFolder: string
}

/** Hides every secret input before anything else happens that could print one. */
export function maskInputs(capability: Capability, read: Read, secrets: Secrets): void {
  for (const [name, input] of Object.entries(capability.inputs)) {
    if (input.kind === 'secret') secrets.add(read(name) ?? '')
  }
}

/** A common path input, read on its own: a report is also written when other inputs were unreadable. */
export function pathInput({ capability, read }: Pick<Step, 'capability' | 'read'>, name: 'working-directory' | 'report-dir'): string {
  return read(name)?.trim() || (capability.inputs[name].default as string)
}

/** Reads the request, connects the ports, and carries something out until it answers, throws, or has no more time. */
export async function endOf<C extends Capability>(step: Step, capability: C, connect: Connect, carryOut: (request: Request<C>, ports: Ports) => Promise<Report>): Promise<Ending> {
  const { startedAt, interruption } = step
  const work = async () => {
    const host = step.host()
    const request = readRequest(capability, step.read)
    return carryOut(request, await connect(capability.needs, request, host))
  }
  const lost = lostErrors()
  try {
    const report = await Promise.race([work(), overdue(interruption), lost.first])
    return { by: 'answering', report: hideSecrets(report, step.secrets) }
  } catch (error) {
    const ending = endingOf(error, { capability: capability.name, startedAt, endedAt: systemClock.now(), signal: interruption.signal })
    return { ...ending, report: hideSecrets(ending.report, step.secrets) }
  } finally {
    lost.stop()
  }
}

async function overdue(interruption: Interruption): Promise<never> {
  await interruption.overdue
  throw new Cancelled('The run was stopped, and had not finished cleaning up when its time was over.')
}

/** What was thrown where nobody waited for it: in an event handler of a port, in a forgotten promise. */
function lostErrors(): { readonly first: Promise<never>; readonly stop: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  process.on('uncaughtException', reject).on('unhandledRejection', reject)
  return { first: promise, stop: () => void process.off('uncaughtException', reject).off('unhandledRejection', reject) }
}

/** Where the report goes: also a run whose working directory or event is unusable has one. Then it lies where the step started. */
function reportHome(workingDirectory: string): { readonly files: Files; readonly shownFrom: string } {
  const shownFrom = statSync(workingDirectory, { throwIfNoEntry: false })?.isDirectory() === true ? workingDirectory : '.'
  return { files: filesBelow(realpathSync(shownFrom)), shownFrom }
}

/** The report as it could be written, and where. When it could not, that is a reason of its own, and the paths are empty. */
export async function tryToWrite(step: Step, report: Report): Promise<readonly [Report, ReportPaths]> {
  try {
    const { files, shownFrom } = reportHome(pathInput(step, 'working-directory'))
    return [report, await writeReport(report, files, `${pathInput(step, 'report-dir')}${step.reportFolder}`, shownFrom)]
  } catch (error) {
    const why = error instanceof EnvironmentError ? error.reason.message : error instanceof Error ? error.message : String(error)
    const reason = runnerReason('FM-RUNNER-REPORT', { says: `The report was not written: ${why}` })
    const verdict = report.verdict === 'fail' ? 'fail' : 'inconclusive'
    return [{ ...report, verdict, reasons: [...report.reasons, reason] }, { json: '', html: '' }]
  }
}
