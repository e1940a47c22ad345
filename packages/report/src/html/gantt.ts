import type { Block, TimelineRow } from '@fermata/verdict'
import { cellsOf, fitCells } from '../cells.ts'
import { encodeHtml as h } from '../encode.ts'
import { counted, durationText, stateLook } from '../look.ts'
import { timelineExtent, timeTicks, type Extent } from '../timeline.ts'

type Timeline = Extract<Block, { kind: 'timeline' }>

/** Pixels. */
const width = 1000
const row = 28
const bar = 16
const top = 26
const letter = 7.3
const wordRoom = 96

/** Who did what when: a bar for each span, and the same as a table for who cannot see it. Times count from the first span. */
export function ganttHtml({ rows }: Timeline): string {
  if (rows.length === 0) return '<p class="faint">Nothing ran.</p>'
  const extent = timelineExtent(rows)
  const names = Math.round(Math.min(28, Math.max(6, ...rows.map(({ label }) => cellsOf(label)))) * letter) + 34
  const [left, right] = [names, width - wordRoom]
  const x = (at: number) => tenths(left + (extent.to > extent.from ? ((at - extent.from) / (extent.to - extent.from)) * (right - left) : 0))
  const height = top + rows.length * row + 6
  const ticks = timeTicks(extent, 8)
  return [
    `<div class="scroll" tabindex="0" role="region" aria-label="Timeline"><svg class="gantt" role="img" aria-label="${h(`Timeline of ${counted(rows.length, 'service')} over ${durationText(extent.to - extent.from)}`)}" viewBox="0 0 ${width} ${height}">`,
    ...ticks.map(({ at, label }, index) => `<path class="grid" d="M${x(at)} ${top - 6}V${height - 4}"/><text class="tick" x="${x(at)}" y="14" text-anchor="${index === 0 ? 'start' : x(at) > right - 20 ? 'end' : 'middle'}">${label}</text>`),
    ...rows.map((one, index) => rowSvg(one, top + index * row, { left, right, x })),
    '</svg></div>',
    asTable(rows, extent),
  ].join('\n')
}

/** Where the bars are drawn. */
interface Frame {
  readonly left: number
  readonly right: number
  readonly x: (at: number) => number
}

function rowSvg({ label, state, spans, note }: TimelineRow, y: number, { left, right, x }: Frame): string {
  const look = stateLook[state]
  const bars = spans.map((span) => {
    const from = x(span.from)
    const wide = Math.max(3, tenths(x(span.to) - from - 1))
    const text = cellsOf(span.phase) * 6.4 + 10 < wide ? `<text class="phase" x="${tenths(from + 6)}" y="${y + 17.5}">${h(span.phase)}</text>` : ''
    return `<g class="s-${span.state ?? state}"><title>${h(`${label}: ${span.phase}, ${durationText(span.to - span.from)}`)}</title><rect x="${from}" y="${y + 5}" width="${wide}" height="${bar}" rx="3"/>${text}</g>`
  })
  const end = spans.reduce((most, span) => Math.max(most, x(span.to) + 8), left + 8)
  return [
    `<text class="name" x="22" y="${y + 18}">${h(fitCells(label, 28))}</text>`,
    `<g class="s-${state}"><text class="sign" x="4" y="${y + 18}">${look.glyph}</text><text class="word" x="${right + 10}" y="${y + 18}">${look.word}</text></g>`,
    ...bars,
    note === undefined ? '' : noteSvg(note, end, right, y),
  ].join('')
}

/** The note stands behind the last bar where there is room for it; it is in the table in any case. */
function noteSvg(note: string, from: number, right: number, y: number): string {
  const room = Math.floor((right - from) / 6.6)
  return room < 12 ? '' : `<text class="note" x="${tenths(from)}" y="${y + 17.5}">${h(fitCells(note, room))}</text>`
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

function asTable(rows: readonly TimelineRow[], extent: Extent): string {
  const body = rows.map(({ label, state, spans, note }) => {
    const phases = spans.map((span) => `${span.phase} ${durationText(span.to - span.from)}`).join(', ')
    const begin = spans.length === 0 ? '' : durationText(Math.min(...spans.map((span) => span.from)) - extent.from)
    return `<tr><th scope="row"><code>${h(label)}</code></th><td class="s-${state}">${stateLook[state].glyph} ${stateLook[state].word}</td><td>${begin}</td><td>${h(phases)}</td><td>${h(note ?? '')}</td></tr>`
  })
  return `<details class="alt"><summary>The timeline as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Timeline as a table"><table><thead><tr><th scope="col">Service</th><th scope="col">Result</th><th scope="col">Began after</th><th scope="col">Phases</th><th scope="col">Note</th></tr></thead><tbody>${body.join('\n')}</tbody></table></div></details>`
}
