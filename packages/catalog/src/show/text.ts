import { wayText } from '../way-text.ts'
import type { GraphView } from '../graph-view.ts'

/** For people at a terminal: waves, cycles, critical path, and what waiting for whole waves costs. */
export function graphAsText(view: GraphView): string {
  const { waves, cycles, criticalLength, schedule, runners, unit } = view
  const digits = String(waves.length).length
  const compared = (time: number) => `${timeText(time, unit)}${schedule.lowerBound > 0 && time > schedule.lowerBound ? ` (${(time / schedule.lowerBound).toFixed(2)} times the lower bound)` : ''}`
  return [
    'Waves',
    ...waves.flatMap((wave, index) => wrapped(`  ${String(index + 1).padStart(digits)}  `, wave, ', ')),
    '',
    cycles.length === 0 ? 'Cycles: none' : 'Cycles (each goes out as one unit)',
    ...cycles.map((cycle) => `  ${wayText(cycle)}`),
    '',
    `Critical path (${timeText(criticalLength, unit)})`,
    ...wrapped('  ', schedule.criticalPath, ' -> '),
    '',
    `Time on ${runners} ${runners === 1 ? 'runner' : 'runners'}${unit === 'step' ? ', each service taken as one step' : ''}`,
    `  lower bound       ${timeText(schedule.lowerBound, unit)}`,
    `  as soon as ready  ${compared(schedule.makespan)}`,
    `  wave after wave   ${compared(schedule.withBarriers)}`,
    '',
  ].join('\n')
}

/** `3 steps`, or `1h 2m 3s`. */
export function timeText(time: number, unit: GraphView['unit']): string {
  if (unit === 'step') return `${Number(time.toFixed(2))} ${time === 1 ? 'step' : 'steps'}`
  const seconds = Math.round(time / 1_000)
  const parts = [[Math.floor(seconds / 3_600), 'h'], [Math.floor(seconds / 60) % 60, 'm'], [seconds % 60, 's']] as const
  const shown = parts.filter(([amount]) => amount > 0).map(([amount, name]) => `${amount}${name}`)
  return shown.length === 0 ? '0s' : shown.join(' ')
}

const widestLine = 100

/** Words on lines of a fair width, the following ones indented as far as the first. */
function wrapped(first: string, words: readonly string[], separator: string): readonly string[] {
  const lines: string[] = []
  let line = first
  for (const [index, word] of words.entries()) {
    const next = index === words.length - 1 ? word : `${word}${separator}`
    if (line.length > first.length && line.length + next.trimEnd().length > widestLine) {
      lines.push(line.trimEnd())
      line = ' '.repeat(first.length)
    }
    line += next
  }
  return [...lines, line.trimEnd()]
}
