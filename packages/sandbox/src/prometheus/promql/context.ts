import type { Instant } from '@fermata/ports'
import type { SeriesSource } from '../samples.ts'
import type { Expression, Matcher, Place } from './ast.ts'
import type { Column, Grid } from './columns.ts'
import { placeIn } from './errors.ts'

export type Value =
  | { readonly kind: 'scalar'; readonly values: Float64Array }
  | { readonly kind: 'vector'; readonly columns: readonly Column[] }
  | { readonly kind: 'string'; readonly text: string }

export interface Annotations {
  readonly warnings: ReadonlySet<string>
  readonly infos: ReadonlySet<string>
}

export interface Context {
  readonly find: (matchers: readonly Matcher[]) => readonly SeriesSource[]
  /** How long a sample counts as the current one: 5 minutes. */
  readonly lookbackMs: number
  /** The step of subqueries that name none. */
  readonly defaultStepMs: number
  /** What `@ start()` and `@ end()` mean. */
  readonly start: Instant
  readonly end: Instant
  readonly note: (kind: 'warning' | 'info', text: string, where: Place) => void
  readonly evaluate: (expression: Expression, grid: Grid) => Value
}

/** Collects what Prometheus would tell beside the result, once each. */
export function annotations(query: string): Annotations & Pick<Context, 'note'> {
  const warnings = new Set<string>()
  const infos = new Set<string>()
  return {
    warnings,
    infos,
    note: (kind, text, { from }) => (kind === 'warning' ? warnings : infos).add(`PromQL ${kind}: ${text} (${placeIn(query, from)})`),
  }
}
