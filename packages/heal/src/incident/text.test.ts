import { expect, test } from '@jest/globals'
import { bodyOf, commentOf, markOf, titleOf } from './text.ts'

const incident = { service: 'cart', key: 'abc', alert: 'HighErrorRate', labels: { alertname: 'HighErrorRate', severity: 'critical' }, since: Date.UTC(2026, 0, 5), runUrl: undefined }

test('an incident is found again by its mark, whatever stands in its labels', () => {
  const labels = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`label_${index}`, 'x'.repeat(5_000)]))
  const body = bodyOf({ ...incident, labels })
  expect([body.includes(markOf('cart', 'abc')), body.length < 65_536]).toEqual([true, true])
})

test.each(['```\n# heading', '@everyone', '<script>alert(1)</script>', '`````', 'a\nfermata-incident: other key', '\u202e\u0000'])('%j stays text on one line inside of a block', (text) => {
  for (const told of [bodyOf({ ...incident, labels: { ...incident.labels, summary: text } }), commentOf(text, undefined)]) {
    const [, fence = ''] = /^(`{3,})text$/m.exec(told) ?? []
    const inside = told.split(`${fence}text\n`)[1]?.split(`\n${fence}`)[0] ?? ''
    expect(inside).toContain(text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' '))
    expect(inside).not.toContain(fence)
  }
  expect(titleOf('cart', text)).not.toMatch(/[\n\u202e]/)
})
