import type { Location } from '@fermata/verdict'

export type SloId = string

/** One condition of a selector, as it is written: the value with its quotes. */
export interface Condition {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** The counters that a selector names. */
export interface Selector {
  /** Name of the metric; undefined where it is no plain name. */
  readonly metric: string | undefined
  readonly conditions: readonly Condition[]
}

/** Counters that are added to a count of events, or taken from it. */
export interface Term {
  readonly sign: 1 | -1
  readonly selector: Selector
  /** The author wrote `or vector(0)`: a series that is not there has counted nothing. */
  readonly absentIsZero: boolean
}

/** What an expression measures. */
export type Indicator =
  /** Events of one kind among all events. `counts` says which kind stands above the line. */
  | { readonly kind: 'ratio'; readonly counts: 'good' | 'bad'; readonly part: readonly Term[]; readonly all: readonly Term[] }
  /**
   * A quantile with a limit, read as a share of events: the q-quantile is at most the limit exactly when the share q of the
   * observations is. That share is counted where the limit is the bound of a bucket.
   */
  | { readonly kind: 'quantile'; readonly q: number; readonly limit: number; readonly buckets: Selector }

/** An objective with its meaning. */
export interface Slo {
  readonly id: SloId
  readonly indicator: Indicator
  /** The share of events that must be good, above 0 and below 1. */
  readonly objective: number
  /** Window of the budget, in milliseconds. */
  readonly window: number
  readonly where: Location
  /** How the expression was read, in one sentence. */
  readonly readAs: string
}

/** The share of events that may be bad. */
export function allowedShare({ objective }: Slo): number {
  return 1 - objective
}
