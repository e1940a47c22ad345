import { locationText, type Block, type Cell, type Reason, type Report, type Section, type State } from '@fermata/verdict'
import { encodeFence, encodeMarkdown as md, encodeMarkdownCode as code, encodeMarkdownProse as prose, truncate, webAddress } from './encode.ts'
import { byAttention, counted, durationText, folds, severityLook, stateLook, verdictLook, worstState } from './look.ts'
import { mermaidFlowchart } from './mermaid.ts'
import { fitInto, type Part } from './room.ts'
import { spanBar, timelineExtent } from './timeline.ts'

/** A summary of 1 MiB would be taken by GitHub, and read by nobody. */
const defaultRoom = 200 * 1024

export interface SummaryWish {
  /** Address of the full report, or its path. */
  readonly link?: string
  /** Bytes of UTF-8 that may be used, when that is less than 200 KiB. */
  readonly room?: number
}

/**
 * The report as GitHub Flavored Markdown for a job summary: the verdict on the first line, then why and what to do,
 * then what is not green, and what is green folded away. What does not fit is cut, the least telling first, and the last line says so.
 */
export function summaryMarkdown(report: Report, { link, room = defaultRoom }: SummaryWish = {}): string {
  const shown = report.sections.map((section, index) => ({ section, group: `section ${index}` }))
  const headings = Object.fromEntries(shown.map(({ section, group }) => [group, heading(section)]))
  const parts = [head(report, link), ...reasonParts(report.reasons.slice(1)), ...shown.flatMap(({ section, group }) => sectionParts(section, group)), foot(report)]
  return fitInto(Math.min(room, defaultRoom), headings, parts)
}

const ranks = { head: 0, reasons: 1, attention: 2, picture: 3, text: 4, plain: 5, green: 6, code: 7 } as const

function part(group: string, rank: number, open: string, lines: readonly string[] = [], close = '', unit = 'row'): Part {
  return { group, rank, open, lines, close, unit }
}

function head(report: Report, link: string | undefined): Part {
  const { emoji } = verdictLook[report.verdict]
  const [first] = report.reasons
  const why = first === undefined ? [] : [`${first.severity === 'note' ? '' : '**Why** '}${reasonLine(first)}`]
  const next = first?.remedy === undefined ? [] : [`**Next** ${prose(truncate(first.remedy, 600))}`]
  const to = link === undefined ? [] : [linkText(link)]
  const second = [...why, ...next, ...to].join('<br>\n')
  return part('head', ranks.head, `### ${emoji} ${prose(truncate(report.summary, 500))}\n\n${second}${second === '' ? '' : '\n\n'}`)
}

function linkText(link: string): string {
  const address = webAddress(link)
  return address === undefined ? `Full report: ${code(link)}` : `[Full report](${address.replaceAll('(', '%28').replaceAll(')', '%29')})`
}

function reasonLine(reason: Reason): string {
  const service = reason.service === undefined || reason.message.includes(reason.service) ? '' : `${code(reason.service)}: `
  const where = reason.location === undefined ? '' : `${code(truncate(locationText(reason.location), 200))} · `
  return `${service}${prose(truncate(reason.message, 1000))} <sub>${where}${code(reason.code)}</sub>`
}

function reasonParts(reasons: readonly Reason[]): readonly Part[] {
  if (reasons.length === 0) return []
  const lines = reasons.map((reason) => {
    const look = severityLook[reason.severity]
    const remedy = reason.remedy === undefined ? '' : `<br>${prose(truncate(reason.remedy, 600))}`
    return `- ${reason.severity === 'note' ? 'ℹ️' : stateLook[look.state].emoji} ${reasonLine(reason)}${remedy}\n`
  })
  const loud = reasons.filter((reason) => reason.severity !== 'note').length
  const quiet = lines.slice(loud)
  return [
    ...(loud === 0 ? [] : [part('reasons', ranks.reasons, '', lines.slice(0, loud), '\n', 'reason')]),
    ...(quiet.length === 0 ? [] : [part('notes', ranks.green, `<details><summary>${counted(quiet.length, 'note')}</summary>\n\n`, quiet, '\n</details>\n\n', 'note')]),
  ]
}

function heading(section: Section): string {
  return folds(section) ? '' : `#### ${section.state === undefined ? '' : `${stateLook[section.state].emoji} `}${md(section.title)}\n\n`
}

/** A folded section is all or nothing; GitHub draws no diagram in a fold, so those are left to the report. */
function sectionParts(section: Section, group: string): readonly Part[] {
  if (!folds(section)) return section.blocks.flatMap((block) => blockParts(block, group))
  const inner = section.blocks.filter((block) => block.kind !== 'graph').flatMap((block) => blockParts(block, group))
  const rank = Math.max(ranks.green, ...inner.map((one) => one.rank))
  return [part(group, rank, `<details><summary>${md(section.title)}</summary>\n\n`, [inner.map((one) => one.open + one.lines.join('') + one.close).join('')], '</details>\n\n', 'section')]
}

function blockParts(block: Block, group: string): readonly Part[] {
  switch (block.kind) {
    case 'text':
      return [part(group, ranks.text, '', block.text.split(/\n{2,}/).filter((text) => text.trim() !== '').map((text) => `${prose(text)}\n\n`), '', 'paragraph')]
    case 'facts':
      return [part(group, ranks.text, '', [`${block.facts.map(({ label, value }) => `**${md(label)}** ${md(value)}`).join(' · ')}\n\n`], '', 'list of facts')]
    case 'table':
      return tableParts(block, group)
    case 'graph': {
      const picture = mermaidFlowchart(block)
      return picture === undefined ? [] : [part(group, ranks.picture, '', [`${picture}\n\n`], '', 'diagram')]
    }
    case 'timeline':
      return tableParts(timelineTable(block), group)
    case 'code':
      return [part(group, ranks.code, '', [`${encodeFence(block.language, block.text)}\n\n`], '', 'listing')]
  }
}

type Table = Extract<Block, { kind: 'table' }>

/** Rows that nobody has to act on are folded when there are rows that somebody has to, or when they are many. */
const openRows = 20

function tableParts(table: Table, group: string): readonly Part[] {
  if (table.rows.length === 0) return [part(group, ranks.text, '', [`${md(table.empty ?? 'None.')}\n\n`], '', 'paragraph')]
  const rows = table.rows.map((cells) => ({ state: rowState(cells), line: `| ${cells.map(cellText).join(' | ')} |\n` }))
  const loud = rows.filter(({ state }) => state !== undefined && state !== 'good').toSorted((a, b) => byAttention(a.state as State, b.state as State))
  const green = rows.filter(({ state }) => state === undefined || state === 'good')
  const top = tableHead(table)
  const open = loud.length === 0 && green.length <= openRows
  const folded = loud.length > 0 ? `${green.length} more` : counted(green.length, 'row')
  return [
    ...(loud.length === 0 ? [] : [part(group, ranks.attention, top, loud.map(({ line }) => line), '\n')]),
    ...(green.length === 0 ? [] : [open ? part(group, ranks.plain, top, green.map(({ line }) => line), '\n') : part(group, ranks.green, `<details><summary>${folded}</summary>\n\n${top}`, green.map(({ line }) => line), '\n</details>\n\n')]),
  ]
}

function tableHead({ columns }: Table): string {
  const rule = columns.map(({ align }) => (align === 'right' ? '---:' : '---'))
  return `| ${columns.map(({ title }) => md(title)).join(' | ')} |\n| ${rule.join(' | ')} |\n`
}

function rowState(cells: readonly Cell[]): State | undefined {
  const known = cells.flatMap((cell) => (typeof cell === 'object' && cell.state !== undefined ? [cell.state] : []))
  return known.length === 0 ? undefined : worstState(known)
}

function cellText(cell: Cell): string {
  if (typeof cell !== 'object') return md(truncate(String(cell), 1000))
  const text = truncate(cell.text, 1000)
  const shown = text === '' ? '' : cell.code === true ? code(text) : md(text)
  return cell.state === undefined ? shown : `${stateLook[cell.state].emoji} ${shown === '' ? stateLook[cell.state].word : shown}`
}

function timelineTable(block: Extract<Block, { kind: 'timeline' }>): Table {
  const extent = timelineExtent(block.rows)
  return {
    kind: 'table',
    columns: [{ title: 'Result' }, { title: 'Service' }, { title: 'When' }, { title: 'Took', align: 'right' }, { title: 'Note' }],
    rows: block.rows.map((row) => [
      { text: stateLook[row.state].word, state: row.state },
      { text: row.label, code: true },
      { text: spanBar(row.spans, extent, 24), code: true },
      row.spans.length === 0 ? '' : durationText(Math.max(...row.spans.map((span) => span.to)) - Math.min(...row.spans.map((span) => span.from))),
      row.note ?? '',
    ]),
    empty: 'Nothing ran.',
  }
}

function foot(report: Report): Part {
  const { repository, sha, environment, services } = report.subject
  const subject = [
    ...(repository === undefined ? [] : [code(repository)]),
    ...(sha === undefined ? [] : [code(sha.slice(0, 12))]),
    ...(environment === undefined ? [] : [md(environment)]),
    ...(services === undefined ? [] : [counted(services.length, 'service')]),
    durationText(Date.parse(report.endedAt) - Date.parse(report.startedAt)),
  ]
  return part('foot', ranks.head, `<sub>Fermata ${code(report.capability)} · ${subject.join(' · ')}</sub>\n`)
}
