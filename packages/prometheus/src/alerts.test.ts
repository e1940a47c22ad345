import { type Clock, MonitoringError } from '@fermata/ports'
import { type MonitoringFault, type SandboxAlertmanager, startAlertmanager, virtualClock } from '@fermata/sandbox'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createAlerts } from './alerts.ts'

let server: SandboxAlertmanager
const clock: Clock = { now: () => 0, sleep: () => Promise.resolve() }
const alerts = () => createAlerts({ url: server.url, clock })
const time = virtualClock()

beforeEach(async () => {
  server = await startAlertmanager({ clock: time, config: { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] } })
})
afterEach(() => server.close())

const wish = { matchers: [{ name: 'a', value: 'b', isRegex: false, isEqual: true }], startsAt: time.now(), endsAt: time.now() + 60_000, createdBy: 'fermata', comment: 'a test' }
const kindOf = (promise: Promise<unknown>) => promise.then(() => 'answered', (error: unknown) => (error instanceof MonitoringError ? error.kind : String(error)))

test.each<readonly [string, MonitoringFault, string, number]>([
  ['a broken connection', { kind: 'reset', times: 9 }, 'unreachable', 1],
  ['an answer that breaks off', { kind: 'cut', times: 9 }, 'unreachable', 1],
  ['a failing server', { kind: 'status', status: 503, times: 9 }, 'unavailable', 1],
])('a silence may have been created before %s: it is not sent again', async (_, fault, kind, attempts) => {
  server.fail(fault)
  expect(await kindOf(alerts().silence(wish))).toBe(kind)
  expect(server.requests).toHaveLength(attempts)
})

test('one that was refused for its rate was not created: it is sent again', async () => {
  server.fail({ kind: 'status', status: 429, headers: { 'retry-after': '1' } })
  await alerts().silence(wish)
  expect(await alerts().silences()).toHaveLength(1)
})

test('reading is tried again', async () => {
  server.fail({ kind: 'cut', times: 2 })
  expect(await alerts().alerts()).toEqual([])
})

test.each<readonly [string, MonitoringFault, string]>([
  ['a page of a proxy', { kind: 'html' }, 'unreadable'],
  ['an alert without a state', { kind: 'status', status: 200, body: '[{"fingerprint":"1"}]' }, 'unreadable'],
  ['a refusal in words', { kind: 'status', status: 400, body: '"bad matcher format: x"' }, 'refused'],
])('%s', async (_, fault, kind) => {
  server.fail(fault)
  expect(await kindOf(alerts().alerts())).toBe(kind)
})
