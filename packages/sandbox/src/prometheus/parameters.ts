import type { Instant } from '@fermata/ports'
import { QueryError } from './promql/errors.ts'
import { durationFrom, valueText } from './promql/literals.ts'

/** An error of a parameter, as the API words it. */
export function badParameter(name: string, says: string): QueryError {
  return new QueryError('bad_data', `invalid parameter ${JSON.stringify(name)}: ${says}`)
}

function floatFrom(text: string): number | undefined {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  return Number.isNaN(value) ? undefined : value
}

/** Seconds since the epoch, or RFC 3339. */
function instantFrom(text: string): Instant | undefined {
  const value = floatFrom(text)
  if (value !== undefined) return Math.round(value * 1_000)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

/** @param fallback where the parameter is absent or empty; without one it is required */
export function instantOf(parameters: URLSearchParams, name: string, fallback?: Instant): Instant {
  const text = parameters.get(name) ?? ''
  if (text === '' && fallback !== undefined) return fallback
  const at = instantFrom(text)
  if (at === undefined) throw badParameter(name, `${fallback === undefined ? '' : `invalid time value for '${name}': `}cannot parse ${JSON.stringify(text)} to a valid timestamp`)
  return at
}

/** Milliseconds. */
export function durationOf(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? ''
  const value = floatFrom(text)
  const milliseconds = value === undefined ? durationFrom(text) : value * 1_000
  if (milliseconds === undefined) throw badParameter(name, `cannot parse ${JSON.stringify(text)} to a valid duration`)
  return milliseconds
}

/** 0: no limit. */
export function limitOf(parameters: URLSearchParams): number {
  const text = parameters.get('limit') ?? ''
  if (text === '') return 0
  if (!/^[+-]?\d+$/.test(text)) throw badParameter('limit', `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  if (Number(text) < 0) throw badParameter('limit', 'limit must be non-negative')
  return Number(text)
}

/** Seconds with milliseconds as decimals, as a JSON number. */
export function seconds(at: Instant): number {
  return at / 1_000
}

/** A sample as the API writes it. */
export function sampleOf({ at, value }: { readonly at: Instant; readonly value: number }): readonly [number, string] {
  return [seconds(at), valueText(value)]
}
