export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string'

export interface Signature {
  readonly args: readonly ValueType[]
  /** How many of the last argument there may be beyond one missing: 0 exactly, -1 any number. */
  readonly variadic: number
  readonly gives: ValueType
}

const sign = (args: readonly ValueType[], { gives = 'vector', variadic = 0 }: { readonly gives?: ValueType; readonly variadic?: number } = {}): Signature => ({ args, variadic, gives })

const entries = (names: string, signature: Signature): readonly (readonly [string, Signature])[] => names.split(' ').map((name) => [name, signature])

/** The functions that a server without feature flags knows: https://prometheus.io/docs/prometheus/latest/querying/functions/ */
export const signatures: ReadonlyMap<string, Signature> = new Map([
  ...entries('abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh timestamp', sign(['vector'])),
  ...entries('absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time', sign(['matrix'])),
  ...entries('days_in_month day_of_month day_of_week day_of_year hour minute month year', sign(['vector'], { variadic: 1 })),
  ['clamp', sign(['vector', 'scalar', 'scalar'])],
  ['clamp_max', sign(['vector', 'scalar'])],
  ['clamp_min', sign(['vector', 'scalar'])],
  ['histogram_fraction', sign(['scalar', 'scalar', 'vector'])],
  ['histogram_quantile', sign(['scalar', 'vector'])],
  ['label_join', sign(['vector', 'string', 'string', 'string'], { variadic: -1 })],
  ['label_replace', sign(['vector', 'string', 'string', 'string', 'string'])],
  ['pi', sign([], { gives: 'scalar' })],
  ['predict_linear', sign(['matrix', 'scalar'])],
  ['quantile_over_time', sign(['scalar', 'matrix'])],
  ['round', sign(['vector', 'scalar'], { variadic: 1 })],
  ['scalar', sign(['vector'], { gives: 'scalar' })],
  ['time', sign([], { gives: 'scalar' })],
  ['vector', sign(['scalar'])],
])

/** What each aggregation takes before the vector. */
export const aggregations: ReadonlyMap<string, 'nothing' | 'scalar' | 'string'> = new Map([
  ...['avg', 'count', 'group', 'max', 'min', 'stddev', 'stdvar', 'sum'].map((name) => [name, 'nothing'] as const),
  ...['bottomk', 'quantile', 'topk'].map((name) => [name, 'scalar'] as const),
  ['count_values', 'string'],
])

/** As messages call them. */
export const typeNames: Readonly<Record<ValueType, string>> = { scalar: 'scalar', vector: 'instant vector', matrix: 'range vector', string: 'string' }
