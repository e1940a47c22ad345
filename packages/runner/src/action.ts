import { debug, getInput, isDebug, saveState, setFailed, setSecret } from '@actions/core'
import type { Capability } from '@fermata/capability'
import { colourFor, encodeLog } from '@fermata/report'
import type { Ending } from './ending.ts'
import type { Connect, Host, UseCase } from './host.ts'
import { leave } from './leave.ts'
import { actionLog } from './log.ts'
import { machine } from './machine.ts'
import { setOutputs, withinOutputLimit } from './outputs.ts'
import { annotate, writeSummary, type ReportPaths } from './publish.ts'
import { secretKeeper } from './secrets.ts'
import { listenForInterruption } from './signals.ts'
import { endOf, maskInputs, pathInput, tryToWrite, type Step } from './step.ts'
import { systemClock } from './time.ts'

/** State by which the post step knows that the main step came to its end and left nothing behind. */
export const endedState = 'fermata-ended'

/**
 * A step of a workflow, from inputs to exit code: masks secrets, reads the request, connects the ports, carries out the use case,
 * and publishes its report. Outputs are set before anything can fail the step, also for a run that could not begin.
 * The process ends with it.
 */
export async function runAction<C extends Capability>(capability: C, useCase: UseCase<C>, connect: Connect): Promise<void> {
  const step = begin(capability)
  const ending = await endOf(step, capability, connect, useCase)
  await orFail(step, async () => {
    // A run that was asked to stop may have had too little time: its post step looks again.
    if (ending.by === 'answering' && !step.interruption.signal.aborted) saveState(endedState, 'true')
    const [report, paths] = await tryToWrite(step, withinOutputLimit(ending.report))
    setOutputs(report, paths)
    close(step, { ...ending, report }, paths)
  })
  await end(step, ending)
}

/** A run that was asked to stop says so by its code; any other by whether something failed it. */
export async function end({ interruption }: Step, ending: Ending): Promise<never> {
  return leave(ending.by === 'cancellation' || interruption.signal.aborted ? 130 : Number(process.exitCode ?? 0))
}

/** What the runner itself refuses, such as a file of outputs that is gone, fails the step: a verdict that nobody hears is none. */
export async function orFail(step: Step, publish: () => Promise<void>): Promise<void> {
  try {
    await publish()
  } catch (error) {
    setFailed(encodeLog(step.secrets.hideIn(`The result could not be handed over: ${error instanceof Error ? error.message : String(error)}`)))
  }
}

/** @param reportFolder below the report folder, beginning with `/` */
export function begin(capability: Capability, reportFolder = ''): Step {
  const read = (name: string) => getInput(name, { trimWhitespace: false })
  const secrets = secretKeeper(setSecret)
  maskInputs(capability, read, secrets)
  const log = actionLog(secrets, colourFor(process.env, process.stdout), systemClock)
  const interruption = listenForInterruption(log.warning)
  const workingDirectory = pathInput({ capability, read }, 'working-directory')
  let host: Host | undefined
  const setUp = () => machine({ workingDirectory, environment: process.env, log, secrets, signal: interruption.signal, keep: saveState })
  return { capability, read, startedAt: systemClock.now(), secrets, interruption, host: () => (host ??= setUp()), reportFolder }
}

/** Tells people: annotations, the failing line, the job summary, and the stack of a bug under debug. */
export function close(step: Step, ending: Ending, paths: ReportPaths): void {
  annotate(ending.report)
  writeSummary(ending.report, paths, process.env['GITHUB_STEP_SUMMARY'])
  if (ending.by === 'bug' && isDebug()) debug(encodeLog(step.secrets.hideIn(stackOf(ending.error))))
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
