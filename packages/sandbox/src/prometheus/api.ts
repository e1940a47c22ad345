import type { Instant } from '@fermata/ports'
import type { History } from './history.ts'
import { badParameter, durationOf, instantOf, limitOf, sampleOf, seconds } from './parameters.ts'
import { type Engine, instantQuery, rangeQuery, type Result } from './promql/evaluate.ts'
import { notHere, QueryError } from './promql/errors.ts'
import { recordOf } from './promql/labels.ts'
import { parseSelector } from './promql/parse.ts'
import { type Asked, notFound, type Reply } from './stand-in.ts'
import type { SeriesSource } from './samples.ts'

export interface Site {
  readonly history: History
  readonly engine: Engine
  readonly now: () => Instant
  readonly startedAt: Instant
  readonly version: string
  readonly retention: string
}

/** HTTP API v1: https://prometheus.io/docs/prometheus/latest/querying/api/ */
export function answerApi(asked: Asked, site: Site): Reply {
  switch (asked.path) {
    case '/-/healthy':
      return { status: 200, text: 'Prometheus Server is Healthy.\n' }
    case '/-/ready':
      return { status: 200, text: 'Prometheus Server is Ready.\n' }
    default:
      return asked.path.startsWith('/api/v1/') ? answeredOrRefused(asked, site) : notFound
  }
}

function answeredOrRefused(asked: Asked, site: Site): Reply {
  try {
    return dataFor(asked, site)
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return { status: error.type === 'bad_data' ? 400 : 422, json: { status: 'error', errorType: error.type, error: error.message } }
  }
}

function success(data: unknown, warnings: Iterable<string> = [], infos: Iterable<string> = []): Reply {
  const told = { warnings: [...warnings], infos: [...infos] }
  return { status: 200, json: { status: 'success', data, ...(told.warnings.length > 0 && { warnings: told.warnings }), ...(told.infos.length > 0 && { infos: told.infos }) } }
}

function dataFor(asked: Asked, site: Site): Reply {
  const { parameters } = asked
  const path = asked.path.slice('/api/v1'.length)
  const label = /^\/label\/([^/]+)\/values$/.exec(path)?.[1]
  if (label !== undefined) return listed(selected(parameters, site).flatMap(({ labels }) => labels.entries.flatMap(([name, value]) => (name === decodeURIComponent(label) ? [value] : []))), parameters)
  switch (path) {
    case '/query':
      return instant(parameters, site)
    case '/query_range':
      return range(parameters, site)
    case '/series':
      if (!parameters.has('match[]')) throw new QueryError('bad_data', 'no match[] parameter provided')
      return limited(selected(parameters, site).map(({ labels }) => recordOf(labels)), parameters)
    case '/labels':
      return listed(selected(parameters, site).flatMap(({ labels }) => labels.entries.map(([name]) => name)), parameters)
    case '/status/buildinfo':
      return success({ version: site.version, revision: 'sandbox', branch: 'sandbox', buildUser: 'sandbox', buildDate: '', goVersion: 'none' })
    case '/status/runtimeinfo':
      return success({ startTime: new Date(site.startedAt).toISOString(), serverTime: new Date(site.now()).toISOString(), reloadConfigSuccess: true, storageRetention: site.retention })
    case '/rules':
      return success({ groups: [] })
    case '/alerts':
      return success({ alerts: [] })
    default:
      return { status: 501, json: { status: 'error', errorType: 'not_acceptable', error: `the sandbox's Prometheus does not do this: ${asked.method} ${asked.path}` } }
  }
}

/** An error in the query is an error of its parameter. */
function withQuery(parameters: URLSearchParams, evaluate: (query: string) => Result): Result {
  if (parameters.has('lookback_delta')) throw notHere('the parameter lookback_delta')
  if (parameters.has('timeout')) durationOf(parameters, 'timeout')
  try {
    return evaluate(parameters.get('query') ?? '')
  } catch (error) {
    if (error instanceof QueryError && error.type === 'bad_data') throw badParameter('query', error.message)
    throw error
  }
}

function instant(parameters: URLSearchParams, site: Site): Reply {
  const limit = limitOf(parameters)
  const at = instantOf(parameters, 'time', site.now())
  return replyWith(withQuery(parameters, (query) => instantQuery(site.engine, query, at)), limit, 'value')
}

function range(parameters: URLSearchParams, site: Site): Reply {
  const limit = limitOf(parameters)
  const start = instantOf(parameters, 'start')
  const end = instantOf(parameters, 'end')
  if (end < start) throw badParameter('end', 'end timestamp must not be before start time')
  const step = durationOf(parameters, 'step')
  if (step <= 0) throw badParameter('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer')
  if (!Number.isInteger(step)) throw notHere('steps of a fraction of a millisecond')
  if (Math.floor((end - start) / step) > 11_000) throw new QueryError('bad_data', 'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)')
  return replyWith(withQuery(parameters, (query) => rangeQuery(site.engine, query, { start, end, step })), limit, 'values')
}

const cutByLimit = 'results truncated due to limit'

function replyWith(result: Result, limit: number, samples: 'value' | 'values'): Reply {
  const { warnings, infos } = result
  switch (result.type) {
    case 'scalar':
      return success({ resultType: 'scalar', result: sampleOf(result.point) }, warnings, infos)
    case 'string':
      return success({ resultType: 'string', result: [seconds(result.at), result.text] }, warnings, infos)
    case 'vector':
    case 'matrix': {
      const cut = limit > 0 && result.lines.length > limit
      const single = result.type === 'vector' && samples === 'value'
      const lines = (cut ? result.lines.slice(0, limit) : result.lines).map(({ labels, points }) => ({ metric: recordOf(labels), ...(single ? { value: sampleOf(points[0] as { at: number; value: number }) } : { values: points.map(sampleOf) }) }))
      return success({ resultType: result.type, result: lines }, cut ? [...warnings, cutByLimit] : warnings, infos)
    }
  }
}

/** Series that match any of the selectors, or all, and have a sample in the time. */
function selected(parameters: URLSearchParams, { history, now }: Site): readonly SeriesSource[] {
  const start = instantOf(parameters, 'start', 0)
  const end = instantOf(parameters, 'end', now())
  const selectors = parameters.getAll('match[]').map((selector) => parseSelector(selector))
  const found = selectors.length === 0 ? history.all() : history.all().filter((source) => selectors.some(({ matchers }) => history.find(matchers).includes(source)))
  return found.filter((source) => source.between(start - 1, end).times.length > 0)
}

function listed(values: readonly string[], parameters: URLSearchParams): Reply {
  return limited([...new Set(values)].toSorted(), parameters)
}

function limited(values: readonly unknown[], parameters: URLSearchParams): Reply {
  const limit = limitOf(parameters)
  return limit > 0 && values.length > limit ? success(values.slice(0, limit), [cutByLimit]) : success(values)
}

