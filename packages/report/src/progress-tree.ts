import type { Instant } from '@fermata/ports'
import { cellsOf, fitCells, padCells } from './cells.ts'
import { encodeTerminalLine } from './encode.ts'
import { durationText, stateLook, worstState } from './look.ts'
import { painter, styleOf, type Paint } from './paint.ts'
import { elapsed, isOpen, wavesOf, type Standing, type Thing } from './progress.ts'

export interface Screen {
  readonly rows: number
  readonly columns: number
  readonly colour: boolean
}

interface Row {
  readonly text: string
  /** The lower, the later it is dropped when the screen is too small. */
  readonly weight: number
}

/**
 * The standing as a tree for a terminal: a head line, then waves with their services. A wave that is all good is one line;
 * its sign is that of its worst member. Never more lines than rows less one, never longer than the columns.
 * @param now milliseconds since the epoch
 */
export function progressTree(standing: Standing, now: Instant, { rows, columns, colour }: Screen): readonly string[] {
  const paint = painter(colour)
  const all = [...standing.things.values()]
  const done = all.filter((thing) => !isOpen(thing.state)).length
  const head = paint('strong', fitCells(`${elapsed(standing.startedAt, now)}  ${done}/${all.length} done`, columns))
  const body = wavesOf(standing).flatMap(({ wave, things }) => waveRows(wave, things, now, columns, paint))
  // The cursor stays on the line below, so one row is not ours.
  const fitted = most(body, Math.max(0, rows - 2), paint)
  return rows < 2 ? [] : [head, ...fitted]
}

function waveRows(wave: number | undefined, things: readonly Thing[], now: Instant, columns: number, paint: Paint): readonly Row[] {
  const state = worstState(things.map((thing) => thing.state))
  const title = wave === undefined ? '' : `wave ${wave}`
  if (wave !== undefined && things.every((thing) => thing.state === 'good' || thing.state === 'skipped')) {
    const names = things.map((thing) => encodeTerminalLine(thing.subject)).join(', ')
    return [{ text: paint(styleOf[state], fitCells(`${stateLook[state].glyph} ${title}  ${names}`, columns)), weight: 3 }]
  }
  const width = Math.min(24, things.reduce((widest, thing) => Math.max(widest, cellsOf(encodeTerminalLine(thing.subject))), 0))
  const members = things.map((thing, index) => ({
    text: memberLine(thing, wave === undefined ? '' : index === things.length - 1 ? '  └ ' : '  ├ ', width, now, columns, paint),
    weight: thing.state === 'good' || thing.state === 'skipped' ? 4 : thing.state === 'held' ? 2 : 1,
  }))
  return [...(wave === undefined ? [] : [{ text: paint(styleOf[state], `${stateLook[state].glyph} ${title}`), weight: 0 }]), ...members]
}

function memberLine(thing: Thing, branch: string, width: number, now: Instant, columns: number, paint: Paint): string {
  const name = padCells(fitCells(encodeTerminalLine(thing.subject), width), width)
  const age = isOpen(thing.state) ? durationText(Math.floor((now - thing.since) / 1_000) * 1_000) : ''
  const rest = `${padCells(encodeTerminalLine(thing.phase), 12)} ${encodeTerminalLine(thing.says ?? '')}`.trimEnd()
  const line = fitCells(`${branch}${stateLook[thing.state].glyph} ${name}  ${rest}${age === '' ? '' : `  ${age}`}`, columns)
  return line.slice(0, branch.length) + paint(styleOf[thing.state], line.slice(branch.length))
}

/** So many rows, those of least weight, in their order; the last line counts the others. */
function most(body: readonly Row[], room: number, paint: Paint): readonly string[] {
  if (body.length <= room) return body.map(({ text }) => text)
  if (room === 0) return []
  const kept = new Set(body.toSorted((a, b) => a.weight - b.weight).slice(0, room - 1))
  return [...body.filter((row) => kept.has(row)).map(({ text }) => text), paint('faint', `… ${body.length - kept.size} more`)]
}

