import type { Instant } from '@fermata/ports'

/** Where it stands in the text of the query. */
export interface Place {
  readonly from: number
  readonly to: number
}

export type MatchOperator = '=' | '!=' | '=~' | '!~'

export interface Matcher {
  readonly name: string
  readonly operator: MatchOperator
  readonly value: string
  readonly matches: (value: string) => boolean
}

/** `offset` and `@`, of a selector or a subquery. */
export interface When {
  readonly offsetMs: number
  readonly at: Instant | 'start' | 'end' | undefined
}

export type Selector = Place & When & { readonly kind: 'selector'; readonly matchers: readonly Matcher[] }
export type RangeSelector = Place & { readonly kind: 'range'; readonly of: Selector; readonly rangeMs: number }
export type Subquery = Place & When & { readonly kind: 'subquery'; readonly of: Expression; readonly rangeMs: number; readonly stepMs: number | undefined }

export type Call = Place & { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }

export interface Grouping {
  readonly kind: 'by' | 'without'
  readonly labels: readonly string[]
}

export type Aggregate = Place & {
  readonly kind: 'aggregate'
  readonly operator: string
  readonly grouping: Grouping
  readonly parameter: Expression | undefined
  readonly of: Expression
}

export const arithmetic = ['+', '-', '*', '/', '%', '^', 'atan2'] as const
export const comparisons = ['==', '!=', '>', '<', '>=', '<='] as const
export const setOperators = ['and', 'or', 'unless'] as const
export type Arithmetic = (typeof arithmetic)[number]
export type Comparison = (typeof comparisons)[number]
export type SetOperator = (typeof setOperators)[number]
export type BinaryOperator = Arithmetic | Comparison | SetOperator

export interface Matching {
  readonly kind: 'on' | 'ignoring'
  readonly labels: readonly string[]
  /** Which side may have many series, and what it takes over from the other. */
  readonly group: { readonly many: 'left' | 'right'; readonly include: readonly string[] } | undefined
}

export type Binary = Place & {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  readonly bool: boolean
  readonly matching: Matching
}

/** Parentheses are gone: they change nothing but the order, which the tree has. */
export type Expression =
  | (Place & { readonly kind: 'number'; readonly value: number })
  | (Place & { readonly kind: 'string'; readonly text: string })
  | (Place & { readonly kind: 'sign'; readonly negative: boolean; readonly of: Expression })
  | Selector
  | RangeSelector
  | Subquery
  | Call
  | Aggregate
  | Binary

export function isOneOf<T extends string>(list: readonly T[], word: string): word is T {
  return (list as readonly string[]).includes(word)
}
