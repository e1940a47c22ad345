import { describe, expect, test } from '@jest/globals'
import { readDispatch } from './read-dispatch.ts'

const alert = { status: 'firing', labels: { alertname: 'HighErrorRate', service: 'cart' }, annotations: {}, startsAt: '2026-10-01T12:00:00Z', fingerprint: 'abc' }
const hint = { status: 'firing', labels: { alertname: 'HighErrorRate', service: 'cart' }, startsAt: Date.UTC(2026, 9, 1, 12), fingerprint: 'abc' }

describe('forms of an alert', () => {
  test.each([
    ['an event of repository_dispatch', { action: 'alert-triggered', client_payload: { schema: 'alertmanager/v4', status: 'firing', alerts: [alert] } }],
    ['the body that starts one', { event_type: 'alert-triggered', client_payload: { alerts: [alert] } }],
    ['a webhook of Alertmanager', { version: '4', groupKey: '{}', status: 'firing', receiver: 'fermata', alerts: [alert], truncatedAlerts: 0 }],
    ['a webhook of Grafana', { orgId: 1, title: '[FIRING:1]', state: 'alerting', status: 'firing', alerts: [{ ...alert, values: { A: 1 }, dashboardURL: '' }] }],
  ])('%s', (_, payload) => {
    expect(readDispatch(payload)).toEqual({ hints: [hint], reasons: [] })
  })

  test('the short form: every other word of it is a label', () => {
    expect(readDispatch({ client_payload: { alert: 'HighErrorRate', severity: 'critical', service: 'cart' } })).toEqual({ hints: [{ status: 'firing', labels: { alertname: 'HighErrorRate', severity: 'critical', service: 'cart' }, startsAt: undefined, fingerprint: undefined }], reasons: [] })
  })

  test('one message may mix what fires and what has ended', () => {
    expect(readDispatch({ status: 'firing', alerts: [alert, { ...alert, status: 'resolved' }] }).hints.map(({ status }) => status)).toEqual(['firing', 'resolved'])
  })
})

describe('what is no alert', () => {
  test.each([
    ['a text as payload', { client_payload: '{"alerts":[]}' }],
    ['nothing', null],
    ['a list', []],
    ['no alerts', { client_payload: { status: 'firing' } }],
    ['an empty list of alerts', { client_payload: { alerts: [] } }],
    ['alerts that are no list', { client_payload: { alerts: { 0: alert } } }],
    ['an alert without a name', { alerts: [{ labels: { service: 'cart' } }] }],
    ['a name that is a mapping', { client_payload: { alert: { name: 'x' } } }],
  ])('%s is said to be none', (_, payload) => {
    const { hints, reasons } = readDispatch(payload)
    expect([hints, reasons.map(({ code }) => code)]).toEqual([[], ['FM-HEAL-PAYLOAD']])
  })
})

describe('hostile and mangled text', () => {
  test('numbers and truth values for texts are read, and said', () => {
    const { hints, reasons } = readDispatch({ alerts: [{ labels: { alertname: 'A', version: 1.1, canary: true } }] })
    expect(hints[0]?.labels).toEqual({ alertname: 'A', version: '1.1', canary: 'true' })
    expect(reasons.map(({ code }) => code)).toEqual(['FM-HEAL-COERCED', 'FM-HEAL-COERCED'])
  })

  test.each(['{{ .Values.secret }}', '::set-output name=x::y', '$(rm -rf /)', '</script>', '`code`\n# heading'])('%p stays the text that it is', (text) => {
    expect(readDispatch({ alerts: [{ labels: { alertname: text, service: 'cart' } }] }).hints[0]?.labels['alertname']).toBe(text)
  })

  test('names that no label has are left out, and long values are cut', () => {
    const labels = readDispatch({ alerts: [{ labels: { alertname: 'A', 'x y': 'z', ['__proto__x-']: 'z', long: 'x'.repeat(5_000), nested: { a: 1 } } }] }).hints[0]?.labels
    expect(labels).toEqual({ alertname: 'A', long: 'x'.repeat(1_024) })
  })

  test('more alerts than anybody looks at are counted', () => {
    const { hints, reasons } = readDispatch({ alerts: Array.from({ length: 200 }, () => alert) })
    expect([hints.length, reasons[0]?.code]).toEqual([50, 'FM-HEAL-TOO-MANY-ALERTS'])
  })
})
