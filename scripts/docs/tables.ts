import type { Capability, Input } from '@fermata/capability'

/** A GFM table. Cells are text: pipes and line ends are encoded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')
}

export function code(text: string): string {
  return `\`${text}\``
}

export function inputTable(capability: Capability): string {
  const rows = Object.entries<Input<unknown>>(capability.inputs).map(([name, input]) => [code(name), typeOf(input), defaultOf(input), input.about + exampleOf(input)])
  return table(['Input', 'Type', 'Default', 'What it is'], rows)
}

export function outputTable(capability: Capability): string {
  return table(['Output', 'What it is'], Object.entries(capability.outputs).map(([name, about]) => [code(name), about]))
}

export function permissionTable(capability: Capability): string {
  const rows = Object.entries(capability.permissions)
  return rows.length === 0 ? 'None.' : table(['Permission', 'Why'], rows.map(([name, why]) => [code(name), why]))
}

function typeOf(input: Input<unknown>): string {
  return input.choices ? input.choices.map(code).join(', ') : input.kind
}

function defaultOf(input: Input<unknown>): string {
  if (input.required) return '**required**'
  return input.default === undefined || input.default === '' ? '' : code(input.default)
}

function exampleOf(input: Input<unknown>): string {
  return input.example === undefined ? '' : ` Example: ${code(input.example)}`
}
