import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type SandboxPrometheus, startPrometheus } from '@fermata/sandbox'
import { ruleAgain } from '@fermata/slo'
import { decide } from '@fermata/verdict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectHandedOver, expectRefusal } from './support/refusal.ts'
import { fermata, reportOf, runAction, startAction } from './support/steps.ts'
import { type Content, folderWith, removeFolders } from './support/workspace.ts'

jest.setTimeout(90_000)

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const token = 'the-token-of-prometheus-0123456789'

let server: SandboxPrometheus
beforeEach(async () => {
  server = await startPrometheus({ admission: { kind: 'bearer', token } })
})
afterEach(async () => {
  expect(server.unknown()).toBe(0)
  await server.close()
})
afterAll(removeFolders)

/** The seed's own objectives, with a window that a sandbox fills quickly. */
const objectives = (more = ''): Content => ({
  'fermata.yaml': `services:
  cart: {paths: [src/cart], slos: [availability]}
  search: {paths: [src/search], slos: [latency]}
  quiet: {paths: [src/quiet]}
slos:
  availability:
    sli: rate(http_requests_total{status!~"5.."}[5m]) / rate(http_requests_total[5m])
    target: 0.999
    error_budget_window: 1d
  latency:
    sli: histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m]))
    target: 0.5
    error_budget_window: 1d
${more}`,
})

const inputs = (more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({ 'prometheus-url': server.url, 'prometheus-token': token, ...more })

/** Traffic of a day and an hour, of which so much fails. */
function tell(failing: (ago: number) => number, labels: Readonly<Record<string, string>> = {}): void {
  const scraping = { everyMs: 30_000, from: Date.now() - day - hour }
  server.counter('http_requests_total', { status: '200', ...labels }, (at) => 20 * (1 - failing(Date.now() - at)), scraping)
  server.counter('http_requests_total', { status: '503', ...labels }, (at) => 20 * failing(Date.now() - at), scraping)
  server.histogram('http_request_duration_seconds', labels, () => 20, { ...scraping, bounds: [0.1, 0.5, 1], below: (bound) => (bound >= 0.5 ? 0.99 : 0.6) })
}

describe('the action', () => {
  test('lets a feature pass while there is budget, and its report is enough to decide again', async () => {
    tell(() => 0.0001)
    const workspace = folderWith(objectives())
    const ended = await runAction('slo-check', workspace, { inputs: inputs() })
    expectHandedOver(ended, workspace)
    const report = reportOf(ended, workspace)
    expect([ended.code, report.verdict, report.reasons.filter(({ severity }) => severity !== 'note')]).toEqual([0, 'pass', []])
    const budget = JSON.parse(ended.outputs['budget'] ?? '') as Readonly<Record<string, number>>
    expect([budget['availability'], budget['latency']]).toEqual([expect.closeTo(0.9, 9), expect.closeTo(0.8, 9)])
    expect([ended.outputs['worst'], ended.outputs['freeze-until']]).toEqual(['latency', ''])
    const again = await ruleAgain(report)
    expect(decide(again.reasons)).toBe('pass')
    expect(JSON.stringify([report, ended.log.replaceAll(/^::add-mask::.*$/gm, ''), ended.summary])).not.toContain(token)
  })

  test('holds a feature back, says until when, and lets a fix and an override pass', async () => {
    tell((ago) => (ago < 3 * hour ? 0.05 : 0))
    const workspace = folderWith(objectives())
    const feature = await runAction('slo-check', workspace, { inputs: inputs() })
    expectRefusal(feature, workspace, { code: 'FM-SLO-SPENT', says: /availability: the budget is spent 6\.\d+ times/, at: 'fermata.yaml:6:3' })
    const until = Date.parse(feature.outputs['freeze-until'] ?? '')
    expect(until - Date.now()).toBeGreaterThan(20 * hour)
    expect(until - Date.now()).toBeLessThanOrEqual(day)
    const event = { name: 'pull_request', payload: { pull_request: { title: 'fix: carts', labels: [] } } }
    const fix = await runAction('slo-check', workspace, { inputs: inputs({ 'change-class': 'fix' }), event })
    expect([fix.code, fix.outputs['verdict']]).toEqual([0, 'pass'])
    const override = await runAction('slo-check', workspace, { inputs: inputs({ override: '{"by": "ann", "because": "INC-42"}' }) })
    expect([override.code, override.outputs['verdict']]).toEqual([0, 'warn'])
    expect(reportOf(override, workspace).reasons[0]?.message).toMatch(/ann.* lets a feature pass .*INC-42/)
  })
})

describe('never a pass', () => {
  test('no data', async () => {
    const workspace = folderWith(objectives())
    const ended = await runAction('slo-check', workspace, { inputs: inputs() })
    expectRefusal(ended, workspace, { code: 'FM-SLO-LABEL', says: /has the label status/, verdict: 'inconclusive' })
    expectRefusal(ended, workspace, { code: 'FM-SLO-NO-DATA', says: /latency: There are no buckets/, verdict: 'inconclusive' })
  })

  test.each<[code: string, says: RegExp, spoil: () => Readonly<Record<string, string>>]>([
    ['FM-PROMETHEUS-UNAUTHORIZED', /answered 401/, () => ({ 'prometheus-token': 'wrong-token-0123456789' })],
    ['FM-PROMETHEUS-FORBIDDEN', /answered 403/, () => (server.fail({ kind: 'status', status: 403, times: 99 }), {})],
    ['FM-PROMETHEUS-UNAVAILABLE', /answered 503/, () => (server.fail({ kind: 'status', status: 503, times: 99 }), {})],
    ['FM-PROMETHEUS-UNREACHABLE', /no usable answer/, () => ({ 'prometheus-url': 'http://127.0.0.1:1' })],
    ['FM-PROMETHEUS-UNREACHABLE', /no usable answer/, () => (server.fail({ kind: 'cut', times: 99 }), {})],
    ['FM-PROMETHEUS-UNREADABLE', /something else than the API/, () => (server.fail({ kind: 'halved', times: 99 }), {})],
    ['FM-PROMETHEUS-UNREADABLE', /something else than the API/, () => (server.fail({ kind: 'html', times: 99 }), {})],
    ['FM-SLO-PARTIAL', /half of the stores/, () => (server.fail({ kind: 'with', fields: { warnings: ['half of the stores'] }, times: 99 }), {})],
  ])('%s', async (code, says, spoil) => {
    tell(() => 0)
    const workspace = folderWith(objectives())
    const more = spoil()
    const ended = await runAction('slo-check', workspace, { inputs: inputs(more) })
    expectRefusal(ended, workspace, { code, says, verdict: 'inconclusive' })
    expect(ended.log.replaceAll(/^::add-mask::.*$/gm, '')).not.toMatch(/the-token|wrong-token/)
  })

  test.each([['[]', /no objective to look at/i], ['quiet', /None of the services has an objective: quiet/]])('an empty set: services %s', async (services, says) => {
    const workspace = folderWith(objectives())
    expectRefusal(await runAction('slo-check', workspace, { inputs: inputs({ services }) }), workspace, { code: 'FM-SLO-NONE', says, verdict: 'inconclusive' })
  })

  test('hostile text of labels and of the server stays text', async () => {
    const hostile = 'x\n::error::owned\n<script>alert(1)</script> | ``` {{7*7}} \u001b[31m'
    const anew = Date.now() - 2 * hour
    const scraping = { everyMs: 30_000, from: Date.now() - day - hour, resetsAt: [anew] }
    server.counter('http_requests_total', { status: '200', path: hostile }, () => 20, scraping)
    const workspace = folderWith(objectives())
    const restarted = await runAction('slo-check', workspace, { inputs: inputs({ services: 'cart' }) })
    expect([restarted.code, restarted.outputs['budget']]).toEqual([0, '{"availability":1}'])
    server.fail({ kind: 'status', status: 400, body: JSON.stringify({ status: 'error', errorType: 'bad_data', error: hostile }), times: 999 })
    const refused = await runAction('slo-check', workspace, { inputs: inputs({ services: 'cart' }) })
    expectRefusal(refused, workspace, { code: 'FM-PROMETHEUS-BAD-QUERY', says: /owned/, verdict: 'inconclusive' })
    for (const ended of [restarted, refused]) {
      expect(ended.log).not.toMatch(/^::error::owned/m)
      // eslint-disable-next-line no-control-regex
      expect(ended.log).not.toMatch(/\u001b\[31m/)
      expect(ended.summary).not.toContain('<script>')
      expect(readFileSync(join(workspace.path, ended.outputs['report-html'] ?? ''), 'utf8')).not.toContain('<script>alert(1)')
    }
  })

  test('a run that is stopped in the middle', async () => {
    tell(() => 0)
    server.fail({ kind: 'silence', times: 999 })
    const workspace = folderWith(objectives())
    const step = startAction('slo-check', workspace, { inputs: inputs(), onLine: (line) => void (line.includes('Asking ') && step.process.kill('SIGINT')) })
    const ended = await step.ended
    expect([ended.code, ended.signal]).toEqual([130, null])
    expectHandedOver(ended, workspace)
    expect(ended.outputs['verdict']).not.toMatch(/pass|warn/)
  })
})

describe('what cannot be meant', () => {
  test('a typo in a service, an address and a class, all at once', async () => {
    const workspace = folderWith(objectives())
    const ended = await runAction('slo-check', workspace, { inputs: { 'prometheus-url': 'prometheus', 'change-class': 'faeture' } })
    expectRefusal(ended, workspace, { code: 'FM-RUNNER-CONFIGURATION', says: /Input prometheus-url/ })
    expectRefusal(ended, workspace, { code: 'FM-RUNNER-CONFIGURATION', says: /Input change-class/, remedy: /Did you mean feature\?/ })
    expectRefusal(await runAction('slo-check', workspace, { inputs: inputs({ services: 'crat' }) }), workspace, { code: 'FM-RUNNER-CONFIGURATION', says: /Did you mean cart\?/ })
  })
  test('an objective, at its line', async () => {
    const workspace = folderWith(objectives("  odd: {sli: 'avg(rate(x[5m])) / rate(y[5m])', target: 0.9, error_budget_window: 1d}\n"))
    expectRefusal(await runAction('slo-check', workspace, { inputs: inputs() }), workspace, { code: 'FM-SLO-EXPRESSION', says: /SLO odd: `avg\(rate\(x\[5m\]\)\)` is no sum/, at: 'fermata.yaml:14:3' })
    expect(server.requests).toEqual([])
  })
  test('no address', async () => {
    const workspace = folderWith(objectives())
    expectRefusal(await runAction('slo-check', workspace, {}), workspace, { code: 'FM-RUNNER-CONFIGURATION', says: /Input prometheus-url is missing/ })
  })
  test.each([['a folder', { slos: 'src' }], ['a file that is not there', { slos: 'nosuch.yaml' }]])('%s as input slos', async (_, more) => {
    const workspace = folderWith({ ...objectives(), 'src/x': '' })
    expectRefusal(await runAction('slo-check', workspace, { inputs: inputs(more) }), workspace, { code: 'FM-RUNNER-CONFIGURATION', says: /\S/ })
  })
})

describe('the command line', () => {
  const args = (...more: readonly string[]): readonly string[] => ['slo', 'check', '--prometheus-url', server.url, '--prometheus-token', token, ...more]

  test('0 for pass, 1 for a freeze, 2 for a typo, 3 for no data', async () => {
    const workspace = folderWith(objectives())
    expect((await fermata(args(), workspace)).code).toBe(3)
    expect(await fermata(args('--services', 'crat'), workspace)).toMatchObject({ code: 2, stdout: expect.stringContaining('Did you mean cart?') })
    expect((await fermata(['slo', 'chek'], workspace)).code).toBe(2)
    tell((ago) => (ago < 3 * hour ? 0.05 : 0))
    expect(await fermata(args(), workspace)).toMatchObject({ code: 1, stdout: expect.stringMatching(/availability/) })
    const fix = await fermata(args('--change-class', 'fix', '--output', 'json'), workspace)
    expect([fix.code, (JSON.parse(fix.stdout) as { readonly verdict: string }).verdict]).toEqual([0, 'pass'])
  })
  test('help has an example', async () => expect((await fermata(['slo', 'check', '--help'], folderWith({}))).stdout).toMatch(/Example: .*fermata slo check/))
})
