import type { Report, Section, State, Verdict } from '@fermata/verdict'

/** How a verdict is shown: an emoji where GitHub draws it, a glyph of one cell where it does not, and always a word. */
export interface VerdictLook {
  readonly emoji: string
  readonly glyph: string
  readonly word: string
  readonly state: State
}

export const verdictLook: Readonly<Record<Verdict, VerdictLook>> = {
  pass: { emoji: '✅', glyph: '✔', word: 'Passed', state: 'good' },
  warn: { emoji: '⚠️', glyph: '▲', word: 'Passed with warnings', state: 'warn' },
  fail: { emoji: '❌', glyph: '✖', word: 'Failed', state: 'bad' },
  inconclusive: { emoji: '❔', glyph: '?', word: 'Inconclusive', state: 'unknown' },
}

/** How a state is shown. Glyphs are one cell wide in a terminal; colours come from the place. */
export interface StateLook {
  readonly emoji: string
  readonly glyph: string
  readonly word: string
}

export const stateLook: Readonly<Record<State, StateLook>> = {
  good: { emoji: '✅', glyph: '✔', word: 'good' },
  bad: { emoji: '❌', glyph: '✖', word: 'failed' },
  warn: { emoji: '⚠️', glyph: '▲', word: 'warning' },
  unknown: { emoji: '❔', glyph: '?', word: 'unknown' },
  undone: { emoji: '↩️', glyph: '↩', word: 'undone' },
  held: { emoji: '⏸️', glyph: '‖', word: 'held' },
  skipped: { emoji: '⏭️', glyph: '–', word: 'skipped' },
  running: { emoji: '🔄', glyph: '◐', word: 'running' },
}

/** From what must be read first to what may be folded away. */
const attention: readonly State[] = ['bad', 'undone', 'unknown', 'warn', 'held', 'running', 'skipped', 'good']

/** Sorts the states that need a person before those that do not. */
export function byAttention(a: State, b: State): number {
  return attention.indexOf(a) - attention.indexOf(b)
}

/** The state of several things together is the one that needs a person most; of nothing it is unknown. */
export function worstState(all: readonly State[]): State {
  return all.reduce<State | undefined>((worst, state) => (worst === undefined || byAttention(state, worst) < 0 ? state : worst), undefined) ?? 'unknown'
}

/** What is not green is never folded, whatever its author wished. */
export function folds({ folded, state }: Pick<Section, 'folded' | 'state'>): boolean {
  return folded === true && (state === undefined || state === 'good' || state === 'skipped')
}

export const severityLook = {
  error: { word: 'Error', state: 'bad' },
  inconclusive: { word: 'Inconclusive', state: 'unknown' },
  warning: { word: 'Warning', state: 'warn' },
  note: { word: 'Note', state: 'held' },
} as const

/** The name of a capability for a heading: `slo-check` is "SLO check". */
export function capabilityTitle(report: Pick<Report, 'capability'>): string {
  const words = report.capability.split('-').map((word) => (word === 'slo' ? 'SLO' : word))
  const title = words.join(' ')
  return title.charAt(0).toUpperCase() + title.slice(1)
}

/** `1 min 34 s`, `12.3 s`, `340 ms`. Nothing for a negative or unknown duration: a clock that ran backwards is no measurement. */
export function durationText(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return 'unknown'
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  const tenths = Math.round(milliseconds / 100)
  if (tenths < 600) return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1_000)
  const parts: readonly (readonly [number, string])[] = [[Math.floor(seconds / 86_400), 'd'], [Math.floor(seconds / 3_600) % 24, 'h'], [Math.floor(seconds / 60) % 60, 'min'], [seconds % 60, 's']]
  const first = parts.findIndex(([amount]) => amount > 0)
  return parts.slice(first, first + 2).filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`).join(' ')
}

/** `2026-11-02 09:28:14 UTC`. A text that is no date is shown as it is. */
export function timeText(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(iso)
  return match === null ? iso : `${match[1]} ${match[2]} UTC`
}

/** `1 service`, `2 services`. */
export function counted(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`
}
