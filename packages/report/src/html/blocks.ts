import type { Block, Cell, Column } from '@fermata/verdict'
import { encodeHtml as h, encodeHtmlProse as prose } from '../encode.ts'
import { stateLook } from '../look.ts'
import type { Anchors } from './anchors.ts'
import { ganttHtml } from './gantt.ts'
import { graphHtml } from './graph.ts'

/** One block of a section. `about` names it for who cannot see the heading above it. */
export function blockHtml(block: Block, about: string, anchors: Anchors): string {
  switch (block.kind) {
    case 'text':
      return block.text.split(/\n{2,}/).filter((text) => text.trim() !== '').map((text) => `<p class="prose">${prose(text)}</p>`).join('\n')
    case 'facts':
      return factsHtml(block.facts.map(({ label, value }) => [label, h(value)]))
    case 'table':
      return tableHtml(block, about, anchors)
    case 'graph':
      return graphHtml(block, anchors)
    case 'timeline':
      return ganttHtml(block)
    case 'code':
      return `<pre tabindex="0" aria-label="${h(`${about}: ${block.language}`)}" role="region"><code>${h(block.text)}</code></pre>`
  }
}

/** @param facts labels as plain text, values as HTML */
export function factsHtml(facts: readonly (readonly [string, string])[]): string {
  return facts.length === 0 ? '' : `<dl class="facts">${facts.map(([label, value]) => `<dt>${h(label)}</dt><dd>${value}</dd>`).join('')}</dl>`
}

function tableHtml({ columns, rows, empty }: Extract<Block, { kind: 'table' }>, about: string, anchors: Anchors): string {
  if (rows.length === 0) return `<p class="faint">${h(empty ?? 'None.')}</p>`
  const head = columns.map((column) => `<th scope="col"${classes(column)}>${h(column.title) || '<span class="faint">·</span>'}</th>`).join('')
  const body = rows.map((cells) => `<tr>${cells.map((cell, index) => `<td${classes(columns[index], cell)}>${cellHtml(cell, anchors)}</td>`).join('')}</tr>`)
  return `<div class="scroll" tabindex="0" role="region" aria-label="${h(`${about}, table`)}"><table data-live="${h(about)}"><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`
}

function classes(column: Column | undefined, cell: Cell = ''): string {
  const names = [...(column?.align === 'right' ? ['right'] : []), ...(isUnbroken(cell) ? ['unbroken'] : [])]
  return names.length === 0 ? '' : ` class="${names.join(' ')}"`
}

/** A digest or a long path breaks anywhere. Other words stay whole. */
function isUnbroken(cell: Cell): boolean {
  return /\S{40}/.test(typeof cell === 'object' ? cell.text : String(cell))
}

function cellHtml(cell: Cell, anchors: Anchors): string {
  if (typeof cell !== 'object') return h(String(cell))
  const text = cell.code === true && cell.text !== '' ? `<code>${h(cell.text)}</code>` : h(cell.text)
  const target = cell.anchor === undefined ? undefined : anchors.find(cell.anchor)
  const linked = target === undefined ? text : `<a href="#${target}">${text}</a>`
  if (cell.state === undefined) return linked
  const { glyph, word } = stateLook[cell.state]
  const long = cell.text.length > 40 ? ' long' : ''
  return `<span class="st s-${cell.state}${long}"><span aria-hidden="true">${glyph}</span> ${cell.text === '' ? word : linked}</span>`
}
