import { MonitoringError, type MonitoringErrorKind } from '@fermata/ports'
import * as z from 'zod/mini'
import { prometheusCodes } from './codes.ts'
import type { Outcome } from './patience.ts'

/** A request, as its error message shows it. */
export interface Asked {
  /** `POST /api/v1/query`. */
  readonly what: string
  /** Host and port. */
  readonly server: string
  /** The expression, where there is one. */
  readonly query: string | undefined
}

/** An error of Prometheus or of Alertmanager, as their APIs tell it. */
const apiError = z.union([
  z.pipe(z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }), z.transform(({ errorType, error }) => ({ type: errorType, says: error }))),
  z.pipe(z.object({ code: z.number(), message: z.string() }), z.transform(({ message }) => ({ type: undefined, says: message }))),
  z.pipe(z.string(), z.transform((says) => ({ type: undefined, says }))),
])

/** The error for the person who must act, from an outcome that no further attempt would cure. */
export function refusal(asked: Asked, outcome: Outcome, attempts: number): MonitoringError {
  switch (outcome.kind) {
    case 'late':
      return failure('timeout', asked, `gave no whole answer within ${outcome.milliseconds / 1_000} s`)
    case 'too-large':
      return failure('too-large', asked, `answers with more than ${Math.floor(outcome.bytes / 2 ** 20)} MiB`)
    case 'unanswered':
      return failure('unreachable', asked, `gave no usable answer after ${times(attempts)} (${outcome.says})`)
    case 'answered':
      return answered(asked, outcome, attempts)
  }
}

function answered(asked: Asked, { status, headers, body }: Extract<Outcome, { readonly kind: 'answered' }>, attempts: number): MonitoringError {
  const told = z.safeParse(apiError, parsed(body))
  const words = told.success ? told.data.says : beginning(body)
  if (status >= 300 && status < 400) {
    const to = URL.parse(headers['location'] ?? '', 'http://unknown')
    return failure('redirected', asked, `redirects with ${status} to ${to === null || to.host === 'unknown' ? (to?.pathname ?? 'nowhere') : `${to.protocol}//${to.host}${to.pathname}`}`, status)
  }
  const kind = kindOf(status, told.success ? told.data.type : undefined)
  return failure(kind, asked, `answered ${status}${kind === 'unavailable' ? ` after ${times(attempts)}` : ''}: ${words}`, status)
}

/** By the API's own type where it tells one: proxies and embedders change the status. */
function kindOf(status: number, type: string | undefined): MonitoringErrorKind {
  switch (type) {
    case 'bad_data':
      return 'bad-query'
    case 'execution':
      return 'execution'
    case 'timeout':
    case 'canceled':
      return 'timeout'
    case 'internal':
    case 'unavailable':
      return 'unavailable'
    default:
      break
  }
  switch (status) {
    case 400:
      return type === undefined ? 'refused' : 'bad-query'
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return 'not-found'
    case 429:
      return 'rate-limited'
    default:
      return status >= 500 ? 'unavailable' : 'refused'
  }
}

/** An answer with a good status that is not what the API describes. */
export function unreadable(asked: Asked, why: string): MonitoringError {
  return failure('unreadable', asked, `answered with something else than the API describes (${why})`)
}

export function failure(kind: MonitoringErrorKind, asked: Asked, says: string, status?: number): MonitoringError {
  const query = asked.query === undefined ? '' : ` The query was: ${asked.query.length > 500 ? `${asked.query.slice(0, 500)}...` : asked.query}`
  return new MonitoringError(kind, `${asked.server} ${says} (${asked.what}).${query}`, { status, remedy: remedies[kind] })
}

const remedies: Readonly<Record<MonitoringErrorKind, string>> = {
  'bad-query': prometheusCodes['FM-PROMETHEUS-BAD-QUERY'].remedy,
  execution: prometheusCodes['FM-PROMETHEUS-EXECUTION'].remedy,
  timeout: prometheusCodes['FM-PROMETHEUS-TIMEOUT'].remedy,
  unavailable: prometheusCodes['FM-PROMETHEUS-UNAVAILABLE'].remedy,
  unauthorized: prometheusCodes['FM-PROMETHEUS-UNAUTHORIZED'].remedy,
  forbidden: prometheusCodes['FM-PROMETHEUS-FORBIDDEN'].remedy,
  'not-found': prometheusCodes['FM-PROMETHEUS-NOT-FOUND'].remedy,
  'rate-limited': prometheusCodes['FM-PROMETHEUS-RATE-LIMITED'].remedy,
  redirected: prometheusCodes['FM-PROMETHEUS-REDIRECTED'].remedy,
  unreachable: prometheusCodes['FM-PROMETHEUS-UNREACHABLE'].remedy,
  unreadable: prometheusCodes['FM-PROMETHEUS-UNREADABLE'].remedy,
  'too-large': prometheusCodes['FM-PROMETHEUS-TOO-LARGE'].remedy,
  'native-histogram': prometheusCodes['FM-PROMETHEUS-NATIVE-HISTOGRAM'].remedy,
  refused: prometheusCodes['FM-PROMETHEUS-REFUSED'].remedy,
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The beginning of whatever came instead of JSON. */
export function beginning(body: string): string {
  const text = body.trim()
  return text === '' ? 'an empty body' : `the text ${JSON.stringify(text.slice(0, 80))}`
}

function times(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`
}
