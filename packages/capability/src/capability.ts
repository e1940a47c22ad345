import { ConfigurationError, didYouMean, type Problem } from '@fermata/verdict'
import * as z from 'zod/mini'
import { commonInputs, commonOutputs } from './common.ts'
import type { Input } from './input.ts'

/** The ports that a use case may ask for; see `@fermata/ports`. */
export type PortName = 'cluster' | 'forge' | 'git' | 'metrics' | 'alerts' | 'policyEngine' | 'http'

/** A command of the CLI. One capability may have several, each with some inputs fixed: `fermata rollback` is `mode: rollback`. */
export interface CliCommand {
  readonly path: readonly string[]
  readonly brief: string
  readonly fixed?: Readonly<Record<string, string>>
  /** The inputs that mean something to this command, besides the common ones. Default: all that are not fixed. */
  readonly takes?: readonly string[]
  readonly example: string
  /** The output that is the answer: it goes to stdout as it is, and the verdict to stderr. Without it, stdout gets the report. */
  readonly prints?: string
}

type Inputs = Readonly<Record<string, Input<unknown>>>

/** What a capability takes and gives, said once. */
export interface Capability<I extends Inputs = Inputs> {
  readonly name: string
  /** One sentence, in the present tense: what it does for whom. */
  readonly purpose: string
  readonly inputs: I & typeof commonInputs
  readonly outputs: Readonly<Record<string, string>>
  readonly needs: readonly PortName[]
  readonly commands: readonly CliCommand[]
  /** Icon and colour of the marketplace entry. */
  readonly branding: { readonly icon: string; readonly color: string }
  /** GITHUB_TOKEN permissions that it uses, each with its reason. */
  readonly permissions: Readonly<Record<string, string>>
}

/** The parsed inputs of a capability. */
export type Request<C> = C extends Capability<infer I> ? { readonly [K in keyof (I & typeof commonInputs)]: (I & typeof commonInputs)[K] extends Input<infer T> ? T : never } : never

/** Adds what all capabilities share, and refuses a definition that users could not read. */
export function capability<const I extends Inputs>(definition: Omit<Capability<I>, 'inputs'> & { readonly inputs: I }): Capability<I> {
  const whole = { ...definition, inputs: { ...definition.inputs, ...commonInputs }, outputs: { ...commonOutputs, ...definition.outputs } }
  const silent = [...Object.entries(whole.inputs).map(([name, input]) => [name, input.about] as const), ...Object.entries(whole.outputs)].filter(([, about]) => about.trim() === '')
  if (silent.length > 0) throw new Error(`${definition.name}: no description for ${silent.map(([name]) => name).join(', ')}`)
  const unknown = whole.commands.flatMap(({ path, takes = [] }) => takes.filter((name) => !(name in whole.inputs)).map((name) => `${path.join(' ')} takes ${name}`))
  if (unknown.length > 0) throw new Error(`${definition.name}: there is no input for ${unknown.join(', ')}`)
  return whole
}

/** The names of the inputs that are flags of a command, in their order. */
export function inputsOf({ inputs }: Pick<Capability, 'inputs'>, { fixed, takes }: CliCommand): readonly string[] {
  return Object.keys(inputs).filter((name) => fixed?.[name] === undefined && (takes === undefined || takes.includes(name) || name in commonInputs))
}

/**
 * Reads every input, and reports all that is wrong with them together.
 * @param read what the user wrote for an input, or undefined or '' where nothing was written
 * @throws ConfigurationError
 */
export function readRequest<C extends Capability>(wanted: C, read: (name: string) => string | undefined): Request<C> {
  const problems: Problem[] = []
  const request: Record<string, unknown> = {}
  for (const [name, input] of Object.entries<Input<unknown>>(wanted.inputs)) {
    const written = read(name)?.trim()
    const raw = written === undefined || written === '' ? input.default : written
    if (raw === undefined) {
      if (input.required) problems.push({ says: `Input ${name} is missing.`, remedy: `${input.about}${input.example === undefined ? '' : ` For example: ${input.example}`}` })
      request[name] = undefined
      continue
    }
    const value = parseInput(name, input, raw)
    if ('problem' in value) problems.push(value.problem)
    else request[name] = value.value
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return request as Request<C>
}

function parseInput(name: string, input: Input<unknown>, raw: string): { readonly value: unknown } | { readonly problem: Problem } {
  const shown = input.kind === 'secret' ? 'its value' : JSON.stringify(raw.length > 80 ? `${raw.slice(0, 80)}…` : raw)
  let parsed: unknown
  try {
    parsed = input.parse(raw)
  } catch (error) {
    return { problem: { says: `Input ${name}: ${shown} ${error instanceof Error ? error.message : String(error)}.`, remedy: remedyFor(input, raw) } }
  }
  const checked = z.safeParse(input.schema, parsed)
  if (checked.success) return { value: checked.data }
  const detail = checked.error.issues.map((issue) => `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${issue.message}`).join('; ')
  return { problem: { says: `Input ${name}: ${shown} does not have the expected form (${detail}).`, remedy: remedyFor(input, raw) } }
}

/** What to write instead: the choice that was probably meant, else an example, else the default. */
function remedyFor(input: Input<unknown>, raw: string): string {
  const meant = didYouMean(raw, input.choices ?? [])
  if (meant !== undefined) return `Did you mean ${meant}?`
  if (input.example !== undefined) return `Write it like this: ${input.example}`
  return input.default === undefined || input.default === '' ? 'Correct the input, or leave it out.' : `Correct the input, or leave it out for its default: ${input.default}`
}
