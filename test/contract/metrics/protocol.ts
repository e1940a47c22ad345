import { createMetrics } from '@fermata/prometheus'
import type { Clock, MetricPoint, Metrics, MetricsAnswer, MetricValue } from '@fermata/ports'
import { describe, expect, test } from '@jest/globals'
import { now, stories } from './samples.ts'
import { type Side, visitor } from './side.ts'

const minute = 60_000
const clock: Clock = { now: () => now, sleep: () => Promise.reject(new Error('Nothing of this contract is to be repeated.')) }
const hour = { from: now - 60 * minute, to: now }

function points({ value }: MetricsAnswer<MetricValue>): readonly MetricPoint[] {
  if (value.kind !== 'vector') throw new Error(`a ${value.kind} came`)
  return value.points
}

/** What every case needs. */
interface Speech {
  readonly side: Side
  readonly url: () => string
  readonly metrics: () => Metrics
  readonly raw: (path: string, init?: RequestInit) => Promise<{ readonly status: number; readonly text: string; readonly json: RawBody | undefined }>
  /** The kind and the status of an error, `answered` where there is none. */
  readonly rejected: (promise: Promise<unknown>) => Promise<string>
}

interface RawBody {
  readonly status: string
  readonly errorType?: string
  readonly error?: string
  readonly data?: unknown
  readonly warnings?: readonly string[]
}

/** What the adapter makes of the API, and what it relies on. `url` is known when a test runs. */
export function protocolContract(side: Side, url: () => string): void {
  const speech: Speech = {
    side,
    url,
    metrics: () => createMetrics({ url: url(), clock }),
    async raw(path, init) {
      const answer = await fetch(`${url()}${path}`, { redirect: 'manual', ...init })
      const text = await answer.text()
      return { status: answer.status, text, json: text.startsWith('{') ? (JSON.parse(text) as RawBody) : undefined }
    },
    rejected: (promise) => promise.then(() => 'answered', (error: { readonly kind?: string; readonly status?: number }) => `${error.kind} ${error.status}`),
  }
  describe('answers', () => answerCases(speech))
  describe('refusals', () => refusalCases(speech))
  describe('parameters', () => parameterCases(speech))
  describe('what there is', () => contentCases(speech))
  describe('the way in', () => entranceCases(speech))
}

function answerCases({ metrics }: Speech): void {
  test('a vector has the labels, the instant of the question and the value of each series', async () => {
    expect(points(await metrics().query('stock{x="1"} * 1.5', now))).toEqual(expect.arrayContaining([{ labels: { x: '1', y: 'a' }, at: now, value: 16.5 }, { labels: { x: '1', y: 'b' }, at: now, value: 18 }]))
  })
  test('no data is an empty vector', async () => expect((await metrics().query('nosuch', now)).value).toEqual({ kind: 'vector', points: [] }))
  test('an ended series is absent', async () => expect(points(await metrics().query('gappy_total', now)).map(({ labels }) => labels['kind']).toSorted()).toEqual(['marked', 'new', 'silent']))
  test('NaN and infinities are values', async () => expect((await Promise.all(['vector(NaN)', 'vector(1) / 0', '-vector(1) / 0', 'vector(0) / 0'].map((query) => metrics().query(query, now)))).map((answer) => points(answer)[0]?.value)).toEqual([Number.NaN, Infinity, -Infinity, Number.NaN]))
  test('a scalar is a scalar', async () => expect((await metrics().query('time()', now + 250)).value).toEqual({ kind: 'scalar', sample: { at: now + 250, value: now / 1_000 + 0.25 } }))
  test('a string is a string', async () => expect((await metrics().query('"a\\tb"', now)).value).toEqual({ kind: 'string', text: 'a\tb' }))
  test('a range vector has its samples at their own instants', async () => expect((await metrics().query('boundary_total[2m]', now)).value).toEqual({ kind: 'matrix', series: [{ labels: { __name__: 'boundary_total' }, samples: [{ at: now - minute, value: 840 - 7 + 7 }, { at: now, value: 847 }] }] }))
  test('a range has samples where there are any, and both of its ends', async () => {
    const { value } = await metrics().queryRange('gappy_total{kind="marked"}', { from: now - 42 * minute, to: now - 26 * minute, stepMs: 2 * minute })
    expect(value.map(({ samples }) => samples.map(({ at }) => (at - now) / minute))).toEqual([[-42, -40, -28, -26]])
  })
  test('a range over nothing has no series', async () => expect((await metrics().queryRange('nosuch', { ...hour, stepMs: minute })).value).toEqual([]))
  test('infos are carried', async () => expect((await metrics().query('rate(up[5m])', now)).infos).toEqual(['PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "up" (1:6)']))
  test('warnings are carried', async () => expect(await metrics().query('quantile(1.5, stock)', now)).toMatchObject({ warnings: ['PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:10)'], infos: [] }))
  test('a clean answer has neither', async () => expect(await metrics().query('stock', now)).toMatchObject({ warnings: [], infos: [] }))
  test('an expression may be longer than an address', async () => expect(points(await metrics().query(`sum(stock{x=~"1|${'y'.repeat(60_000)}"})`, now))[0]?.value).toBe(23))
  test('characters beyond ASCII come back', async () => expect(points(await metrics().query('{"dotted.name"}', now))[0]?.labels).toEqual({ __name__: 'dotted.name', 'label.with.dot': 'v', plain: 'ä' }))
}

function refusalCases({ metrics, raw, rejected }: Speech): void {
  test.each([
    ['bad-query 400', 'sum(rate(up[5m])'],
    ['bad-query 400', 'nosuch(up)'],
    ['execution 422', 'stock * on (x) price'],
  ])('%s: %s', async (kind, query) => expect(await rejected(metrics().query(query, now))).toBe(kind))
  test('the message has the place in the query', async () => expect(metrics().query('up +\n  sum(', now)).rejects.toThrow(/ 2:7: parse error: .*The query was: up \+/s))
  test('11,000 steps are answered', async () => expect((await metrics().queryRange('vector(1)', { from: now - 11_000_000, to: now, stepMs: 1_000 })).value[0]?.samples).toHaveLength(11_001))
  test('11,001 steps are not', async () => expect(await rejected(metrics().queryRange('vector(1)', { from: now - 11_001_000, to: now, stepMs: 1_000 }))).toBe('bad-query 400'))
  test('an end before the start', async () => expect(await rejected(metrics().queryRange('up', { from: now, to: now - 1_000, stepMs: 1_000 }))).toBe('bad-query 400'))
  test.each(['0', '-1', 'x', ''])('a step of %p', async (step) => expect(await raw(`/api/v1/query_range?query=up&start=0&end=1&step=${step}`)).toMatchObject({ status: 400, json: { status: 'error', errorType: 'bad_data' } }))
  test.each(['x', '2026-13-01T00:00:00Z', '1e'])('the time %p', async (time) => expect(await raw(`/api/v1/query?query=up&time=${time}`)).toMatchObject({ status: 400, json: { errorType: 'bad_data' } }))
  test.each(['-1', 'x'])('a limit of %p', async (limit) => expect(await raw(`/api/v1/query?query=up&limit=${limit}`)).toMatchObject({ status: 400, json: { errorType: 'bad_data' } }))
  test('series without a selector', async () => expect(await raw('/api/v1/series')).toMatchObject({ status: 400, json: { errorType: 'bad_data', error: 'no match[] parameter provided' } }))
  test('a selector that is none', async () => expect(await rejected(metrics().series(['sum(up)'], hour))).toBe('bad-query 400'))
}

function parameterCases({ raw }: Speech): void {
  test.each([['2026-01-05T09:00:00Z', 1_767_603_600], ['2026-01-05T10:00:00.5+01:00', 1_767_603_600.5], ['1767603600.25', 1_767_603_600.25], ['1.7676036e9', 1_767_603_600]])('the time %s', async (time, seconds) => expect(await raw(`/api/v1/query?query=time()&time=${encodeURIComponent(time)}`)).toMatchObject({ status: 200, json: { data: { result: [seconds, String(seconds)] } } }))
  test.each([['60', 3], ['1m', 3], ['90s', 2], ['0.5e2', 3]])('the step %s', async (step, count) => expect((await raw(`/api/v1/query_range?query=vector(1)&start=${now / 1_000}&end=${now / 1_000 + 120}&step=${step}`)).json?.data).toMatchObject({ result: [{ values: { length: count } }] }))
  test('a limit cuts, and says so', async () => expect((await raw(`/api/v1/query?query=stock&limit=2&time=${now / 1_000}`)).json).toMatchObject({ data: { result: { length: 2 } }, warnings: ['results truncated due to limit'] }))
  test('of a parameter in query and form, the form counts', async () => expect(await raw('/api/v1/query?query=2&time=7', { method: 'POST', body: new URLSearchParams({ query: '3' }) })).toMatchObject({ json: { data: { result: [7, '3'] } } }))
}

function contentCases({ url, metrics, raw, rejected }: Speech): void {
  test('series of selectors', async () => expect((await metrics().series(['stock{x="1"}', 'price{x="1"}'], hour)).value).toHaveLength(3))
  test('series had a sample in the time', async () => expect((await metrics().series(['http_requests_total{service="cart"}'], { from: now - 5 * 60 * minute, to: now - 4 * 60 * minute })).value.length).toBeGreaterThan(0))
  test('values of a label', async () => expect((await metrics().labelValues('x', ['price'], hour)).value).toEqual(['1', '2', '4']))
  test('values of a label of all series', async () => expect((await metrics().labelValues('currency', [], hour)).value).toEqual(['eur', 'usd']))
  test('names of metrics', async () => expect((await metrics().labelValues('__name__', ['{job="db"}'], hour)).value).toEqual(['up']))
  test('a label that no series has', async () => expect((await metrics().labelValues('nosuch', [], hour)).value).toEqual([]))
  test('names of labels', async () => expect((await raw('/api/v1/labels?match[]=route')).json?.data).toEqual(['__name__', 'host', 'path']))
  test('the retention', async () => expect(await metrics().server()).toMatchObject({ retention: '400d' }))
  test('rules and alerts, of which there are none', async () => expect([(await raw('/api/v1/rules')).json?.data, (await raw('/api/v1/alerts')).json?.data]).toMatchObject([{ groups: [] }, { alerts: [] }]))
  test('health', async () => expect([await raw('/-/ready'), await raw('/-/healthy')]).toMatchObject([{ status: 200, text: 'Prometheus Server is Ready.\n' }, { status: 200, text: 'Prometheus Server is Healthy.\n' }]))
  test('nothing elsewhere', async () => expect(await rejected(createMetrics({ url: `${url()}/elsewhere`, clock }).query('up', now))).toBe('not-found 404'))
}

function entranceCases({ side, url, rejected }: Speech): void {
  const few = stories.filter(({ name }) => name === 'stock')
  test('a path prefix is part of the address', async () => {
    const prefixed = await side.start(few, { prefix: '/monitoring/prometheus' })
    try {
      expect(points(await createMetrics({ url: `${prefixed.url}/`, clock }).query('sum(stock)', now))[0]?.value).toBe(77)
      expect(await rejected(createMetrics({ url: new URL(prefixed.url).origin, clock }).query('sum(stock)', now))).toBe('not-found 404')
    } finally {
      await prefixed.stop()
    }
  })
  test('a user and a password in the address let in; without them it is closed', async () => {
    const guarded = await side.start([], { guarded: true })
    const address = (password: string) => guarded.url.replace('//', `//${visitor.name}:${password}@`)
    try {
      expect((await createMetrics({ url: address(visitor.password), clock }).query('vector(1)', now)).value).toMatchObject({ kind: 'vector' })
      expect(await rejected(createMetrics({ url: address('wrong'), clock }).query('vector(1)', now))).toBe('unauthorized 401')
      expect(await rejected(createMetrics({ url: guarded.url, clock }).query('vector(1)', now))).toBe('unauthorized 401')
      expect(await rejected(createMetrics({ url: guarded.url, token: 'nobody', clock }).query('vector(1)', now))).toBe('unauthorized 401')
    } finally {
      await guarded.stop()
    }
  })
  test('an aborted run asks nothing', async () => expect(createMetrics({ url: url(), clock, signal: AbortSignal.abort(new Error('stop')) }).query('up', now)).rejects.toThrow('stop'))
}
