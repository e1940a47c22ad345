import type { Capability, Input } from '@fermata/capability'
import { inputTable, outputTable, permissionTable } from './tables.ts'

/** action.yml of a JavaScript action. Quoted by JSON, which YAML reads the same. */
export function actionYml(capability: Capability): string {
  const inputs = Object.entries<Input<unknown>>(capability.inputs).flatMap(([name, input]) => [
    `  ${name}:`,
    `    description: ${JSON.stringify(input.choices ? `${input.about} One of: ${input.choices.join(', ')}.` : input.about)}`,
    `    required: ${input.required}`,
    ...(defaultFor(name, input) === undefined ? [] : [`    default: ${JSON.stringify(defaultFor(name, input))}`]),
  ])
  const outputs = Object.entries(capability.outputs).flatMap(([name, about]) => [`  ${name}:`, `    description: ${JSON.stringify(about)}`])
  return [
    '# Printed by `npm run docs` from the request schema. Do not edit.',
    `name: ${JSON.stringify(`Fermata: ${capability.name}`)}`,
    `description: ${JSON.stringify(capability.purpose)}`,
    "author: 'Fermata'",
    'inputs:',
    ...inputs,
    'outputs:',
    ...outputs,
    'runs:',
    '  using: node24',
    `  main: ../../dist/${capability.name}.js`,
    `  post: ../../dist/${capability.name}-post.js`,
    'branding:',
    `  icon: ${capability.branding.icon}`,
    `  color: ${capability.branding.color}`,
    '',
  ].join('\n')
}

/** The token of the run is there without being asked for; everything else has the default of its definition. */
function defaultFor(name: string, input: Input<unknown>): string | undefined {
  return name === 'github-token' ? '${{ github.token }}' : input.default
}

/** What stands between the markers of an action's README. */
export function actionTables(capability: Capability): string {
  return ['### Inputs', inputTable(capability), '### Outputs', outputTable(capability), '### Permissions', permissionTable(capability)].join('\n\n')
}

export function referencePage(capability: Capability): string {
  const commands = capability.commands.map((command) => `- \`fermata ${command.path.join(' ')}\`: ${command.brief} For example: \`${command.example}\``)
  return [
    '<!-- Printed by `npm run docs`. Do not edit. -->',
    `# ${capability.name}`,
    capability.purpose,
    ...(commands.length === 0 ? [] : ['## Commands', commands.join('\n')]),
    '## Inputs',
    'An action takes them as `with:`, the command line as flags of the same name.',
    inputTable(capability),
    '## Outputs',
    outputTable(capability),
    '## Permissions of GITHUB_TOKEN',
    permissionTable(capability),
    '',
  ].join('\n\n')
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. A file without the markers is an error. */
export function between(text: string, name: string, content: string, file: string): string {
  const begin = `<!-- ${name} -->`
  const end = `<!-- /${name} -->`
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${file} has no place for generated text: ${begin} ... ${end}`)
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`
}
