import { afterAll, expect, test } from '@jest/globals'
import { createStory } from '@fermata/sandbox'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { visit } from '../contract/gateway/client.ts'
import { serviceFor, versionOf } from '../contract/gateway/given.ts'
import { openWholeCompany, type WholeCompany } from './whole-company.ts'

let company: WholeCompany | undefined
afterAll(() => company?.stop(), 30_000)

async function until<T>(ask: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 40_000
  for (;;) {
    const value = await ask()
    if (holds(value)) return value
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(value)}`)
    await wait(100)
  }
}

test('what pods answer is seen by Prometheus, and an alert of it reaches GitHub as a dispatch', async () => {
  const began = performance.now()
  company = await openWholeCompany({
    story: createStory({ does: 'run', readyAfter: 0.1 }),
    behaviours: [{ version: '1.10', failing: 0.5 }],
    rules: [{ alert: 'CartFails', expr: 'sum by (service, version) (http_requests_total{code=~"5.."}) > 50', labels: { severity: 'page' } }],
  })
  console.log(`the whole company was ready after ${((performance.now() - began) / 1000).toFixed(1)} s`)
  const { cluster, gateway, prometheus, github } = company
  for (const object of [...versionOf('cart', '1.10'.replace('.', '-')), serviceFor('cart', { app: 'cart' })]) {
    const named = JSON.parse(JSON.stringify(object).replaceAll('cart:1-10', 'cart:1.10')) as typeof object
    await cluster.create({ ...named, metadata: { ...named.metadata, namespace: 'shop' } })
  }
  const visitor = visit({ url: gateway })
  await until(() => visitor.ask('cart'), ({ code }) => code === 200)
  await until(() => asked(prometheus, 'sum(http_requests_total{code="200",service="cart"})'), (value) => value > 0)
  await visitor.share('cart', 200, 'code')
  visitor.leave()
  const failed = Number(((await (await fetch(`${gateway}/__counts`)).json()) as readonly { readonly code: unknown; readonly service: string; readonly count: number }[]).filter(({ code, service }) => code === 500 && service === 'cart').reduce((sum, { count }) => sum + count, 0))
  expect(failed).toBeGreaterThanOrEqual(100)
  expect(await until(() => asked(prometheus, 'sum(http_requests_total{code="500",service="cart"})'), (value) => value === failed)).toBe(failed)
  const [dispatch] = await until(() => github.dispatches, ({ length }) => length > 0)
  expect(dispatch).toMatchObject({ eventType: 'alert-triggered', payload: { schema: 'alertmanager/v4', status: 'firing', commonLabels: { alertname: 'CartFails', service: 'cart', version: '1.10', severity: 'page' } } })
}, 120_000)

async function asked(prometheus: string, query: string): Promise<number> {
  const { data } = (await (await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`)).json()) as { readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] } }
  return Number(data.result[0]?.value[1] ?? Number.NaN)
}

test('a company whose owner is killed leaves no process and no file behind', async () => {
  const place = mkdtempSync(join(tmpdir(), 'fermata-killed-'))
  try {
    const owner = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'whole-company-main.ts')], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: place } })
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: owner.stdout }).once('line', () => resolve())
      owner.once('exit', () => reject(new Error('the company did not open')))
    })
    // Two supervisors, five programs of the control plane, Prometheus, Alertmanager and the gateway; each names the folder.
    expect(processesIn(place)).toHaveLength(10)
    owner.kill('SIGKILL')
    expect(await until(() => processesIn(place), ({ length }) => length === 0)).toEqual([])
    expect(await until(() => readdirSync(place), ({ length }) => length === 0)).toEqual([])
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}, 120_000)

/** Command lines that name a folder. */
function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`)).flatMap((name) => {
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return line.includes(folder) ? [line] : []
    } catch (error) {
      // It ended while we looked.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH') return []
      throw error
    }
  })
}
