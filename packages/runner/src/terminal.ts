import type { Capability } from '@fermata/capability'
import type { Log } from '@fermata/ports'
import { colourFor, encodeTerminal, encodeTerminalLine } from '@fermata/report'
import { exitCodeOf, type Ending } from './ending.ts'
import type { Connect, Host, UseCase } from './host.ts'
import { machine } from './machine.ts'
import type { ReportPaths } from './publish.ts'
import { secretKeeper, type Secrets } from './secrets.ts'
import { listenForInterruption, type Interruption } from './signals.ts'
import { endOf, maskInputs, pathInput, tryToWrite, type Read, type Step } from './step.ts'
import { systemClock } from './time.ts'
import { watch, type Watch } from './watch.ts'

/** How progress is shown on stderr: redrawn in place, a line for each change, or not at all. `auto` redraws on a terminal. */
export type ProgressStyle = 'auto' | 'tree' | 'lines' | 'quiet'

export interface TerminalSetup {
  readonly workingDirectory: string
  readonly progress: ProgressStyle
  /** Whether debug messages are shown. */
  readonly debug: boolean
}

/** This machine for a command that a person typed, or another CI system runs. */
export interface Terminal {
  /** Throws a ConfigurationError where the working directory is none. */
  readonly host: () => Host
  readonly secrets: Secrets
  readonly interruption: Interruption
  /** Ends the drawing and gives the cursor back. What is printed afterwards stands below it. */
  readonly close: () => void
}

/** A host that speaks on stderr, so that stdout holds the result and nothing else. What is kept is kept by nobody: there is no post step. */
export function terminalHost({ workingDirectory, progress, debug }: TerminalSetup): Terminal {
  const secrets = secretKeeper()
  const colour = colourFor(process.env, process.stderr)
  const drawing = watch(process.stderr, styleFor(progress), colour, (text) => secrets.hideIn(text))
  const log = terminalLog(drawing, secrets, { tells: progress !== 'quiet', debug })
  const interruption = listenForInterruption(log.warning)
  let host: Host | undefined
  const setUp = () => machine({ workingDirectory, environment: process.env, log, secrets, signal: interruption.signal, keep: () => {} })
  return { host: () => (host ??= setUp()), secrets, interruption, close: drawing.end }
}

function styleFor(progress: ProgressStyle): Exclude<ProgressStyle, 'auto'> {
  if (progress !== 'auto') return progress
  return process.stderr.isTTY && process.env['TERM'] !== 'dumb' && !process.env['CI'] ? 'tree' : 'lines'
}

function terminalLog(drawing: Watch, secrets: Secrets, shows: { readonly tells: boolean; readonly debug: boolean }): Log {
  const say = (label: string, message: string) => drawing.say(`${label}${encodeTerminal(secrets.hideIn(message))}`)
  return {
    debug: (message) => (shows.debug ? say('debug ', message) : undefined),
    info: (message) => (shows.tells ? say('', message) : undefined),
    warning: (message) => say('warning ', message),
    progress: drawing.progress,
  }
}

export interface CommandResult {
  readonly ending: Ending
  readonly paths: ReportPaths
  readonly exitCode: number
}

/**
 * A command, from flags to exit code: the terminal's counterpart of `runAction`. It writes the files of the report and prints no result;
 * the caller prints the report in the form that was asked for, and ends the process with the exit code.
 * @param read what was written for an input
 */
export async function runCommand<C extends Capability>(capability: C, useCase: UseCase<C>, connect: Connect, read: Read, wish: Omit<TerminalSetup, 'workingDirectory'>): Promise<CommandResult> {
  const startedAt = systemClock.now()
  const { host, secrets, interruption, close } = terminalHost({ ...wish, workingDirectory: pathInput({ capability, read }, 'working-directory') })
  maskInputs(capability, read, secrets)
  const step: Step = { capability, read, startedAt, secrets, interruption, host, reportFolder: '' }
  const ending = await endOf(step, capability, connect, useCase)
  const [report, paths] = await tryToWrite(step, ending.report)
  close()
  if (ending.by === 'bug' && wish.debug) process.stderr.write(`${encodeTerminalLine(secrets.hideIn(ending.error instanceof Error ? (ending.error.stack ?? '') : String(ending.error)))}\n`)
  const reported = { ...ending, report }
  return { ending: reported, paths, exitCode: interruption.signal.aborted ? 130 : exitCodeOf(reported) }
}
