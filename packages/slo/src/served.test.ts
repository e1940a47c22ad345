import { afterEach, expect, test } from '@jest/globals'
import { type Metrics, MonitoringError } from '@fermata/ports'
import { createMetrics } from '@fermata/prometheus'
import { inFile } from '@fermata/verdict'
import { servedSince } from './served.ts'
import { now, type Scene, scene, type Tale, times } from './testing/scene.ts'

const { minute, hour } = times
const sli = 'sum(rate(http_requests_total{code!~"5.."}[5m])) / sum(rate(http_requests_total[5m]))'
const objective = (target: number) => ({ id: 'availability', sli, target, window: 30 * times.day, where: inFile('fermata.yaml', 1) })

let open: Scene | undefined
afterEach(async () => {
  expect(open?.server.unknown() ?? 0).toBe(0)
  await open?.server.close()
  open = undefined
})

async function asked(tale: Tale, { since = 5 * minute, target = 0.999, through = (metrics: Metrics) => metrics } = {}) {
  open = await scene({ days: 0.2, ...tale })
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  const signal = new AbortController().signal
  const { served, evidence } = await servedSince([objective(target)], now - since, { metrics: through(createMetrics({ url: open.server.url, clock, signal })), clock, signal })
  return { served: served[0], evidence }
}

test.each<[is: string, what: string, tale: Tale, wish: Parameters<typeof asked>[1]]>([
  ['kept', 'nothing fails since, whatever was before', { failing: (ago) => (ago >= 5 * minute ? 1 : 0) }, {}],
  ['kept', 'a little fails: the budget shrinks, and nobody would be paged', { failing: () => 0.005 }, {}],
  ['kept', 'one of few fails, which may be chance', { perSecond: () => 0.05, failing: (ago) => (ago === 0 ? 1 / 3 : 0) }, {}],
  ['burning', 'it fails on', { failing: () => 0.05 }, {}],
  ['burning', 'all of few fail', { perSecond: () => 0.05, failing: () => 1 }, {}],
  ['burning', 'everything fails, and the objective is so low that no pair could page', { failing: () => 1 }, { target: 0.5 }],
  ['unknown', 'nobody has asked for anything', { perSecond: (ago) => (ago < hour ? 0 : 10) }, {}],
  ['unknown', 'it is not scraped', { unscraped: (ago) => ago <= hour }, {}],
  ['unknown', 'a sample has yet to come', {}, { since: minute / 2, through: (metrics) => ({ ...metrics, query: (expression, at) => metrics.query(expression, (at ?? now) - 10_000) }) }],
])('%s: %s', async (is, _, tale, wish) => {
  const { served, evidence } = await asked(tale, wish)
  expect([served?.is, evidence.length > 0]).toEqual([is, true])
  if (served?.is === 'unknown') expect(served.says).toMatch(/\S/)
})

test('a server that refuses is no answer, and what it said is told', async () => {
  const refuse = () => Promise.reject(new MonitoringError('forbidden', 'Prometheus lets nobody in.'))
  const { served } = await asked({}, { through: (metrics) => ({ ...metrics, query: refuse, labelValues: refuse }) })
  expect(served).toEqual({ slo: 'availability', is: 'unknown', says: 'Prometheus lets nobody in.' })
})
