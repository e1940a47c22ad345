/** East Asian wide letters and emoji take two cells of a terminal, combining marks none (Unicode TR 11; ranges cover what names are made of). */
const wide = /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u
const none = /\p{Mn}|\p{Me}|\p{Cf}/u

/** How many cells of a terminal a line takes. Escape sequences must not be in it. */
export function cellsOf(line: string): number {
  let sum = 0
  for (const mark of line) sum += none.test(mark) ? 0 : wide.test(mark) ? 2 : 1
  return sum
}

/** The line in so many cells at most, an ellipsis at its end where something is missing. */
export function fitCells(line: string, most: number): string {
  if (cellsOf(line) <= most) return line
  let used = 0
  let cut = ''
  for (const mark of line) {
    used += cellsOf(mark)
    if (used > most - 1) break
    cut += mark
  }
  return most < 1 ? '' : `${cut}…`
}

/** The line in exactly so many cells, or more when it is longer. */
export function padCells(line: string, least: number, align: 'left' | 'right' = 'left'): string {
  const gap = ' '.repeat(Math.max(0, least - cellsOf(line)))
  return align === 'left' ? line + gap : gap + line
}
