import { describe, expect, test } from '@jest/globals'
import { buildReport, type State } from '@fermata/verdict'
import { hostile, reportOf, rolledBack } from '../testing/sample.ts'
import { reportHtml } from './page.ts'
import { script } from './script.ts'
import { dark, light, type Theme } from './tokens.ts'

describe('the page', () => {
  test('is one file that asks nobody for anything', () => {
    const html = reportHtml(rolledBack())
    expect(html).not.toMatch(/<(link|img|iframe|object|embed)\b|\bsrc=|@import|url\((?!#)|https?:\/\/(?!www\.w3\.org)/)
    expect(html).toContain("default-src 'none'")
    expect(html).not.toContain('unsafe-inline')
  })

  test('has one h1 with verdict and summary, and a title', () => {
    const html = reportHtml(rolledBack())
    expect(html.match(/<h1>/g)).toHaveLength(1)
    expect(/<h1>(.*?)<\/h1>/s.exec(html)?.[1]).toMatch(/Failed.*Release 4f1c2e9 to production rolled back/s)
  })

  test('holds the report as data', () => {
    const data = /<script type="application\/json" id="fermata-report">(.*?)<\/script>/s.exec(reportHtml(rolledBack()))?.[1]
    expect(JSON.parse(data ?? '')).toEqual(JSON.parse(JSON.stringify(rolledBack())))
  })

  test('leaves large evidence to report.json', () => {
    const report = { ...rolledBack(), evidence: [{ id: 'big', source: 's', query: 'q', at: '2026-11-02T09:00:00.000Z', result: 'x'.repeat(2_000_000), warnings: [] }] }
    const html = reportHtml(report)
    expect(html.length).toBeLessThan(400_000)
    expect(html).toContain('all of it is in report.json')
  })

  test('has 50 services in half a megabyte and 300 in two', () => {
    expect(Buffer.byteLength(reportHtml(rolledBack(2)))).toBeLessThan(500_000)
    expect(Buffer.byteLength(reportHtml(rolledBack(12)))).toBeLessThan(2_000_000)
  })

  test('has an enhancement of at most 3 KB', () => {
    expect(Buffer.byteLength(script)).toBeLessThanOrEqual(3 * 1024)
  })

  test('each id is there once, and each link inside leads somewhere', () => {
    const html = reportHtml(reportOf('reasons')) + reportHtml(reportOf('evidence_x'))
    for (const page of html.split('<!doctype html>').slice(1)) {
      const ids = [...page.replaceAll(/<script[\s\S]*?<\/script>/g, '').matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id)
      expect(ids.length).toBe(new Set(ids).size)
      for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect([...ids, 'fermata-report']).toContain(target)
    }
  })
})

/** Names of all elements in order: what a text must not be able to change. */
function elements(html: string): readonly string[] {
  return [...html.replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '<$1>').matchAll(/<([a-zA-Z!][\w!-]*)/g)].map(([, name]) => name as string)
}

test.each(hostile.filter((text) => text.trim() !== '').map((text) => [JSON.stringify(text.slice(0, 24)), text]))('%s brings no element of its own', (_, text) => {
  const plain = (name: string) => name !== 'code' && name !== 'p' && name !== 'text'
  expect(elements(reportHtml(reportOf(text))).filter(plain)).toEqual(elements(reportHtml(reportOf('harmless'))).filter(plain))
})

describe('colours', () => {
  const themes: readonly (readonly [string, Theme])[] = [['light', light], ['dark', dark]]

  test.each(themes)('%s: text is at least 4.5:1 on what it stands on', (_, theme) => {
    const grounds = { page: theme.page, card: theme.card }
    for (const [name, ground] of Object.entries(grounds)) {
      for (const ink of [theme.text, theme.faint, theme.link]) expect([name, ink, contrast(ink, ground) >= 4.5]).toEqual([name, ink, true])
    }
    for (const [state, { ink, wash }] of Object.entries(theme.states)) {
      for (const ground of [wash, theme.card, theme.page]) expect([state, ground, contrast(ink, ground) >= 4.5]).toEqual([state, ground, true])
      for (const text of [theme.text, theme.faint]) expect([state, text, contrast(text, wash) >= 4.5]).toEqual([state, text, true])
    }
  })

  test.each(themes)('%s: no two states look the same', (_, theme) => {
    const inks = (Object.keys(theme.states) as State[]).map((state) => theme.states[state].ink)
    expect(new Set(inks).size).toBe(inks.length)
  })
})

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const [bright, dim] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number]
  return (bright + 0.05) / (dim + 0.05)
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

test('a report of nothing is still a page', () => {
  const html = reportHtml(buildReport({ capability: 'x', summary: 'nothing', startedAt: 0, endedAt: 0, reasons: [], onInconclusive: 'fail' }))
  expect(html).toContain('Passed')
  expect(html).not.toContain('id="reasons"')
})
