import { randomUUID } from 'node:crypto'
import type { Clock, Instant } from '@fermata/ports'
import type { Labels } from './labels.ts'
import type { LabelMatcher, MatcherShape } from './matchers.ts'

export type SilenceState = 'active' | 'pending' | 'expired'

export interface KnownSilence {
  readonly id: string
  readonly matchers: readonly LabelMatcher[]
  readonly startsAt: Instant
  readonly endsAt: Instant
  readonly updatedAt: Instant
  readonly createdBy: string
  readonly comment: string
}

export type SilenceDraft = Omit<KnownSilence, 'id' | 'updatedAt'>

export interface Silences {
  /** The id: a new one unless the change does not rewrite the past. Undefined: there is none of that id. */
  put(draft: SilenceDraft, id: string): string | undefined
  get(id: string): KnownSilence | undefined
  /** False: there is none of that id. */
  expire(id: string): boolean
  /** Active ones that end first, pending ones that start first, expired ones that ended last. */
  list(): readonly KnownSilence[]
  stateOf(silence: KnownSilence): SilenceState
  /** Ids of the active ones that match. */
  silencing(labels: Labels): readonly string[]
}

export function openSilences(clock: Clock): Silences {
  const known = new Map<string, KnownSilence>()

  function stateOf({ startsAt, endsAt }: KnownSilence): SilenceState {
    const now = clock.now()
    return now < startsAt ? 'pending' : now >= endsAt ? 'expired' : 'active'
  }
  function expire(id: string): boolean {
    const silence = known.get(id)
    if (silence === undefined) return false
    const state = stateOf(silence)
    const now = clock.now()
    if (state !== 'expired') known.set(id, { ...silence, ...(state === 'pending' && { startsAt: now }), endsAt: now, updatedAt: now })
    return true
  }
  function mayBecome(before: KnownSilence, draft: SilenceDraft): boolean {
    if (JSON.stringify(before.matchers.map(shapeOf)) !== JSON.stringify(draft.matchers.map(shapeOf))) return false
    switch (stateOf(before)) {
      case 'active':
        return Math.floor(before.startsAt / 1_000) === Math.floor(draft.startsAt / 1_000) && draft.endsAt >= clock.now()
      case 'pending':
        return draft.startsAt >= clock.now()
      case 'expired':
        return false
    }
  }
  return {
    put(draft, id) {
      const before = known.get(id)
      if (id !== '' && before === undefined) return undefined
      if (before !== undefined && mayBecome(before, draft)) {
        known.set(id, { ...draft, id, updatedAt: clock.now() })
        return id
      }
      if (before !== undefined) expire(id)
      const fresh = randomUUID()
      known.set(fresh, { ...draft, id: fresh, startsAt: Math.max(draft.startsAt, clock.now()), updatedAt: clock.now() })
      return fresh
    },
    get: (id) => known.get(id),
    expire,
    stateOf,
    list() {
      const order: readonly SilenceState[] = ['active', 'pending', 'expired']
      const rank = (silence: KnownSilence): number => order.indexOf(stateOf(silence))
      return [...known.values()].toSorted((a, b) => rank(a) - rank(b) || (stateOf(a) === 'active' ? a.endsAt - b.endsAt : stateOf(a) === 'pending' ? a.startsAt - b.startsAt : b.endsAt - a.endsAt))
    },
    silencing: (labels) => [...known.values()].filter((silence) => stateOf(silence) === 'active' && silence.matchers.every(({ matches }) => matches(labels))).map(({ id }) => id).toSorted(),
  }
}

export function shapeOf({ name, value, isRegex, isEqual }: MatcherShape): MatcherShape {
  return { name, value, isRegex, isEqual }
}
