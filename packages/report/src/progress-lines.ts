import type { Instant, Progress } from '@fermata/ports'
import { cellsOf, padCells } from './cells.ts'
import { encodeTerminalLine, truncate } from './encode.ts'
import { stateLook } from './look.ts'
import { painter, styleOf } from './paint.ts'
import { elapsed, foldProgress, isOpen, nothingYet, type Standing } from './progress.ts'

/** Lines for a place that cannot be redrawn: a file, a pipe, the log of a step. */
export interface LineProgress {
  /** One line for a change, none for an event that changes nothing. */
  readonly lines: (event: Progress) => readonly string[]
  /** One line for a run that lives and has been silent for a minute, else none. Call it as often as you like. */
  readonly heartbeat: (now: Instant) => readonly string[]
}

/** Silence that makes people wonder whether a run still lives, in milliseconds. */
const silence = 60_000

/** Names up to here are aligned; a longer one moves its own line only. */
const widestName = 32

/** One line for each change of state, each naming its service: search for a service, and its story is there. */
export function lineProgress({ colour }: { readonly colour: boolean }): LineProgress {
  const paint = painter(colour)
  let standing: Standing = nothingYet
  let spokeAt: Instant | undefined
  let width = 12
  return {
    lines: (event) => {
      const next = foldProgress(standing, event)
      if (next === standing) return []
      standing = next
      spokeAt = event.at
      const name = encodeTerminalLine(event.subject)
      width = Math.max(width, Math.min(widestName, cellsOf(name)))
      const wave = next.things.get(event.subject)?.wave
      const state = `${stateLook[event.state].glyph} ${padCells(encodeTerminalLine(event.phase), 12)}`
      const says = event.says === undefined ? '' : ` ${encodeTerminalLine(event.says)}`
      return [`${paint('faint', elapsed(next.startedAt, event.at))}  ${padCells(wave === undefined ? '' : `w${wave}`, 3)} ${padCells(name, width)}  ${paint(styleOf[event.state], state)}${says}`.trimEnd()]
    },
    heartbeat: (now) => {
      const open = [...standing.things.values()].filter((thing) => isOpen(thing.state))
      if (open.length === 0 || spokeAt === undefined || now - spokeAt < silence) return []
      spokeAt = now
      const names = truncate(open.map((thing) => encodeTerminalLine(thing.subject)).join(', '), 160)
      return [paint('faint', `${elapsed(standing.startedAt, now)}  -- ${open.length} running: ${names}`)]
    },
  }
}
