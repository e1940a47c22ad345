import type { TimelineRow, TimelineSpan } from '@fermata/verdict'

export interface Extent {
  readonly from: number
  readonly to: number
}

/** From the first beginning to the last end of all spans; of none it is empty. */
export function timelineExtent(rows: readonly TimelineRow[]): Extent {
  const spans = rows.flatMap((row) => row.spans)
  if (spans.length === 0) return { from: 0, to: 0 }
  return { from: spans.reduce((least, span) => Math.min(least, span.from), Infinity), to: spans.reduce((most, span) => Math.max(most, span.to), -Infinity) }
}

/** The spans as blocks on a line of so many cells: `░░███░`. A span is at least one cell, so that none vanishes. */
export function spanBar(spans: readonly TimelineSpan[], { from, to }: Extent, cells: number): string {
  const scale = to > from ? cells / (to - from) : 0
  const taken = Array.from({ length: cells }, () => false)
  for (const span of spans) {
    const first = Math.min(cells - 1, Math.floor((span.from - from) * scale))
    const last = Math.max(first, Math.ceil((span.to - from) * scale) - 1)
    taken.fill(true, first, last + 1)
  }
  return taken.map((busy) => (busy ? '█' : '░')).join('')
}

/** Steps that people count time in, in milliseconds. */
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat([1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400].map((seconds) => seconds * 1000))

export interface Tick {
  readonly at: number
  readonly label: string
}

/**
 * Marks on a time axis at round times, at most so many. Labels count from the start of the axis and are as exact as the step,
 * so that no two neighbours read the same.
 */
export function timeTicks({ from, to }: Extent, most: number): readonly Tick[] {
  const length = to - from
  if (!(length > 0)) return []
  const step = steps.find((candidate) => length / candidate <= most) ?? Math.ceil(length / most / 86_400_000) * 86_400_000
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => ({ at: from + index * step, label: elapsedLabel(index * step, step) }))
}

function elapsedLabel(milliseconds: number, step: number): string {
  const seconds = milliseconds / 1_000
  if (step < 1_000) return `${Number(seconds.toFixed(3))} s`
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3_600)
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return hours === 0 ? clock : `${hours}:${clock}`
}
