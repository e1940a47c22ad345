import type { Instant, Progress } from '@fermata/ports'
import type { State } from '@fermata/verdict'
import { byAttention } from './look.ts'

/** The last that is known of one thing. */
export interface Thing extends Progress {
  /** When it took on this state and phase. */
  readonly since: Instant
}

/** What all progress so far amounts to. Both renderers print this and nothing else. */
export interface Standing {
  readonly startedAt: Instant | undefined
  /** When something last changed. */
  readonly changedAt: Instant | undefined
  /** By subject, in the order of first appearance. */
  readonly things: ReadonlyMap<string, Thing>
}

export const nothingYet: Standing = { startedAt: undefined, changedAt: undefined, things: new Map() }

/** Folds one event into the standing. An event that changes neither state, phase nor words gives the same standing back. */
export function foldProgress(standing: Standing, event: Progress): Standing {
  const before = standing.things.get(event.subject)
  if (before !== undefined && before.state === event.state && before.phase === event.phase && before.says === event.says) return standing
  const same = before !== undefined && before.state === event.state && before.phase === event.phase
  const wave = event.wave ?? before?.wave
  const thing: Thing = { ...event, ...(wave !== undefined && { wave }), since: same ? before.since : event.at }
  return { startedAt: standing.startedAt ?? event.at, changedAt: event.at, things: new Map([...standing.things, [event.subject, thing]]) }
}

/** Whether a thing may still change: it runs, or waits for others. */
export function isOpen(state: State): boolean {
  return state === 'running' || state === 'held'
}

/** Things by wave, in order of waves; those without one come first. The most troubled of a wave come first, then by appearance. */
export function wavesOf(standing: Standing): readonly { readonly wave: number | undefined; readonly things: readonly Thing[] }[] {
  const grouped = [...Map.groupBy(standing.things.values(), (thing) => thing.wave)]
  return grouped
    .toSorted(([a], [b]) => (a ?? -1) - (b ?? -1))
    .map(([wave, things]) => ({ wave, things: things.toSorted((a, b) => byAttention(a.state, b.state)) }))
}

/** `01:43` since the start; hours are shown when there are any. */
export function elapsed(from: Instant | undefined, to: Instant): string {
  const seconds = Math.max(0, Math.floor((to - (from ?? to)) / 1_000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3_600)
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
