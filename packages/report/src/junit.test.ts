import { describe, expect, test } from '@jest/globals'
import { buildReport, type Reason } from '@fermata/verdict'
import { junitXml } from './junit.ts'
import { hostile, reportOf, rolledBack } from './testing/sample.ts'

function xmlOf(reasons: readonly Reason[], services?: readonly string[]): string {
  return junitXml(buildReport({ capability: 'gate', summary: 'all said', startedAt: 0, endedAt: 2_500, reasons, onInconclusive: 'fail', ...(services && { subject: { services } }) }))
}

describe('cases', () => {
  test('a service without reasons passed', () => {
    expect(xmlOf([], ['cart'])).toContain('<testcase classname="gate" name="cart"/>')
  })

  test('an error is a failure, what could not be judged is an error, a warning is output', () => {
    const xml = xmlOf([
      { code: 'FM-A', severity: 'error', message: 'no', service: 'cart', remedy: 'Do it.' },
      { code: 'FM-B', severity: 'inconclusive', message: 'who knows', service: 'web' },
      { code: 'FM-C', severity: 'warning', message: 'hm', service: 'auth' },
    ], ['cart', 'web', 'auth'])
    expect(xml).toContain('<testsuite name="gate" tests="3" failures="1" errors="1" skipped="0" time="2.5"')
    expect(xml).toMatch(/name="cart">\s*<failure type="FM-A" message="no">error FM-A: no Do it\.<\/failure>/)
    expect(xml).toMatch(/name="web">\s*<error type="FM-B"/)
    expect(xml).toMatch(/name="auth">\s*<system-out>warning FM-C: hm<\/system-out>/)
  })

  test('a reason of no service is a case of its own, and a report of nothing is one case', () => {
    expect(xmlOf([{ code: 'FM-A', severity: 'error', message: 'no' }])).toContain('name="FM-A #1: no"')
    expect(xmlOf([])).toContain('tests="1" failures="0" errors="0"')
  })
})

test.each([['a release', rolledBack()], ...hostile.map((text) => [JSON.stringify(text.slice(0, 20)), reportOf(text)] as const)])('%s is well-formed', (_, report) => {
  expect(elementsOf(junitXml(report))).toMatchObject({ testsuites: 1, testsuite: 1 })
})

/** A strict reading of the XML that we write: counts elements, throws where it is not well-formed. */
function elementsOf(xml: string): Readonly<Record<string, number>> {
  const found: Record<string, number> = {}
  const open: string[] = []
  const token = /<\?xml [^?]*\?>|<(\w[\w-]*)((?:\s+[\w-]+="[^"<&]*(?:&(?:amp|lt|gt|quot|#39);[^"<&]*)*")*)\s*(\/?)>|<\/(\w[\w-]*)>|(?:[^<&]|&(?:amp|lt|gt|quot|#39);)+/gy
  let at = 0
  for (let match = token.exec(xml); match !== null; match = token.exec(xml)) {
    at = token.lastIndex
    const [, begin, , empty, end] = match
    if (begin !== undefined) {
      found[begin] = (found[begin] ?? 0) + 1
      if (empty !== '/') open.push(begin)
    }
    if (end !== undefined && open.pop() !== end) throw new Error(`</${end}> closes nothing`)
  }
  if (at !== xml.length || open.length > 0) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 60)}`)
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml)) throw new Error('a character that XML does not allow')
  return found
}
