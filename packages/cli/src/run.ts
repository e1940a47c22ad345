import type { Capability, CliCommand } from '@fermata/capability'
import { colourFor, junitXml, reportJson, sarifJson, terminalText } from '@fermata/report'
import { type CommandResult, leave, type ProgressStyle, runCommand, type UseCase } from '@fermata/runner'
import type { Report } from '@fermata/verdict'
import { connect } from '@fermata/wiring'
import type { Flags } from './application.ts'

/** A capability with what carries it out. */
export interface Served<C extends Capability = Capability> {
  readonly capability: C
  readonly useCase: UseCase<C>
}

const outputs = ['text', 'json', 'junit', 'sarif', 'quiet'] as const
const progressStyles = ['auto', 'tree', 'lines', 'quiet'] as const

/** Carries one command out, prints its result on stdout and leaves with the exit code of its verdict. */
export async function serve({ capability, useCase }: Served, command: CliCommand, flags: Flags): Promise<void> {
  const output = oneOf('output', flags['output'] ?? 'text', outputs)
  const progress: ProgressStyle = oneOf('progress', flags['progress'] ?? 'auto', progressStyles)
  const read = (name: string) => command.fixed?.[name] ?? flags[name] ?? fromEnvironment(name)
  const result = await runCommand(capability, useCase, connect, read, { progress: output === 'quiet' ? 'quiet' : progress, debug: process.env['FERMATA_DEBUG'] === '1' })
  print(result, output, command)
  await leave(result.exitCode)
}

/** CI systems have the token in their environment; nobody should type it. */
function fromEnvironment(name: string): string | undefined {
  return name === 'github-token' ? (process.env['GITHUB_TOKEN'] ?? process.env['GH_TOKEN']) : undefined
}

function print({ ending, paths }: CommandResult, output: (typeof outputs)[number], command: CliCommand): void {
  const { report } = ending
  const answer = command.prints === undefined ? undefined : report.outputs[command.prints]
  switch (output) {
    case 'quiet':
      return
    case 'json':
      process.stdout.write(reportJson(report))
      return
    case 'junit':
      process.stdout.write(junitXml(report))
      return
    case 'sarif':
      process.stdout.write(sarifJson(report))
      return
    case 'text':
      if (answer === undefined) process.stdout.write(terminalText(report, { colour: colourFor(process.env, process.stdout), link: paths.html }))
      else {
        process.stdout.write(answer.endsWith('\n') ? answer : `${answer}\n`)
        process.stderr.write(verdictOnly(report))
      }
  }
}

/** What a person must still know when stdout holds the answer itself. */
function verdictOnly(report: Report): string {
  return terminalText({ ...report, sections: [] }, { colour: colourFor(process.env, process.stderr) })
}

function oneOf<const T extends readonly string[]>(flag: string, value: string, allowed: T): T[number] {
  if (allowed.includes(value)) return value
  throw new UsageError(`--${flag} ${JSON.stringify(value)}: expected one of ${allowed.join(', ')}.`)
}

/** What was typed cannot be meant. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
