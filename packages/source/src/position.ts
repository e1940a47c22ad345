/** Where something stands in a text. Both count from 1; a column is a UTF-16 code unit, as editors and annotations count. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Keys and indexes from the root of a document to a value: `['services', 'cart', 'paths', 0]`. */
export type Path = readonly (string | number)[]

/** What keeps a text from being understood, and where. */
export interface TextProblem extends Position {
  /** One or two sentences: what is wrong, and where it helps, what to write instead. */
  readonly says: string
}

/** Turns offsets of one text into positions. The table of lines is made when the first question comes. */
export function positionsIn(text: string): (offset: number) => Position {
  let starts: readonly number[] | undefined
  return (offset) => {
    starts ??= lineStarts(text)
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: Math.max(1, offset - (starts[low] as number) + 1) }
  }
}

/** A line ends with LF, CR LF or CR. A byte order mark is no part of the first line. */
function lineStarts(text: string): readonly number[] {
  const starts = [text.charCodeAt(0) === byteOrderMark ? 1 : 0]
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    return starts
  }
  for (const end of text.matchAll(/\r\n?|\n/g)) starts.push(end.index + end[0].length)
  return starts
}

const byteOrderMark = 0xfeff
