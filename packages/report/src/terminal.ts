import { locationText, type Block, type Cell, type Reason, type Report, type Section } from '@fermata/verdict'
import { cellsOf, padCells } from './cells.ts'
import { encodeTerminal, encodeTerminalLine as line } from './encode.ts'
import { counted, durationText, folds, severityLook, stateLook, verdictLook } from './look.ts'
import { painter, styleOf, type Paint } from './paint.ts'
import { spanBar, timelineExtent } from './timeline.ts'

export interface TerminalWish {
  readonly colour: boolean
  /** Path or address of the full report. */
  readonly link?: string
}

/** The report as text for a terminal: sections, then reasons with remedies, and the verdict last, where the eye is when a command ends. */
export function terminalText(report: Report, { colour, link }: TerminalWish): string {
  const paint = painter(colour)
  const look = verdictLook[report.verdict]
  const took = durationText(Date.parse(report.endedAt) - Date.parse(report.startedAt))
  const verdict = `${paint(styleOf[look.state], paint('strong', `${look.glyph} ${look.word.toUpperCase()}`))}  ${line(report.summary)} ${paint('faint', `(${took})`)}`
  const blocks = [
    ...report.sections.map((section) => sectionText(section, paint)),
    ...(report.reasons.length === 0 ? [] : [report.reasons.map((reason) => reasonText(reason, paint)).join('\n')]),
    link === undefined ? verdict : `${verdict}\nreport: ${line(link)}`,
  ]
  return `${blocks.join('\n\n')}\n`
}

function reasonText(reason: Reason, paint: Paint): string {
  const { state } = severityLook[reason.severity]
  const sign = reason.severity === 'note' ? 'i' : stateLook[state].glyph
  const service = reason.service === undefined || reason.message.includes(reason.service) ? '' : `${line(reason.service)}: `
  return [
    `${paint(styleOf[state], `${sign} ${reason.severity}`)} ${service}${line(reason.message)} ${paint('faint', line(reason.code))}`,
    ...(reason.location === undefined ? [] : [`  at ${line(locationText(reason.location))}`]),
    ...(reason.remedy === undefined ? [] : [`  ${paint('calm', '→')} ${line(reason.remedy)}`]),
  ].join('\n')
}

function sectionText(section: Section, paint: Paint): string {
  const state = section.state === undefined ? '' : `${stateLook[section.state].glyph} `
  const title = paint('strong', `${state}${line(section.title)}`)
  if (folds(section)) return `${title} ${paint('faint', '(in the report)')}`
  return [title, ...section.blocks.flatMap((block) => blockLines(block, paint))].join('\n')
}

function blockLines(block: Block, paint: Paint): readonly string[] {
  switch (block.kind) {
    case 'text':
      return encodeTerminal(block.text).split('\n').map((text) => `  ${text}`)
    case 'facts': {
      const width = Math.max(0, ...block.facts.map(({ label }) => cellsOf(line(label))))
      return block.facts.map(({ label, value }) => `  ${paint('faint', padCells(line(label), width))}  ${line(value)}`)
    }
    case 'table':
      return block.rows.length === 0 ? [`  ${line(block.empty ?? 'None.')}`] : tableLines(block, paint)
    case 'graph':
      return graphLines(block)
    case 'timeline':
      return timelineLines(block, paint)
    case 'code':
      return encodeTerminal(block.text).split('\n').map((text) => `  ${paint('faint', '│')} ${text}`)
  }
}

function tableLines(table: Extract<Block, { kind: 'table' }>, paint: Paint): readonly string[] {
  const texts = table.rows.map((cells) => cells.map(cellText))
  const titles = table.columns.map(({ title }) => line(title))
  const widths = titles.map((title, column) => texts.reduce((widest, row) => Math.max(widest, cellsOf(row[column] ?? '')), cellsOf(title)))
  const join = (cells: readonly string[], style: (text: string, column: number) => string) =>
    `  ${cells.map((text, column) => style(padCells(text, widths[column] ?? 0, table.columns[column]?.align), column)).join('  ')}`.trimEnd()
  return [
    join(titles, (text) => paint('faint', text)),
    ...table.rows.map((cells, row) => join(texts[row] ?? [], (text, column) => {
      const cell = cells[column]
      return typeof cell === 'object' && cell.state !== undefined ? paint(styleOf[cell.state], text) : text
    })),
  ]
}

function cellText(cell: Cell): string {
  if (typeof cell !== 'object') return line(String(cell))
  const text = line(cell.text)
  return cell.state === undefined ? text : `${stateLook[cell.state].glyph} ${text === '' ? stateLook[cell.state].word : text}`
}

/** A terminal draws no arrows: each wave is a line, and each thing names what it needs. */
function graphLines({ nodes, edges }: Extract<Block, { kind: 'graph' }>): readonly string[] {
  const labels = new Map(nodes.map((node) => [node.id, line(node.label)]))
  const needs = Map.groupBy(edges, (edge) => edge.from)
  const waves = [...Map.groupBy(nodes, (node) => node.wave)].toSorted(([a], [b]) => a - b)
  return waves.flatMap(([wave, members]) => [
    `  wave ${wave}: ${counted(members.length, 'service')}`,
    ...members.map((node) => {
      const on = (needs.get(node.id) ?? []).map(({ to }) => labels.get(to) ?? line(to))
      return `    ${node.state === undefined ? '·' : stateLook[node.state].glyph} ${labels.get(node.id)}${on.length === 0 ? '' : ` ← ${on.join(', ')}`}`
    }),
  ])
}

function timelineLines({ rows }: Extract<Block, { kind: 'timeline' }>, paint: Paint): readonly string[] {
  const extent = timelineExtent(rows)
  const width = Math.min(32, rows.reduce((widest, row) => Math.max(widest, cellsOf(line(row.label))), 0))
  return rows.map((row) => {
    const note = row.note === undefined ? '' : `  ${line(row.note)}`
    return `  ${paint(styleOf[row.state], `${stateLook[row.state].glyph} ${padCells(line(row.label), width)}  ${spanBar(row.spans, extent, 40)}  ${stateLook[row.state].word}`)}${note}`
  })
}
