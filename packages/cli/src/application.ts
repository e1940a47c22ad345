import { type Capability, type CliCommand, type Input, inputsOf } from '@fermata/capability'
import { type Application, buildApplication, buildCommand, buildRouteMap, type Command, type CommandContext, type RouteMap } from '@stricli/core'

/** What the user wrote for the flags of one command, by flag name; what is absent was not written. */
export type Flags = Readonly<Record<string, string | undefined>>

/** A command that is no capability: it judges nothing and has no report. */
export interface PlainCommand {
  readonly path: readonly string[]
  readonly brief: string
  readonly example: string
  readonly flags: Readonly<Record<string, { readonly about: string; readonly default?: string }>>
  readonly positional?: { readonly name: string; readonly about: string; readonly optional?: true }
  readonly run: (flags: Flags, positional: string | undefined) => Promise<void>
}

export type Run = (capability: Capability, command: CliCommand, flags: Flags) => Promise<void>

/** Flags that every capability has on the command line beside its inputs. */
export const commandFlags = {
  output: { about: 'What goes to stdout: text, json, junit, sarif or quiet.', default: 'text' },
  progress: { about: 'How stderr shows what goes on: auto, tree, lines or quiet.', default: 'auto' },
} as const

/** The command tree. Values arrive as text: the request schema parses them and reports all that is wrong together. */
export function application(version: string, capabilities: readonly Capability[], plain: readonly PlainCommand[], run: Run): Application<CommandContext> {
  const commands = [
    ...capabilities.flatMap((capability) => capability.commands.map((command) => ({ path: command.path, example: command.example, command: capabilityCommand(capability, command, run) }))),
    ...plain.map((command) => ({ path: command.path, example: command.example, command: plainCommand(command) })),
  ]
  return buildApplication(routes(commands, []), {
    name: 'fermata',
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: 'original' },
    documentation: { disableAnsiColor: true, onlyRequiredInUsageLine: true },
  })
}

interface Entry {
  readonly path: readonly string[]
  readonly example: string
  readonly command: Command<CommandContext>
}

const groupBriefs: Readonly<Record<string, string>> = {
  slo: 'Hold changes back while error budgets are spent',
  chaos: 'Break something on purpose, and see whether the service survives',
  '': 'Releases many Kubernetes services like one: nothing moves on until the evidence says go.',
}

/** How a command that has others below it is named among them. Nobody has to type it. */
const itself = 'run'

function routes(entries: readonly Entry[], prefix: readonly string[]): RouteMap<CommandContext> {
  const own = entries.find(({ path }) => path.length === prefix.length)
  const names = [...new Set(entries.filter((entry) => entry !== own).map((entry) => entry.path[prefix.length] as string))]
  const children = names.map((name) => {
    const below = entries.filter((entry) => entry.path[prefix.length] === name)
    const [only] = below
    return [name, below.length === 1 && only?.path.length === prefix.length + 1 ? only.command : routes(below, [...prefix, name])] as const
  })
  const brief = groupBriefs[prefix.join(' ')] ?? own?.command.brief ?? `Commands of ${prefix.join(' ')}.`
  const docs = { brief, ...(prefix.length > 0 && { fullDescription: `${brief}\n\nExample: ${(own ?? entries[0])?.example}` }) }
  if (own === undefined) return buildRouteMap({ routes: Object.fromEntries(children), docs })
  return buildRouteMap({ routes: { [itself]: own.command, ...Object.fromEntries(children) }, defaultCommand: itself, docs })
}

function capabilityCommand(capability: Capability, command: CliCommand, run: Run): Command<CommandContext> {
  const flags = inputsOf(capability, command).map((name) => {
    const input = (capability.inputs as Readonly<Record<string, Input<unknown>>>)[name] as Input<unknown>
    return [name, flag(input.about + choicesOf(input) + defaultOf(input.default), input.kind)] as const
  })
  const taken = Object.keys(commandFlags).filter((name) => name in capability.inputs)
  if (taken.length > 0) throw new Error(`${capability.name}: the input ${taken.join(', ')} has the name of a flag that every command has`)
  const shared = Object.entries(commandFlags).map(([name, about]) => [name, flag(about.about + defaultOf(about.default), 'text')] as const)
  return buildCommand({
    parameters: { flags: Object.fromEntries([...flags, ...shared]) as never },
    docs: { brief: command.brief, fullDescription: `${command.brief}\n\nExample: ${command.example}` },
    func: (written: Flags) => run(capability, command, written),
  }) as Command<CommandContext>
}

function plainCommand(command: PlainCommand): Command<CommandContext> {
  const flags = Object.entries(command.flags).map(([name, about]) => [name, flag(about.about + defaultOf(about.default), 'text')] as const)
  const positional = command.positional && { positional: { kind: 'tuple', parameters: [{ placeholder: command.positional.name, brief: command.positional.about, parse: String, ...(command.positional.optional && { optional: true }) }] } }
  return buildCommand({
    parameters: { flags: Object.fromEntries(flags), ...positional } as never,
    docs: { brief: command.brief, fullDescription: `${command.brief}\n\nExample: ${command.example}` },
    func: (written: Flags, argument?: string) => command.run(written, argument),
  }) as Command<CommandContext>
}

function flag(brief: string, placeholder: string): { readonly kind: 'parsed'; readonly parse: (raw: string) => string; readonly optional: true; readonly brief: string; readonly placeholder: string } {
  return { kind: 'parsed', parse: String, optional: true, brief, placeholder }
}

function choicesOf(input: Input<unknown>): string {
  return input.choices === undefined ? '' : ` One of ${input.choices.join(', ')}.`
}

function defaultOf(value: string | undefined): string {
  return value === undefined || value === '' ? '' : ` (default: ${value})`
}
