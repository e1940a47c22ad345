import type { Capability, Input } from '@fermata/capability'
import { code, table } from './tables.ts'
import { partsOf, partsText } from './workflow-parts.ts'

/** A public reusable workflow: which capabilities its steps use, and what it adds. Its jobs and steps are written by hand. */
export interface Workflow {
  /** Its file in .github/workflows, without `.yml`. */
  readonly name: string
  /** One sentence, in the present tense: what it does for whom. */
  readonly purpose: string
  /** By the id of the step. */
  readonly steps: Readonly<Record<string, Step>>
  readonly inputs: Readonly<Record<string, OwnInput>>
  readonly secrets: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, { readonly about: string; readonly value: string }>>
}

export interface Step {
  readonly capability: string
  /** Inputs that the workflow decides, as they stand in `with:`. All others are asked of the caller. */
  readonly fixed: Readonly<Record<string, string>>
  /** Inputs that make no sense here: they keep their default. */
  readonly without?: readonly string[]
  /** Permissions of the capability for what it is not asked for here. */
  readonly unneeded?: readonly string[]
}

export interface OwnInput {
  readonly about: string
  readonly type: 'string' | 'number' | 'boolean'
  readonly default?: string | number | boolean
}

export type Capabilities = (name: string) => Capability

/** A token is the run's own, and a report lies where the workflow takes it up. */
const neverAsked = ['github-token', 'report-dir']

/** The file with everything between its markers printed anew. A marker that is missing is an error. */
export function workflowYml(workflow: Workflow, capabilities: Capabilities, text: string, file: string): string {
  const blocks: Readonly<Record<string, readonly string[]>> = {
    inputs: Object.entries(inputsOf(workflow, capabilities)).flatMap(([name, input]) => [`${name}:`, `  description: ${JSON.stringify(input.about)}`, `  type: ${input.type}`, ...(input.default === undefined ? ['  required: true'] : [`  default: ${JSON.stringify(input.default)}`])]),
    secrets: Object.entries(secretsOf(workflow, capabilities)).flatMap(([name, about]) => [`${name}:`, `  description: ${JSON.stringify(about)}`, '  required: false']),
    outputs: Object.entries(workflow.outputs).flatMap(([name, { about, value }]) => [`${name}:`, `  description: ${JSON.stringify(about)}`, `  value: ${value}`]),
    ...Object.fromEntries(Object.entries(workflow.steps).map(([id, step]) => [`with ${id}`, withOf(step, capabilities)])),
    ...Object.fromEntries(stepsOfJobs(workflow, text, file).map((ids) => [`permissions ${ids.join(' ')}`, Object.entries(permissionsOf(ids.map((id) => workflow.steps[id] as Step), capabilities)).map(([permission, why]) => `${permission} # ${why}`)])),
  }
  return Object.entries(blocks).reduce((done, [name, lines]) => (lines.length === 0 ? done : filled(done, name, lines, file)), text)
}

/** The ids of the steps of each job, as its permissions name them: `# <permissions releases experiments>`. */
function stepsOfJobs({ steps }: Workflow, text: string, file: string): readonly (readonly string[])[] {
  const jobs = [...text.matchAll(/# <permissions ([a-z- ]+)>/g)].map(([, ids = '']) => ids.split(' '))
  const forgotten = Object.keys(steps).filter((id) => !jobs.flat().includes(id))
  if (forgotten.length > 0) throw new Error(`${file} has no place for the permissions of ${forgotten.join(', ')}.`)
  return jobs
}

/** Inputs of the capabilities and of the workflow itself; its own win. */
export function inputsOf(workflow: Workflow, capabilities: Capabilities): Readonly<Record<string, OwnInput>> {
  const asked = Object.values(workflow.steps).flatMap((step) => askedBy(step, capabilities).filter(([, input]) => input.kind !== 'secret').map(([name, input]) => [name, workflowInput(input)] as const))
  const all = Object.fromEntries([...asked.toReversed(), ...Object.entries(workflow.inputs)])
  return Object.fromEntries([...new Set([...Object.keys(workflow.inputs), ...asked.map(([name]) => name)])].map((name) => [name, all[name] as OwnInput]))
}

function askedBy(step: Step, capabilities: Capabilities): readonly (readonly [string, Input<unknown>])[] {
  return Object.entries<Input<unknown>>(capabilities(step.capability).inputs).filter(([name]) => step.fixed[name] === undefined && !neverAsked.includes(name) && !(step.without ?? []).includes(name))
}

/** What is a secret of a capability is one of the workflow. */
function secretsOf(workflow: Workflow, capabilities: Capabilities): Readonly<Record<string, string>> {
  const asked = Object.values(workflow.steps).flatMap((step) => askedBy(step, capabilities).filter(([, input]) => input.kind === 'secret').map(([name, input]) => [name, input.about] as const))
  return { ...workflow.secrets, ...Object.fromEntries(asked) }
}

function withOf(step: Step, capabilities: Capabilities): readonly string[] {
  const unknown = [...Object.keys(step.fixed), ...(step.without ?? [])].filter((name) => capabilities(step.capability).inputs[name as 'config'] === undefined)
  if (unknown.length > 0) throw new Error(`${step.capability} has no input ${unknown.join(', ')}.`)
  return [...Object.entries(step.fixed).map(([name, value]) => `${name}: ${value}`), ...askedBy(step, capabilities).map(([name, input]) => `${name}: \${{ ${input.kind === 'secret' ? 'secrets' : 'inputs'}.${name} }}`)]
}

/** A workflow knows text, numbers and truth. What is not given is the empty text, which our actions take for not given. */
function workflowInput(input: Input<unknown>): OwnInput {
  const about = `${input.choices ? `${input.about} One of: ${input.choices.join(', ')}.` : input.about}${input.example === undefined ? '' : ` Example: ${input.example}`}`
  if (input.required && input.default === undefined) return { about, type: 'string' }
  if (input.kind === 'integer' && input.default !== undefined) return { about, type: 'number', default: Number(input.default) }
  if (input.kind === 'boolean' && input.default !== undefined) return { about, type: 'boolean', default: input.default === 'true' }
  return { about, type: 'string', default: input.default ?? '' }
}

function filled(text: string, name: string, lines: readonly string[], file: string): string {
  const found = new RegExp(`^( *)# <${name}>.*\\n(?:[\\s\\S]*?\\n)??\\1# </${name}>$`, 'm').exec(text)
  if (found === null) throw new Error(`${file} has no place for generated text: # <${name}> ... # </${name}>`)
  const indent = found[1] as string
  return text.replace(found[0], () => [`${indent}# <${name}> printed by \`npm run docs\``, ...lines.map((line) => indent + line), `${indent}# </${name}>`].join('\n'))
}

/** What steps need together; the reason is that of the first. Who may write may read. */
function permissionsOf(steps: readonly Step[], capabilities: Capabilities): Readonly<Record<string, string>> {
  const asked = steps.toReversed().flatMap(({ capability, unneeded = [] }) => Object.entries(capabilities(capability).permissions).filter(([name]) => !unneeded.includes(name)))
  const all = Object.fromEntries(asked)
  return Object.fromEntries(Object.entries(all).filter(([name]) => !name.endsWith(': read') || all[name.replace(/: read$/, ': write')] === undefined))
}

/** @param text its file, as it stands after `workflowYml` */
export function workflowPage(workflow: Workflow, capabilities: Capabilities, text: string): string {
  const inputs = Object.entries(inputsOf(workflow, capabilities)).map(([name, input]) => [code(name), input.type, input.default === undefined ? '**required**' : input.default === '' ? '' : code(String(input.default)), input.about])
  return [
    '<!-- Printed by `npm run docs`. Do not edit. -->',
    `# ${workflow.name}.yml`,
    workflow.purpose,
    `A complete caller: [examples/${workflow.name}](../../../examples/${workflow.name}/README.md).`,
    '## Inputs',
    table(['Input', 'Type', 'Default', 'What it is'], inputs),
    '## Secrets',
    Object.keys(secretsOf(workflow, capabilities)).length === 0 ? 'None.' : table(['Secret', 'What it is'], Object.entries(secretsOf(workflow, capabilities)).map(([name, about]) => [code(name), about])),
    '## Outputs',
    table(['Output', 'What it is'], Object.entries(workflow.outputs).map(([name, { about }]) => [code(name), about])),
    '## Permissions that the calling job grants',
    'A called workflow can only have what its caller has. With less than this, GitHub refuses to start it.',
    table(['Permission', 'Why'], Object.entries(permissionsOf(Object.values(workflow.steps), capabilities)).map(([name, why]) => [code(name), why])),
    ...partsText(workflow.name, partsOf(text)),
    '',
  ].join('\n\n')
}
