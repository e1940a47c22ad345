import { exec } from '@actions/exec'
import { which } from '@actions/io'
import type { Exec, Finished } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { EOL } from 'node:os'
import { runnerReason } from './codes.ts'

/**
 * Programs, started without a shell, silent in the log, their output byte for byte.
 * @param cwd where a command runs that names no folder
 * @param environment of the children; inputs of the action are taken out, since they hold its secrets
 */
export function programs(cwd: string, environment: Readonly<Record<string, string | undefined>>): Exec {
  const inherited = Object.fromEntries(Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined && !pair[0].startsWith('INPUT_')))
  /** Where each program was found: `exec` would look through the whole search path again each time. */
  const found = new Map<string, Promise<string>>()
  const placeOf = (file: string): Promise<string> => {
    const known = found.get(file) ?? (/[\\/]/.test(file) ? Promise.resolve(file) : which(file, true))
    found.set(file, known)
    return known
  }
  return {
    run: async ({ file, args, cwd: folder, env, input }): Promise<Finished> => {
      const stdout: Buffer[] = []
      const stderr: Buffer[] = []
      subscribe('child_process', forgiveClosedInput)
      try {
        const code = await exec(quoted(await placeOf(file)), [...args], {
          cwd: folder ?? cwd,
          env: { ...inherited, ...env },
          silent: true,
          ignoreReturnCode: true,
          // Without an input the pipe would stay open, and a program that reads it would wait for ever.
          input: input === undefined ? Buffer.alloc(0) : Buffer.from(input),
          listeners: { stdout: (chunk) => void stdout.push(taken(chunk)), stderr: (chunk) => void stderr.push(taken(chunk)) },
        })
        return { code: exitCode(code), stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }
      } catch (cause) {
        throw new EnvironmentError(runnerReason('FM-RUNNER-PROGRAM', { says: `Cannot start ${file}: ${cause instanceof Error ? cause.message : String(cause)}` }), { cause })
      } finally {
        unsubscribe('child_process', forgiveClosedInput)
      }
    },
  }
}

/** `exec` takes a command line and splits it at spaces; quotes keep a path with spaces whole. */
function quoted(file: string): string {
  return `"${file.replaceAll('"', '\\"')}"`
}

/**
 * A copy of the bytes, and an empty line in their place. `exec` goes on to join what it hands out to lines that nobody listens to,
 * and searches the growing rest again with every chunk: 5 MB without a line break took six times as long as the program itself, 20 MB forty times.
 */
function taken(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk)
  if (chunk.length >= EOL.length) chunk.fill(0).write(EOL, chunk.length - EOL.length)
  return copy
}

/** A program that was ended by a signal has no code of its own; `exec` gives null then, against its type. */
function exitCode(code: number | null): number {
  return code ?? 255
}

/**
 * A program may end without reading its input; git does when it is only asked for its version. `exec` writes the input and listens for
 * no error, so that the closed pipe would end our process. Node tells of each new process here, and its input can be listened to.
 */
function forgiveClosedInput(message: unknown): void {
  const { process: child } = message as { readonly process: ChildProcess }
  child.once('spawn', () => {
    child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EOF') throw error
    })
  })
}
