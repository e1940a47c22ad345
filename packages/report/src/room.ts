/**
 * A part of a text that may be shortened: what it opens and closes with, and lines in between that may be left out from the end.
 * Cutting happens between lines only, so that no tag, table row or fence is ever left open.
 */
export interface Part {
  /** Parts of one group share a heading, which is printed with the first of them that is. */
  readonly group: string
  /** Lower is kept first. */
  readonly rank: number
  readonly open: string
  readonly lines: readonly string[]
  readonly close: string
  /** What a line is, for the note about what was left out: `row`, `reason`. */
  readonly unit: string
}

/** Bytes that the note about the cut may take. */
const noteRoom = 400

/**
 * Parts in their order, as many as fit into so many bytes of UTF-8, kept by rank; the last line says what was left out.
 * Nothing where there is not even room for that line.
 * @param headings of the groups
 */
export function fitInto(room: number, headings: Readonly<Record<string, string>>, parts: readonly Part[]): string {
  const whole = assemble(headings, parts)
  if (bytes(whole) <= room) return whole
  if (room <= noteRoom) return ''
  const kept = new Map<Part, Part>()
  const opened = new Set<string>()
  let left = room - noteRoom
  for (const part of parts.toSorted((a, b) => a.rank - b.rank)) {
    const heading = opened.has(part.group) ? '' : (headings[part.group] ?? '')
    const fixed = bytes(heading) + bytes(part.open) + bytes(part.close)
    const lines = firstThatFit(part.lines, left - fixed)
    if (fixed > left || (lines.length === 0 && part.lines.length > 0)) continue
    left -= fixed + lines.reduce((sum, line) => sum + bytes(line), 0)
    opened.add(part.group)
    kept.set(part, { ...part, lines })
  }
  return assemble(headings, parts.flatMap((part) => kept.get(part) ?? [])) + note(parts, kept)
}

function firstThatFit(lines: readonly string[], room: number): readonly string[] {
  let used = 0
  const end = lines.findIndex((line) => (used += bytes(line)) > room)
  return end < 0 ? lines : lines.slice(0, end)
}

function assemble(headings: Readonly<Record<string, string>>, parts: readonly Part[]): string {
  let group: string | undefined
  return parts
    .map((part) => {
      const heading = part.group === group ? '' : (headings[part.group] ?? '')
      group = part.group
      return heading + part.open + part.lines.join('') + part.close
    })
    .join('')
}

function note(parts: readonly Part[], kept: ReadonlyMap<Part, Part>): string {
  const missing = new Map<string, number>()
  for (const part of parts) {
    const lost = part.lines.length - (kept.get(part)?.lines.length ?? 0)
    if (lost > 0) missing.set(part.unit, (missing.get(part.unit) ?? 0) + lost)
  }
  if (missing.size === 0) return ''
  const what = [...missing].map(([unit, amount]) => `${amount} ${unit}${amount === 1 ? '' : 's'}`)
  return `_Cut to fit: ${what.join(', ')} left out. The report files have everything._\n`
}

function bytes(text: string): number {
  return Buffer.byteLength(text)
}
