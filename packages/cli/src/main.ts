import { type Capability, type CliCommand, inputsOf } from '@fermata/capability'
import { chaos, chaosGate } from '@fermata/chaos'
import { initCatalog, initialise, graphShow, showGraph } from '@fermata/catalog'
import { detectChangedServices, detectChanges } from '@fermata/changes'
import { doctor, examine } from '@fermata/doctor'
import { heal, selfHeal } from '@fermata/heal'
import { policyScan, scan } from '@fermata/policy'
import { deploy, orchestratedDeploy } from '@fermata/rollout'
import { leave, type UseCase } from '@fermata/runner'
import { checkSlos, sloCheck } from '@fermata/slo'
import { run, type StricliProcess } from '@stricli/core'
import { application, commandFlags, type Flags, type PlainCommand } from './application.ts'
import { completionCommand, reportCommand, sandboxCommand } from './plain.ts'
import { serve, type Served, UsageError } from './run.ts'

/** Every capability that has commands. */
export const served: readonly Served[] = [
  serving(initialise, initCatalog),
  serving(graphShow, showGraph),
  serving(detectChangedServices, detectChanges),
  serving(orchestratedDeploy, deploy),
  serving(policyScan, scan),
  serving(selfHeal, heal),
  serving(chaosGate, chaos),
  serving(sloCheck, checkSlos),
  serving(doctor, examine),
]

/** That a use case takes the request of its capability is checked here; afterwards they are only called together. */
function serving<C extends Capability>(capability: C, useCase: UseCase<C>): Served {
  return { capability, useCase } as unknown as Served
}

/** Replaced by the version of package.json when dist is built. */
declare const FERMATA_VERSION: string | undefined
const version = typeof FERMATA_VERSION === 'string' ? FERMATA_VERSION : 'from source'

/** The oldest Node that has all that dist uses; package.json says the same. */
const oldestNode = 24

/** The command line, from arguments to exit code. */
export async function main(args: readonly string[] = process.argv.slice(2)): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    process.stderr.write(`fermata needs Node ${oldestNode} or newer, and this is ${process.versions.node}.\n`)
    return leave(2)
  }
  let crashed: unknown
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      crashed = error
    }
  }
  const serveOne = (capability: Capability, command: CliCommand, flags: Flags) => attempt(() => serve(served.find((one) => one.capability === capability) as Served, command, flags))
  const plain = plainCommands().map((command): PlainCommand => ({ ...command, run: (flags, argument) => attempt(() => command.run(flags, argument)) }))
  const typed: StricliProcess = { stdout: process.stdout, stderr: process.stderr, env: process.env, exitCode: null }
  await run(application(version, served.map(({ capability }) => capability), plain, serveOne), [...args], { process: typed })
  await leave(crashed === undefined ? usageCode(typed.exitCode) : exitCodeOf(crashed))
}

/** Commands that judge nothing. */
export function plainCommands(): readonly PlainCommand[] {
  const without = [reportCommand, sandboxCommand]
  const offered = [
    ...served.flatMap(({ capability }) => capability.commands.map((command) => ({ path: command.path, brief: command.brief, flags: [...inputsOf(capability, command), ...Object.keys(commandFlags)] }))),
    ...without.map(({ path, brief, flags }) => ({ path, brief, flags: Object.keys(flags) })),
  ]
  return [...without, completionCommand(offered)]
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`)
    return 2
  }
  process.stderr.write(`Fermata failed. Please report this: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 4
}

/** The framework's own codes are negative: what was typed was wrong. */
function usageCode(code: number | string | null | undefined): number {
  return code === undefined || code === null || code === 0 ? 0 : 2
}
