import { readRequest } from '@fermata/capability'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type Metrics, MonitoringError } from '@fermata/ports'
import { createMetrics } from '@fermata/prometheus'
import { type SandboxPrometheus, startPrometheus, virtualClock } from '@fermata/sandbox'
import { parseExperiment } from '../experiment/read.ts'
import { faultKinds } from '../faults/registry.ts'
import { type ChaosRequest, chaosGate } from '../request.ts'
import { spentBudget } from './budget.ts'

const now = Date.UTC(2026, 2, 2, 12)
const clock = { now: () => now, sleep: () => Promise.resolve() }
const { signal } = new AbortController()
const catalog = `services: {cart: {slos: [availability]}}
slos:
  availability: {sli: 'sum(rate(http_requests_total{code!~"5.."}[5m])) / sum(rate(http_requests_total[5m]))', target: 0.999, error_budget_window: 1d}
`

let server: SandboxPrometheus | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** Two days of requests of which a share fails. */
async function shopWith(failing: number): Promise<SandboxPrometheus> {
  server = await startPrometheus({ clock: virtualClock({ start: now }) })
  for (const [code, share] of [['200', 1 - failing], ['500', failing]] as const) {
    const samples = Array.from({ length: 2 * 24 * 60 + 1 }, (_, minute) => ({ at: now - 2 * 86_400_000 + minute * 60_000, value: minute * 600 * share }))
    server.recorded('http_requests_total', { code, job: 'shop' }, samples)
  }
  return server
}

async function codes(url: string | undefined, wish: { readonly text?: string; readonly metrics?: () => Promise<Metrics>; readonly target?: string } = {}): Promise<readonly string[]> {
  const request = readRequest(chaosGate, (name) => ({ 'prometheus-url': url })[name as 'prometheus-url']) as ChaosRequest
  const experiment = parseExperiment(`title: t\ntarget: ${wish.target ?? '{service: cart}'}\nfault: {kind: pod-kill}\nsteady_state: [{url: "http://cart/"}]\n`, 'chaos.yaml', faultKinds)
  const files = { read: (path: string) => Promise.resolve(path === 'fermata.yaml' ? new TextEncoder().encode(wish.text ?? catalog) : undefined), list: () => Promise.resolve(undefined), write: () => Promise.resolve() }
  const found = await spentBudget(request, { files, clock, signal, metrics: wish.metrics ?? ((asked) => Promise.resolve(createMetrics({ ...asked, clock, signal }))) }, experiment)
  for (const reason of found.reasons) for (const id of reason.evidence ?? []) expect(found.evidence.map((one) => one.id)).toContain(id)
  return found.reasons.map(({ code }) => code)
}

describe('the error budget', () => {
  test('that is there lets an experiment pass', async () => {
    expect((await codes((await shopWith(0)).url)).filter((code) => code.startsWith('FM-CHAOS'))).toEqual([])
  })
  test('that is spent does not', async () => {
    expect(await codes((await shopWith(0.01)).url)).toContain('FM-CHAOS-BUDGET-SPENT')
  })
  test('of which there is no data is no permission', async () => {
    server = await startPrometheus({ clock: virtualClock({ start: now }) })
    expect(await codes(server.url)).toContain('FM-CHAOS-BUDGET-UNKNOWN')
  })
  test('of a server that cannot be asked is no permission', async () => {
    expect(await codes('http://127.0.0.1:1', { metrics: () => Promise.reject(new MonitoringError('unreachable', 'Nobody listens.')) })).toEqual(['FM-CHAOS-BUDGET-UNKNOWN'])
  })
  test('that nobody has defined is no permission', async () => {
    expect(await codes('http://127.0.0.1:1', { text: 'services: {cart: {}}\n' })).toEqual(['FM-CHAOS-BUDGET-UNKNOWN'])
  })
  test('is not asked about without a server', async () => {
    expect(await codes(undefined, { metrics: () => Promise.reject(new Error('asked')) })).toEqual([])
  })
})
