import { type Clock, MonitoringError } from '@fermata/ports'
import { type MonitoringFault, type SandboxPrometheus, startPrometheus } from '@fermata/sandbox'
import { ConfigurationError } from '@fermata/verdict'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { prometheusCodes } from './codes.ts'
import { createMetrics, type MetricsConnectionWish } from './metrics.ts'

let server: SandboxPrometheus
const waits: number[] = []
const clock: Clock = { now: () => 0, sleep: (milliseconds) => (waits.push(milliseconds), Promise.resolve()) }
const metrics = (wish: Partial<MetricsConnectionWish> = {}) => createMetrics({ url: server.url, clock, ...wish })

beforeEach(async () => {
  waits.length = 0
  server = await startPrometheus()
})
afterEach(() => server.close())

async function failed(promise: Promise<unknown>): Promise<MonitoringError> {
  const error = await promise.then(() => undefined, (thrown: unknown) => thrown)
  if (!(error instanceof MonitoringError)) throw new Error(`no MonitoringError but ${String(error)}`)
  return error
}
const status = (code: number, body = '', headers = {}): MonitoringFault => ({ kind: 'status', status: code, body, headers })
const apiError = (code: number, errorType: string): MonitoringFault => status(code, JSON.stringify({ status: 'error', errorType, error: 'its own words' }))

describe('what ends a request', () => {
  test.each<readonly [string, MonitoringFault, string, number]>([
    ['a page of a proxy', { kind: 'html' }, 'unreadable', 1],
    ['half of an answer', { kind: 'halved' }, 'unreadable', 1],
    ['an answer of another shape', status(200, '{"status":"success","data":{"resultType":"vector","result":[{"metric":{}, "value":[1]}]}}'), 'unreadable', 1],
    ['a value that is no number', status(200, '{"status":"success","data":{"resultType":"scalar","result":[1,"much"]}}'), 'unreadable', 1],
    ['a value that is empty', status(200, '{"status":"success","data":{"resultType":"scalar","result":[1,""]}}'), 'unreadable', 1],
    ['an empty body', status(200), 'unreadable', 1],
    ['an error that says 200', status(200, '{"status":"error","errorType":"execution","error":"x"}'), 'unreadable', 1],
    ['a native histogram', status(200, '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"h"},"histogram":[1,{}]}]}}'), 'native-histogram', 1],
    ['401', status(401, 'Unauthorized'), 'unauthorized', 1],
    ['403', status(403, 'Forbidden'), 'forbidden', 1],
    ['404', status(404, '404 page not found'), 'not-found', 1],
    ['a redirect', status(302, '', { location: 'https://login.example/start?secret=1' }), 'redirected', 1],
    ['a query that is none', apiError(400, 'bad_data'), 'bad-query', 1],
    ['a query that cannot be evaluated', apiError(422, 'execution'), 'execution', 1],
    ['a query that took too long', apiError(503, 'timeout'), 'timeout', 1],
    ['the same under the status of another server', apiError(504, 'timeout'), 'timeout', 1],
    ['an error of the storage', { ...apiError(500, 'internal'), times: 9 }, 'unavailable', 3],
    ['a server that starts', { ...status(503, 'Service Unavailable'), times: 9 }, 'unavailable', 3],
    ['a proxy without a server', { ...status(502, '<html>'), times: 9 }, 'unavailable', 3],
    ['too many requests, for too long', status(429, '', { 'retry-after': '3600' }), 'rate-limited', 1],
    ['a connection that breaks', { kind: 'reset', times: 9 }, 'unreachable', 3],
    ['an answer that breaks off', { kind: 'cut', times: 9 }, 'unreachable', 3],
  ])('%s', async (_, fault, kind, attempts) => {
    server.fail(fault)
    const error = await failed(metrics().query('vector(1)', 0))
    expect({ kind: error.kind, attempts: server.requests.length }).toEqual({ kind, attempts })
    expect(error.message).toMatch(/127\.0\.0\.1:\d+ .*POST \/api\/v1\/query.*vector\(1\)/s)
    expect(Object.keys(prometheusCodes)).toContain(error.reason.code)
    expect(error.reason.remedy).not.toBe('')
  })

  test('a redirect names where to, without its query', async () => {
    server.fail(status(302, '', { location: 'https://login.example/start?secret=1' }))
    const { message } = await failed(metrics().query('1', 0))
    expect(message).toContain('https://login.example/start')
    expect(message).not.toContain('secret')
  })
  test('nobody listens', async () => {
    const { url } = server
    await server.close()
    expect(await failed(createMetrics({ url, clock }).query('1', 0))).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') })
  })
  test('silence is given up, and not asked again', async () => {
    server.fail({ kind: 'silence', times: 9 })
    expect((await failed(metrics({ timeoutMs: 50 }).query('1', 0))).kind).toBe('timeout')
    expect(server.requests).toHaveLength(1)
  })
  test('a stop ends a request that is under way', async () => {
    const stop = new AbortController()
    server.fail({ kind: 'silence' })
    const asked = metrics({ signal: stop.signal }).query('1', 0)
    stop.abort(new Error('somebody said stop'))
    await expect(asked).rejects.toThrow('somebody said stop')
  })
  test('an answer that is too large', async () => {
    expect((await failed(metrics({ maxBytes: 4_000 }).query(`"${'x'.repeat(5_000)}"`, 0))).kind).toBe('too-large')
  })
})

describe('what is tried again', () => {
  test.each<readonly [string, MonitoringFault, readonly number[]]>([
    ['a connection that broke once', { kind: 'reset' }, [500]],
    ['an answer that broke off twice', { kind: 'cut', times: 2 }, [500, 1_000]],
    ['a server that was starting', status(503, 'Service Unavailable'), [500]],
    ['a server that says when', status(503, '', { 'retry-after': '7' }), [7_000]],
    ['a limit that says when', status(429, '', { 'retry-after': '2' }), [2_000]],
  ])('%s', async (_, fault, expected) => {
    server.fail(fault)
    expect((await metrics().query('vector(7)', 0)).value).toMatchObject({ points: [{ value: 7 }] })
    expect(waits).toEqual(expected)
  })
})

describe('what is carried', () => {
  test('a token is sent as bearer', async () => {
    const guarded = await startPrometheus({ admission: { kind: 'bearer', token: 't0ken' } })
    try {
      expect((await createMetrics({ url: guarded.url, token: 't0ken', clock }).query('1', 0)).value.kind).toBe('scalar')
      expect((await failed(createMetrics({ url: guarded.url, token: 'other', clock }).query('1', 0))).message).not.toContain('other')
    } finally {
      await guarded.close()
    }
  })
  test('partial answers keep their warnings', async () => {
    server.fail({ kind: 'with', fields: { warnings: ['store s3 did not answer'] } })
    expect((await metrics().query('vector(1)', 0)).warnings).toEqual(['store s3 did not answer'])
  })
  test('credentials are in no identity and no message', async () => {
    const secret = createMetrics({ url: server.url.replace('//', '//user:s3cret@'), clock })
    server.fail(status(403))
    expect(secret.identity.url).toBe(server.url)
    expect((await failed(secret.query('1', 0))).message).not.toContain('s3cret')
  })
  test('a retention that the server does not tell is unknown', async () => {
    server.fail({ ...status(200, '{"status":"success","data":{}}'), on: /runtimeinfo/ })
    expect((await metrics().server()).retention).toBeUndefined()
  })
})

test.each([['not an address', {}], ['ftp://prometheus', {}], ['prometheus:9090', {}], ['', {}], ['http://user:pw@prometheus', { token: 't' }]])('the address %p is refused', (url, more) => {
  expect(() => createMetrics({ url, clock, ...more })).toThrow(ConfigurationError)
})
