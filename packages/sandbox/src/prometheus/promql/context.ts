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
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
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

/** How many of each kind are told one by one. */
const toldSingly = 10

/** Collects what Prometheus would tell beside the result: each text once, at the last place that it is about, and the rest as a number. */
export function annotations(query: string): Annotations & Pick<Context, 'note'> {
  const places = { warning: new Map<string, number>(), info: new Map<string, number>() }
  const told = (kind: 'warning' | 'info'): readonly string[] => {
    const all = [...places[kind]].map(([text, from]) => `PromQL ${kind}: ${text} (${placeIn(query, from)})`)
    const rest = all.length - toldSingly
    return rest > 0 ? [...all.slice(0, toldSingly), `${rest} more ${kind} annotations omitted`] : all
  }
  return {
    get warnings() {
      return told('warning')
    },
    get infos() {
      return told('info')
    },
    note: (kind, text, { from }) => places[kind].set(text, from),
  }
}
