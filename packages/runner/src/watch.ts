import type { Progress } from '@fermata/ports'
import { foldProgress, lineProgress, nothingYet, progressTree, type Standing } from '@fermata/report'
import { systemClock } from './time.ts'

/** Milliseconds between two drawings at least: ten in a second are as many as an eye follows. */
const pause = 100

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

export interface Watch {
  readonly progress: (event: Progress) => void
  /** A message that stays, above the drawing. */
  readonly say: (text: string) => void
  readonly end: () => void
}

/** Shows progress on a stream. */
export function watch(stream: NodeJS.WriteStream, style: 'tree' | 'lines' | 'quiet', colour: boolean, hide: (text: string) => string): Watch {
  const print = (lines: readonly string[]) => lines.forEach((line) => stream.write(`${hide(line)}\n`))
  switch (style) {
    case 'quiet':
      return { progress: () => {}, say: (text) => print([text]), end: () => {} }
    case 'lines': {
      const lines = lineProgress({ colour })
      const heart = setInterval(() => print(lines.heartbeat(systemClock.now())), 10_000).unref()
      return { progress: (event) => print(lines.lines(event)), say: (text) => print([text]), end: () => clearInterval(heart) }
    }
    case 'tree':
      return tree(stream, colour, hide)
  }
}

/** Redraws in place. Each drawing is one write, and begins where the one before began, so that nothing flickers or is left over. */
function tree(stream: NodeJS.WriteStream, colour: boolean, hide: (text: string) => string): Watch {
  let standing: Standing = nothingYet
  let drawn = 0
  let drawnAt = 0
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const erase = () => (drawn === 0 ? '' : `\u001b[${drawn}F\u001b[J`)
  const draw = (above = '') => {
    clearTimeout(timer)
    timer = undefined
    const lines = standing === nothingYet ? [] : progressTree(standing, systemClock.now(), { rows: stream.rows || 24, columns: stream.columns || 80, colour })
    stream.write(`${erase()}${above}${lines.map((line) => `${hide(line)}\n`).join('')}`)
    drawn = lines.length
    drawnAt = systemClock.now()
  }
  const soon = () => {
    if (timer !== undefined || ended) return
    timer = setTimeout(draw, Math.max(0, drawnAt + pause - systemClock.now()))
  }
  // Ages grow while nothing happens.
  const age = setInterval(soon, 1_000).unref()
  const restore = () => void stream.write(showCursor)
  stream.write(hideCursor)
  process.once('exit', restore)
  return {
    progress: (event) => {
      standing = foldProgress(standing, event)
      soon()
    },
    say: (text) => draw(`${hide(text)}\n`),
    end: () => {
      if (ended) return
      ended = true
      clearInterval(age)
      process.off('exit', restore)
      draw()
      restore()
    },
  }
}
