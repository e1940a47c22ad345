import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Report } from '@fermata/verdict'
import axe from 'axe-core'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { hostile, reportOf, rolledBack } from '../testing/sample.ts'
import { reportHtml } from './page.ts'

/** A browser on a machine that has other work needs its time. */
jest.setTimeout(120_000)

const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome']
const found = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
const withBrowser = found === undefined ? describe.skip : describe
if (found === undefined) process.stderr.write(`page.browser.test: skipped, none of ${names.join(', ')} is on PATH\n`)

const image = (digit: string) => `registry.example/shop/payments@sha256:${digit.repeat(64)}`
const digests: Report = { ...rolledBack(), sections: [{ id: 'changes', title: 'Changes', blocks: [{ kind: 'table', columns: ['Object', 'Field', 'Now', 'Then'].map((title) => ({ title })), rows: [['Deployment payments', { code: true, text: 'spec.template.spec.containers[payments].image' }, image('1'), image('2')]] }] }] }
const reports = { release: rolledBack(), digests, hostile: reportOf(hostile.join(' ')), large: rolledBack(4), printed: rolledBack(2) } as const

withBrowser('the page in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fermata-page-'))
  let browser: Browser

  beforeAll(async () => {
    for (const [name, report] of Object.entries(reports)) writeFileSync(join(folder, `${name}.html`), reportHtml(report))
    browser = await chromium.launch({ executablePath: found as string, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
  })

  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Opens a report offline, carries something out, and holds that nothing was asked of the network and nothing broke. */
  async function opened<T>(name: keyof typeof reports, options: BrowserContextOptions & { readonly hash?: string }, act: (page: Page) => Promise<T>): Promise<T> {
    const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 }, ...options })
    try {
      const page = await context.newPage()
      const asked: string[] = []
      const broken: string[] = []
      page.on('request', (request) => (request.url().startsWith('file:') ? undefined : asked.push(request.url())))
      page.on('pageerror', (error) => broken.push(error.message))
      page.on('console', (message) => (message.type() === 'error' ? broken.push(message.text()) : undefined))
      page.on('dialog', (dialog) => {
        broken.push(`dialog ${dialog.message()}`)
        void dialog.dismiss()
      })
      await page.goto(`${pathToFileURL(join(folder, `${name}.html`))}${options.hash ?? ''}`)
      const answer = await act(page)
      expect({ asked, broken }).toEqual({ asked: [], broken: [] })
      return answer
    } finally {
      await context.close()
    }
  }

  test.each(['light', 'dark'] as const)('%s: no rule of WCAG 2.2 AA or of good practice is broken', async (colorScheme) => {
    for (const name of ['release', 'hostile'] as const) {
      const violations = await opened(name, { colorScheme, bypassCSP: true }, async (page) => {
        await page.evaluate('for (const d of document.querySelectorAll("details")) d.open = true')
        await page.evaluate(axe.source)
        return page.evaluate<string[]>(`axe.run({ runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'] }).then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.html.slice(0, 120) + ' ' + n.failureSummary)))`)
      })
      expect(violations).toEqual([])
    }
  })

  test.each([360, 1280])('%d pixels: nothing stands out of the page', async (width) => {
    for (const name of ['release', 'hostile', 'large'] as const) {
      expect(await opened(name, { viewport: { width, height: 800 } }, (page) => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'))).toBeLessThanOrEqual(0)
    }
  })

  test('1280 pixels: no table is cut off', async () => {
    for (const name of ['release', 'digests'] as const) {
      const cut = await opened(name, { bypassCSP: true }, (page) => page.evaluate<readonly string[]>('(() => { for (const d of document.querySelectorAll("details")) d.open = true; return [...document.querySelectorAll(".scroll")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.getAttribute("aria-label")) })()'))
      expect([name, cut]).toEqual([name, []])
    }
  })

  test('a printed release of fifty services has at most ten pages, and nothing is cut off', async () => {
    await opened('printed', { viewport: { width: 794, height: 1123 } }, async (page) => {
      const pdf = await page.pdf({ format: 'A4' })
      expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeLessThanOrEqual(10)
      await page.emulateMedia({ media: 'print' })
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    })
  })

  test('without JavaScript everything is there', async () => {
    const text = await opened('release', { javaScriptEnabled: false }, async (page) => page.locator('body').textContent())
    for (const said of [reports.release.summary, ...reports.release.reasons.map(({ message }) => message), ...(reports.release.subject.services ?? [])]) expect(text).toContain(said)
  })

  test('labels of drawings neither overlap nor are cut off, and are at least 9 pixels high', async () => {
    for (const name of ['release', 'large'] as const) {
      const wrong = await opened(name, {}, (page) => page.evaluate<string[]>(labelFaults))
      expect(wrong).toEqual([])
    }
  })

  test('the first Tab reaches the way past the bar, and / the filter', async () => {
    await opened('release', {}, async (page) => {
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.className')).toBe('skip')
      await page.keyboard.press('/')
      await page.keyboard.type('pay')
      expect(await page.locator('tbody tr:visible').count()).toBe(1)
      expect(await page.locator('[role=status]').first().textContent()).toBe('1 of 25')
    })
  })

  test('a column sorts by number, up and down', async () => {
    await opened('release', {}, async (page) => {
      const first = () => page.locator('table[data-live] tbody tr').first().locator('td').last().textContent()
      await page.getByRole('button', { name: 'Took' }).click()
      await page.getByRole('button', { name: 'Took' }).click()
      expect(await first()).toBe('118 s')
      expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending')
    })
  })

  test('a link to something folded opens it', async () => {
    await opened('release', { hash: '#plan' }, async (page) => expect(await page.locator('#plan details').getAttribute('open')).toBe(''))
    await opened('release', { hash: '#evidence_p99-canary' }, async (page) => expect(await page.locator('#evidence_p99-canary').getAttribute('open')).toBe(''))
  })

  test('a service of the graph lights up its neighbours', async () => {
    await opened('release', {}, async (page) => {
      await page.locator('svg.graph .node').filter({ hasText: 'payments' }).hover()
      expect(await page.locator('svg.graph path.near').count()).toBeGreaterThan(0)
      expect(await page.locator('svg.graph .node.dim').count()).toBeGreaterThan(0)
    })
  })
})

/** Runs in the page: what is wrong with the labels of its drawings. */
const labelFaults = `[...document.querySelectorAll('svg.graph, svg.gantt')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect()
  const labels = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()])
  const out = labels.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1 || box.height < 9).map(([name]) => 'cut off: ' + name)
  const over = labels.flatMap(([a, x], i) => labels.slice(i + 1).filter(([, y]) => x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 2 && y.top < x.bottom - 2).map(([b]) => a + ' overlaps ' + b))
  return [...out, ...over]
})`
