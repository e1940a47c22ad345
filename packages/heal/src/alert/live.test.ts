import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createMetrics } from '@fermata/prometheus'
import { type SandboxPrometheus, startPrometheus } from '@fermata/sandbox'
import { byPrometheus, type Monitoring } from './live.ts'

const now = Date.UTC(2026, 2, 2, 12)
const clock = { now: () => now, sleep: () => Promise.resolve() }
const began = now / 1_000 - 600

let server: SandboxPrometheus
let monitoring: Monitoring
beforeEach(async () => {
  server = await startPrometheus({ clock })
  monitoring = byPrometheus(createMetrics({ url: server.url, clock, signal: new AbortController().signal }), clock)
})
afterEach(async () => {
  expect(server.unknown()).toBe(0)
  await server.close()
})

/** What Prometheus writes down of a rule that is true: every half minute, until it is silent. */
function ruleIs(alertstate: 'pending' | 'firing', labels: Readonly<Record<string, string>>, { endedAgo = 0, since = began } = {}): void {
  const samples = (value: number) => Array.from({ length: 20 }, (_, index) => now - index * 30_000).filter((at) => now - at >= endedAgo).toReversed().map((at) => ({ at, value }))
  const ended = endedAgo === 0 ? [] : [{ at: now - endedAgo + 30_000, value: 'ended' as const }]
  server.recorded('ALERTS', { ...labels, alertstate }, [...samples(1), ...ended])
  server.recorded('ALERTS_FOR_STATE', labels, [...samples(since), ...ended])
}

const cart = { alertname: 'HighErrorRate', service: 'cart', severity: 'critical' }
const ask = (name = 'HighErrorRate', value = 'cart') => monitoring.firing(name, { label: 'service', service: value })

describe('Prometheus alone knows', () => {
  test('which alerts fire, since when, and under one key until they end', async () => {
    ruleIs('firing', { ...cart, pod: 'b' })
    ruleIs('firing', { ...cart, pod: 'a' }, { since: began - 60 })
    ruleIs('firing', { ...cart, service: 'search' })
    const { alerts, evidence } = await ask()
    expect(alerts).toMatchObject([{ name: 'HighErrorRate', labels: { pod: 'a' }, since: (began - 60) * 1_000, suppressed: false }, { labels: { pod: 'b' }, since: began * 1_000 }])
    expect(new Set(alerts.map(({ key }) => key)).size).toBe(2)
    expect((await ask()).alerts).toEqual(alerts)
    expect(evidence).toMatchObject({ source: 'prometheus', at: new Date(now).toISOString() })
  })

  test('all of one name, when no service is named', async () => {
    ruleIs('firing', cart)
    ruleIs('firing', { ...cart, service: 'search' })
    expect((await monitoring.firing('HighErrorRate')).alerts.map(({ labels }) => labels['service']).toSorted()).toEqual(['cart', 'search'])
  })

  test.each<[string, () => void]>([
    ['one that is still pending', () => ruleIs('pending', cart)],
    ['one that has ended', () => ruleIs('firing', cart, { endedAgo: 120_000 })],
    ['one of another name', () => ruleIs('firing', { ...cart, alertname: 'HighLatency' })],
    ['none at all', () => undefined],
  ])('nothing of %s', async (_, happens) => {
    happens()
    expect((await ask()).alerts).toEqual([])
  })

  test('names that would be another question are asked as they are', async () => {
    const name = 'a"} or vector(1) or ALERTS{x="\\\n'
    ruleIs('firing', { ...cart, alertname: name })
    ruleIs('firing', cart)
    expect((await ask(name)).alerts).toMatchObject([{ labels: { alertname: name } }])
  })

  test('a beginning that is no number lies so far back that nothing can have caused it', async () => {
    ruleIs('firing', cart, { since: Number.NaN })
    expect((await ask()).alerts).toMatchObject([{ since: 0 }])
  })

  test('a server that leaves something out says so', async () => {
    server.fail({ kind: 'with', fields: { warnings: ['a store did not answer'] } })
    expect(await ask()).toMatchObject({ alerts: [], warnings: ['a store did not answer'] })
  })

  test('a server that cannot be asked is no silence', async () => {
    server.fail({ kind: 'status', status: 403, body: 'no' })
    await expect(ask()).rejects.toThrow(/403|refus|not let/i)
  })
})
