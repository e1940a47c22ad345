import { afterEach, describe, expect, test } from '@jest/globals'
import { virtualClock, type VirtualClock } from '../clock.ts'
import { type PrometheusWish, type SandboxPrometheus, startPrometheus } from './start.ts'

let server: SandboxPrometheus | undefined
afterEach(async () => server?.close())

async function started(wish: PrometheusWish = {}): Promise<{ readonly prometheus: SandboxPrometheus; readonly clock: VirtualClock }> {
  const clock = virtualClock()
  server = await startPrometheus({ clock, ...wish })
  return { prometheus: server, clock }
}

async function ask({ url }: SandboxPrometheus, query: string, time?: number): Promise<readonly (readonly [Readonly<Record<string, string>>, number])[]> {
  const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query, ...(time !== undefined && { time: String(time / 1_000) }) })}`)
  const { data } = (await answer.json()) as { readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[] } }
  return data.result.map(({ metric, value }) => [metric, Number(value[1])])
}

const minute = 60_000

describe('stories', () => {
  test('a series has a sample at each scrape up to now, and none of the future', async () => {
    const { prometheus, clock } = await started()
    prometheus.series('clock_seconds', {}, (at) => at / 1_000)
    expect(await ask(prometheus, 'count_over_time(clock_seconds[1m])')).toEqual([[{}, 4]])
    expect(await ask(prometheus, 'clock_seconds', clock.now() + 10 * minute)).toEqual([])
    await clock.advance(10 * minute)
    expect((await ask(prometheus, 'clock_seconds'))[0]?.[1]).toBe(clock.now() / 1_000)
  })
  test('what was told once stays told', async () => {
    const { prometheus, clock } = await started()
    let level = 1
    prometheus.series('level', {}, () => level, { everyMs: minute })
    const before = clock.now()
    expect(await ask(prometheus, 'level')).toEqual([[{ __name__: 'level' }, 1]])
    level = 2
    await clock.advance(minute)
    expect([await ask(prometheus, 'level', before), await ask(prometheus, 'level')].map(([one]) => one?.[1])).toEqual([1, 2])
  })
  test('a series that a scrape misses has ended at once; it may come back', async () => {
    const { prometheus, clock } = await started()
    const end = clock.now()
    prometheus.series('up', {}, (at) => (at > end && at <= end + 5 * minute ? undefined : 1))
    await clock.advance(minute)
    expect(await ask(prometheus, 'up')).toEqual([])
    await clock.advance(5 * minute)
    expect(await ask(prometheus, 'up')).toEqual([[{ __name__: 'up' }, 1]])
  })
  test('a counter grows by its rate, and begins anew when its process does', async () => {
    const { prometheus, clock } = await started()
    prometheus.counter('requests_total', { service: 'cart' }, () => 3, { resetsAt: [clock.now() - 30 * minute] })
    expect((await ask(prometheus, 'rate(requests_total[10m])'))[0]?.[1]).toBeCloseTo(3, 9)
    expect((await ask(prometheus, 'resets(requests_total[1h])'))[0]?.[1]).toBe(1)
    expect((await ask(prometheus, 'requests_total'))[0]?.[1]).toBeCloseTo(3 * 1_800, 6)
  })
  test('a histogram has the share below each bound', async () => {
    const { prometheus } = await started()
    prometheus.histogram('latency_seconds', { service: 'cart' }, () => 10, { bounds: [0.1, 0.5, 1], below: (bound) => [0.5, 0.9, 1][[0.1, 0.5, 1].indexOf(bound)] ?? 0, mean: () => 0.2 })
    expect((await ask(prometheus, 'histogram_quantile(0.9, rate(latency_seconds_bucket[5m]))'))[0]?.[1]).toBeCloseTo(0.5, 9)
    expect((await ask(prometheus, 'rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m])'))[0]?.[1]).toBeCloseTo(0.2, 9)
    expect((await ask(prometheus, 'count by (le) (latency_seconds_bucket)')).map(([{ le }]) => le).toSorted()).toEqual(['+Inf', '0.1', '0.5', '1.0'])
  })
  test('nothing older than the retention is known', async () => {
    const { prometheus } = await started({ retention: '2d' })
    prometheus.series('x', {}, () => 1, { everyMs: minute })
    expect((await ask(prometheus, 'count_over_time(x[30d])'))[0]?.[1]).toBe(2 * 24 * 60)
  })
  test('two stories of one series are a mistake', async () => {
    const { prometheus } = await started()
    prometheus.series('x', { a: 'b' }, () => 1)
    expect(() => prometheus.counter('x', { a: 'b' }, () => 1)).toThrow('two stories')
  })
})

test('what it does not do is counted', async () => {
  const { prometheus } = await started()
  expect((await fetch(`${prometheus.url}/api/v1/targets`)).status).toBe(501)
  expect(prometheus.unknown()).toBe(1)
  expect((await fetch(`${prometheus.url}/api/v1/query?query=up&lookback_delta=1m`)).status).toBe(422)
})

