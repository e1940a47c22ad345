import type { Log } from '@fermata/ports'
import { ConfigurationError } from '@fermata/verdict'
import { realpathSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { programs } from './exec.ts'
import { filesBelow } from './files.ts'
import type { Host } from './host.ts'
import { invocationFrom } from './invocation.ts'
import type { Secrets } from './secrets.ts'
import { systemClock, systemRandom } from './time.ts'

/** What differs between a step of a workflow and a terminal. */
export interface MachineSetup {
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: Log
  readonly secrets: Secrets
  readonly signal: AbortSignal
  readonly keep: Host['keep']
}

/**
 * This machine as a host.
 * @throws ConfigurationError where the working directory is none; EnvironmentError for an unreadable event
 */
export function machine({ workingDirectory, environment, log, secrets, signal, keep }: MachineSetup): Host {
  const root = folder(workingDirectory)
  return {
    clock: systemClock,
    random: systemRandom,
    log,
    files: filesBelow(root),
    exec: programs(root, environment),
    invocation: invocationFrom(environment),
    signal,
    keep,
    environment,
    root,
    mask: secrets.add,
  }
}

function folder(path: string): string {
  const absolute = resolve(path)
  if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ConfigurationError([{ says: `The working directory ${JSON.stringify(path)} is no folder.`, remedy: 'Check out the repository first, or correct `working-directory`.' }])
  }
  return realpathSync(absolute)
}
