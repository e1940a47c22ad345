/** What a terminal shows: understands what the drawing uses, and throws at every other escape code but colours. */
export interface Screen {
  readonly write: (text: string) => void
  /** All lines that are or were on it, above the cursor. */
  readonly shown: () => readonly string[]
  readonly hasCursor: () => boolean
  /** The most lines that were ever taken back at once. */
  readonly mostTakenBack: () => number
}

export function screen(): Screen {
  const lines: string[] = ['']
  let row = 0
  let cursor = true
  let most = 0
  const take = (token: string) => {
    if (token === '\u001b[?25l') cursor = false
    else if (token === '\u001b[?25h') cursor = true
    else if (/^\u001b\[\d+F$/.test(token)) {
      row -= Number(token.slice(2, -1))
      most = Math.max(most, Number(token.slice(2, -1)))
    } else if (token === '\u001b[J') lines.splice(row, lines.length, '')
    else if (/^\u001b\[\d+m$/.test(token) || token === '\r') return
    else if (token === '\n') lines[++row] ??= ''
    else if (token.startsWith('\u001b')) throw new Error(`an escape code that nobody asked for: ${JSON.stringify(token)}`)
    else lines[row] += token
  }
  return {
    write: (text) => [...text.matchAll(/\u001b\[[\d?;]*[A-Za-z]|[\n\r]|[^\n\r\u001b]+|\u001b/g)].forEach(([token]) => take(token)),
    shown: () => lines.slice(0, row),
    hasCursor: () => cursor,
    mostTakenBack: () => most,
  }
}
