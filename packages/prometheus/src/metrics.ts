import type { Labels, Metrics, MetricPoint, MetricSample, MetricSeries, MetricValue, MetricsAnswer, MetricsWish, Timespan } from '@fermata/ports'
import type { ZodMiniType } from 'zod/mini'
import * as z from 'zod/mini'
import { addressFrom } from './address.ts'
import { readAnswer } from './answer.ts'
import { type Answered, connect, type ConnectionWish } from './connection.ts'
import { failure, unreadable } from './refusal.ts'

export type MetricsConnectionWish = MetricsWish & ConnectionWish

/**
 * The Metrics port over the HTTP API v1 of Prometheus. It asks nothing before it is asked.
 * @throws ConfigurationError for an address that is none; from every method a MonitoringError, or the signal's reason when it is aborted
 */
export function createMetrics(wish: MetricsConnectionWish): Metrics {
  const address = addressFrom(wish.url, wish.token)
  const { ask } = connect(address, wish)
  const api = '/api/v1'
  const get = (path: string, form: URLSearchParams) => ask({ method: 'GET', path: `${api}${path}`, form })
  const post = (path: string, form: URLSearchParams) => ask({ method: 'POST', path: `${api}${path}`, form })
  return {
    identity: { url: address.base },
    async query(expression, at) {
      const answered = await post('/query', new URLSearchParams({ query: expression, time: seconds(at) }))
      return carried(readAnswer(answered, envelope(queryData)), (data) => valueFrom(data, answered))
    },
    async queryRange(expression, { from, to, stepMs }) {
      const answered = await post('/query_range', new URLSearchParams({ query: expression, start: seconds(from), end: seconds(to), step: seconds(stepMs) }))
      return carried(readAnswer(answered, envelope(queryData)), (data) => seriesFrom(data, answered))
    },
    async series(selectors, over) {
      const answered = await post('/series', matching(selectors, over))
      return carried(readAnswer(answered, envelope(z.array(labels))), (data) => data)
    },
    async labelValues(label, selectors, over) {
      const answered = await get(`/label/${encodeURIComponent(label)}/values`, matching(selectors, over))
      return carried(readAnswer(answered, envelope(z.array(z.string()))), (data) => data)
    },
    async server() {
      const { data: build } = readAnswer(await get('/status/buildinfo', new URLSearchParams()), envelope(z.object({ version: z.string() })))
      const { data: runtime } = readAnswer(await get('/status/runtimeinfo', new URLSearchParams()), envelope(z.object({ storageRetention: z.optional(z.string()) })))
      return { version: build.version, retention: runtime.storageRetention || undefined }
    },
  }
}

/** Seconds, with milliseconds as decimals, never in exponent form. */
function seconds(milliseconds: number): string {
  return String(milliseconds / 1_000)
}

function matching(selectors: readonly string[], { from, to }: Timespan): URLSearchParams {
  return new URLSearchParams([...selectors.map((selector): [string, string] => ['match[]', selector]), ['start', seconds(from)], ['end', seconds(to)]])
}

const labels = z.record(z.string(), z.string())
const sample = z.tuple([z.number(), z.string()])
const histogram = z.optional(z.unknown())

const queryData = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value: z.optional(sample), histogram })) }),
  z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ metric: labels, values: z.optional(z.array(sample)), histograms: histogram })) }),
  z.object({ resultType: z.literal('scalar'), result: sample }),
  z.object({ resultType: z.literal('string'), result: sample }),
])
type QueryData = z.infer<typeof queryData>

interface Envelope<T> {
  readonly data: T
  readonly warnings?: readonly string[] | undefined
  readonly infos?: readonly string[] | undefined
}

function envelope<T>(data: ZodMiniType<T>): ZodMiniType<Envelope<T>> {
  return z.object({ status: z.literal('success'), data, warnings: z.optional(z.array(z.string())), infos: z.optional(z.array(z.string())) }) as unknown as ZodMiniType<Envelope<T>>
}

function carried<T, V>({ data, warnings = [], infos = [] }: Envelope<T>, value: (data: T) => V): MetricsAnswer<V> {
  return { value: value(data), warnings, infos }
}

function valueFrom(data: QueryData, answered: Answered): MetricValue {
  switch (data.resultType) {
    case 'vector':
      return { kind: 'vector', points: data.result.map(({ metric, value }): MetricPoint => ({ labels: metric, ...sampleFrom(value, answered) })) }
    case 'matrix':
      return { kind: 'matrix', series: seriesFrom(data, answered) }
    case 'scalar':
      return { kind: 'scalar', sample: sampleFrom(data.result, answered) }
    case 'string':
      return { kind: 'string', text: data.result[1] }
  }
}

function seriesFrom(data: QueryData, answered: Answered): readonly MetricSeries[] {
  if (data.resultType !== 'matrix') throw unreadable(answered.asked, `a ${data.resultType} where a matrix was asked for`)
  return data.result.map(({ metric, values, histograms }) => {
    if (histograms !== undefined || values === undefined) throw nativeHistogram(answered, metric)
    return { labels: metric, samples: values.map((value) => sampleFrom(value, answered)) }
  })
}

function sampleFrom(value: readonly [number, string] | undefined, answered: Answered): MetricSample {
  if (value === undefined) throw nativeHistogram(answered, {})
  return { at: Math.round(value[0] * 1_000), value: numberFrom(value[1], answered) }
}

function nativeHistogram(answered: Answered, metric: Labels): Error {
  return failure('native-histogram', answered.asked, `gives a native histogram${metric['__name__'] === undefined ? '' : ` for ${metric['__name__']}`} where a number is needed`)
}

/** `NaN`, `+Inf` and `-Inf` as the API writes them; everything else as JavaScript reads it. */
function numberFrom(text: string, answered: Answered): number {
  switch (text) {
    case 'NaN':
      return Number.NaN
    case '+Inf':
    case 'Inf':
      return Infinity
    case '-Inf':
      return -Infinity
    default: {
      const value = text === '' ? Number.NaN : Number(text)
      if (Number.isNaN(value)) throw unreadable(answered.asked, `the value ${JSON.stringify(text.slice(0, 40))} is no number`)
      return value
    }
  }
}
