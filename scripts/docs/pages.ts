import { type Capability, inputsOf, jsonSchemaOf } from '@fermata/capability'
import type { CodeDefinition, CodeTable } from '@fermata/verdict'
import { actionTables, actionYml, between, referencePage } from './action.ts'
import { code, table } from './tables.ts'
import { type Workflow, workflowPage, workflowYml } from './workflow.ts'

export interface Sources {
  readonly actions: readonly Capability[]
  /** Everything that has commands, the actions among them. */
  readonly capabilities: readonly Capability[]
  readonly codes: Readonly<Record<string, CodeTable>>
  readonly schemas: Readonly<Record<string, unknown>>
  readonly workflows: readonly Workflow[]
  /** The present text of a hand-written file. */
  readonly read: (path: string) => string
}

/** Every generated file with its text, by path relative to the repository. */
export function pages(sources: Sources): ReadonlyMap<string, string> {
  const all = new Map<string, string>()
  const capabilityNamed = (name: string): Capability => sources.capabilities.find((capability) => capability.name === name) ?? missing(name)
  for (const action of sources.actions) {
    all.set(`actions/${action.name}/action.yml`, actionYml(action))
    const readme = `actions/${action.name}/README.md`
    all.set(readme, between(sources.read(readme), 'tables', actionTables(action), readme))
  }
  for (const capability of sources.capabilities) {
    all.set(`docs/reference/${capability.name}.md`, referencePage(capability))
    all.set(`docs/reference/schemas/${capability.name}.request.json`, jsonText(jsonSchemaOf(capability)))
  }
  for (const workflow of sources.workflows) {
    const file = `.github/workflows/${workflow.name}.yml`
    const text = workflowYml(workflow, capabilityNamed, sources.read(file), file)
    all.set(file, text)
    all.set(`docs/reference/workflows/${workflow.name}.md`, workflowPage(workflow, capabilityNamed, text))
  }
  for (const [name, schema] of Object.entries(sources.schemas)) all.set(`docs/reference/schemas/${name}.json`, jsonText(schema))
  all.set('docs/reference/reason-codes.md', codesPage(sources.codes))
  all.set('docs/reference/cli.md', cliPage(sources.capabilities))
  const tables = { actions: actionsTable(sources.actions), workflows: workflowsTable(sources.workflows), commands: commandsTable(sources.capabilities) }
  all.set('README.md', Object.entries(tables).reduce((text, [name, content]) => between(text, name, content, 'README.md'), sources.read('README.md')))
  return all
}

function missing(name: string): never {
  throw new Error(`A workflow uses ${name}, and there is no such capability.`)
}

function workflowsTable(workflows: readonly Workflow[]): string {
  return table(['Workflow', 'What it does', 'A complete caller'], workflows.map(({ name, purpose }) => [`[\`${name}.yml\`](docs/reference/workflows/${name}.md)`, purpose, `[examples/${name}](examples/${name}/README.md)`]))
}

function actionsTable(actions: readonly Capability[]): string {
  return table(['Action', 'What it does'], actions.map((action) => [`[\`${action.name}\`](actions/${action.name}/README.md)`, action.purpose]))
}

function commandsTable(capabilities: readonly Capability[]): string {
  return table(['Command', 'What it does'], capabilities.flatMap((capability) => capability.commands.map((command) => [code(`fermata ${command.path.join(' ')}`), command.brief])))
}

function cliPage(capabilities: readonly Capability[]): string {
  const sections = capabilities.flatMap((capability) => capability.commands.map((command) => [`## fermata ${command.path.join(' ')}`, command.brief, `\`\`\`console\n$ ${command.example}\n\`\`\``, `Flags, as the inputs of [${capability.name}](${capability.name}.md#inputs): ${inputsOf(capability, command).map((name) => code(`--${name}`)).join(' ')}`].join('\n\n')))
  const exits = table(['Exit code', 'Meaning'], [['0', 'pass or warn'], ['1', 'fail'], ['2', 'usage or configuration'], ['3', 'inconclusive: the evidence does not suffice'], ['4', 'a bug of Fermata'], ['130', 'cancelled']])
  return ['<!-- Printed by `npm run docs`. Do not edit. -->', '# The command line', ...sections, '## Exit codes', exits, ''].join('\n\n')
}

function codesPage(codes: Sources['codes']): string {
  const sections = Object.entries(codes).flatMap(([room, known]) => [`## ${room}`, table(['Code', 'Severity', 'What it means', 'What to do'], Object.entries<CodeDefinition>(known).map(([name, definition]) => [`<a id="${name.toLowerCase()}"></a>\`${name}\``, definition.severity, definition.means, definition.remedy]))])
  return ['<!-- Printed by `npm run docs`. Do not edit. -->', '# Reason codes', 'Every reason in a report carries one. They do not change their meaning.', ...sections, ''].join('\n\n')
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
