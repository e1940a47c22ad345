import { afterEach, describe, expect, test } from '@jest/globals'
import type { Metrics } from '@fermata/ports'
import type { Report } from '@fermata/verdict'
import { catalog, type CheckWish, now, type Scene, scene, speaking, type Tale, times } from './testing/scene.ts'

const { minute, hour, day } = times

let open: Scene | undefined
afterEach(async () => {
  expect(open?.server.unknown() ?? 0).toBe(0)
  await open?.server.close()
  open = undefined
})

async function checked(tale: Tale = {}, wish: CheckWish = {}): Promise<Report> {
  open = await scene(tale)
  return open.check(wish)
}

const left = (report: Report): number => (JSON.parse(report.outputs['budget'] ?? '{}') as Readonly<Record<string, number>>)['availability'] ?? Number.NaN

describe('what is left, and what follows for a feature', () => {
  test.each<[verdict: string, codes: readonly string[], tale: Tale]>([
    ['pass', [], {}],
    ['pass', [], { failing: () => 0.0004 }],
    ['warn', ['FM-SLO-CAREFUL'], { failing: () => 0.0007 }],
    ['fail', ['FM-SLO-SCARCE'], { failing: () => 0.00095 }],
    ['fail', ['FM-SLO-BURNING-SLOWLY', 'FM-SLO-SPENT'], { failing: () => 0.0012 }],
    ['fail', ['FM-SLO-SPENT'], { failing: (ago) => (ago > 5 * day ? 0.01 : 0) }],
    ['fail', ['FM-SLO-BURNING'], { failing: (ago) => (ago < 30 * minute ? 0.04 : 0) }],
    ['fail', ['FM-SLO-BURNING'], { failing: (ago) => (ago < 5 * hour ? 0.009 : 0) }],
    ['pass', [], { failing: (ago) => (ago < 30 * minute && ago > 10 * minute ? 0.04 : 0) }],
  ])('%s %j', async (verdict, codes, tale) => {
    const report = await checked(tale)
    expect([report.verdict, speaking(report)]).toEqual([verdict, codes])
  })

  test('a spent budget comes back when its bad events leave the window', async () => {
    const report = await checked({ failing: (ago) => (ago <= 4 * day && ago > 4 * day - 2 * hour ? 0.2 : 0) })
    expect(report.verdict).toBe('fail')
    const back = Date.parse(report.outputs['freeze-until'] ?? '')
    // Two hours of failures, of which the last tenth of the budget has to be left: within the last of the slots of 42 minutes.
    expect((back - (now + 3 * day)) / hour).toBeGreaterThan(0)
    expect((back - (now + 3 * day)) / hour).toBeLessThanOrEqual(2 + 42 / 60)
    expect(report.reasons[0]?.message).toContain(new Date(back).toISOString())
  })

  test('nothing is frozen without a freeze', async () => expect((await checked()).outputs).toMatchObject({ 'freeze-until': '', worst: 'availability', budget: '{"availability":1}' }))
})

describe('the class of the change', () => {
  test.each(['fix', 'security', 'rollback'])('a %s passes by policy, and the report says so', async (kind) => {
    const report = await checked({ failing: () => 0.01 }, { inputs: { 'change-class': kind } })
    expect([report.verdict, speaking(report)]).toEqual(['pass', []])
    expect(report.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining(['FM-SLO-ALLOWED', 'FM-SLO-SPENT']))
    expect(report.outputs['freeze-until']).toBe('')
  })
  test('auto goes by the event', async () => {
    const event = { event: 'pull_request', payload: { pull_request: { title: 'fix: totals', labels: [] } } }
    expect((await checked({ failing: () => 0.01 }, { event })).verdict).toBe('pass')
  })
  test('no class makes up for missing evidence', async () => expect((await checked({ perSecond: () => 0 }, { inputs: { 'change-class': 'rollback' } })).verdict).toBe('inconclusive'))
})

describe('an override', () => {
  const override = (more: object = {}) => ({ inputs: { override: JSON.stringify({ because: 'INC-42 | launch', ...more }) }, actor: 'octocat' })

  test('lets a feature pass, with who and why in the report', async () => {
    const report = await checked({ failing: () => 0.01 }, override())
    expect([report.verdict, speaking(report)]).toEqual(['warn', ['FM-SLO-OVERRIDDEN']])
    expect(report.reasons[0]?.message).toMatch(/octocat lets a feature pass .* availability .*: INC-42 \| launch/)
    expect(JSON.stringify(report.evidence[0])).toContain('INC-42')
  })
  test('who runs it stays visible beside who answers for it', async () => expect((await checked({ failing: () => 0.01 }, override({ by: 'hubot' }))).reasons[0]?.message).toContain('hubot (run by octocat)'))
  test('has no effect after its end', async () => expect(await checked({ failing: () => 0.01 }, override({ until: '2026-03-01T00:00:00Z' }))).toMatchObject({ verdict: 'fail', reasons: expect.arrayContaining([expect.objectContaining({ code: 'FM-SLO-OVERRIDE-ENDED' })]) }))
  test('does not make up for missing evidence', async () => expect((await checked({ perSecond: () => 0 }, override())).verdict).toBe('inconclusive'))
  test('changes nothing where nothing is held back', async () => expect(speaking(await checked({}, override()))).toEqual([]))
  test('needs somebody', async () => expect(checked({}, { inputs: { override: '{"because": "x"}' } })).rejects.toThrow('nobody answers for it'))
  test.each(['{"why": "x"}', '{"because": ""}', '{"because": "x", "until": "tomorrow"}', 'INC-42'])('%s is refused', async (written) => expect(checked({}, { inputs: { override: written } })).rejects.toThrow(/Input override/))
})

describe('what cannot be told', () => {
  const latency = (target: number) => `slos: {latency: {sli: 'histogram_quantile(0.95, rate(latency_seconds_bucket[5m]))', target: ${target}, error_budget_window: 1d}}`
  const sli = (expression: string, window = '7d') => catalog.replace(/sli: .*/, `sli: ${JSON.stringify(expression)}`).replace('error_budget_window: 7d', `error_budget_window: ${window}`)

  test.each<[code: string, tale: Tale, wish: CheckWish]>([
    ['FM-SLO-NO-DATA', {}, { catalog: sli('rate(nosuch_total{code!~"5.."}[5m]) / rate(other_total[5m])') }],
    ['FM-SLO-NO-DATA', {}, { catalog: sli('rate(nosuch_total[5m]) / rate(http_requests_total[5m])') }],
    // It has counted, and is not seen any more.
    ['FM-SLO-NO-DATA', { unscraped: (ago) => ago < 20 * minute }, {}],
    ['FM-SLO-LABEL', {}, { catalog: sli('rate(http_requests_total{status!~"5.."}[5m]) / rate(http_requests_total[5m])') }],
    ['FM-SLO-NO-TRAFFIC', { perSecond: () => 0 }, {}],
    ['FM-SLO-LOW-TRAFFIC', { perSecond: () => 0.001 }, {}],
    ['FM-SLO-COVERAGE', { unscraped: (ago) => ago < 3 * day && ago > 2 * day }, {}],
    ['FM-SLO-RETENTION', { retention: '3d' }, {}],
    ['FM-SLO-TOO-YOUNG', { days: 1, failing: (ago) => (ago > 20 * hour ? 0.02 : 0) }, {}],
    ['FM-SLO-NO-BUCKET', {}, { catalog: latency(0.3) }],
    ['FM-SLO-INCONSISTENT', {}, { catalog: sli('(rate(http_requests_total[5m]) + rate(http_requests_total{code="200"}[5m])) / rate(http_requests_total[5m])') }],
  ])('%s %#', async (code, tale, wish) => {
    open = await scene(tale)
    open.server.histogram('latency_seconds', { job: 'shop' }, () => 1, { bounds: [0.1, 0.5], below: () => 1, everyMs: 60_000, from: now - 2 * day })
    const report = await open.check(wish)
    expect([report.verdict, speaking(report)]).toEqual(['inconclusive', [code]])
    expect(report.reasons[0]).toMatchObject({ remedy: expect.stringMatching(/\S/), location: { kind: 'file', file: 'fermata.yaml' } })
  })

  test('the nearest bounds of a histogram are named', async () => {
    open = await scene()
    open.server.histogram('latency_seconds', {}, () => 1, { bounds: [0.1, 0.5], below: () => 1, everyMs: 60_000, from: now - 2 * day })
    expect((await open.check({ catalog: latency(0.3) })).reasons[0]?.message).toContain('the nearest are 0.1 and 0.5')
  })

  test('a bound is found however it is written', async () => {
    open = await scene()
    open.server.histogram('latency_seconds', {}, () => 1, { bounds: [1], below: () => 0.97, everyMs: 60_000, from: now - 2 * day })
    const report = await open.check({ catalog: latency(1) })
    expect((JSON.parse(report.outputs['budget'] ?? '') as { readonly latency: number }).latency).toBeCloseTo(0.4, 9)
  })

  test('errors that were never counted are none, where their label exists', async () => {
    open = await scene()
    const report = await open.check({ catalog: sli('1 - rate(http_requests_total{code="503"}[5m]) / rate(http_requests_total[5m])') })
    expect([report.verdict, left(report)]).toEqual(['pass', 1])
  })

  test('a young service that keeps its objective passes with a warning', async () => expect(speaking(await checked({ days: 2 }))).toEqual(['FM-SLO-YOUNG']))
  test('what a server remembers can be said by the caller', async () => {
    const silent = (metrics: Metrics): Metrics => ({ ...metrics, server: () => Promise.resolve({ version: '1', retention: undefined }) })
    open = await scene({ days: 2 })
    expect(speaking(await open.check({ through: silent }))).toEqual(['FM-SLO-RETENTION-UNKNOWN'])
    expect(speaking(await open.check({ through: silent, inputs: { retention: '365d' } }))).toEqual(['FM-SLO-YOUNG'])
    expect(speaking(await open.check({ through: silent, inputs: { retention: '2d' } }))).toEqual(['FM-SLO-RETENTION'])
  })

  test('one failure of ten requests an hour is chance', async () => {
    const report = await checked({ perSecond: () => 10 / 3_600, failing: (ago) => (ago < 7 * minute && ago >= 1 * minute ? 1 : 0) }, { catalog: catalog.replace('0.999', '0.995') })
    expect(speaking(report)).toEqual(['FM-SLO-FEW-EVENTS'])
  })

  test('half an hour of a new service does not speak for six hours', async () => {
    const report = await checked({ days: 0.5 / 24, failing: () => 0.01 })
    expect(speaking(report)).toEqual(['FM-SLO-TOO-YOUNG'])
  })
})

describe('what the server does', () => {
  test.each<[code: string, fault: Parameters<Scene['server']['fail']>[0]]>([
    ['FM-PROMETHEUS-UNAUTHORIZED', { kind: 'status', status: 401, times: 1_000 }],
    ['FM-PROMETHEUS-FORBIDDEN', { kind: 'status', status: 403, times: 1_000 }],
    ['FM-PROMETHEUS-UNAVAILABLE', { kind: 'status', status: 503, times: 1_000 }],
    ['FM-PROMETHEUS-UNREADABLE', { kind: 'html', times: 1_000 }],
    ['FM-PROMETHEUS-UNREADABLE', { kind: 'halved', times: 1_000 }],
    ['FM-PROMETHEUS-UNREACHABLE', { kind: 'cut', times: 1_000 }],
    ['FM-SLO-PARTIAL', { kind: 'with', fields: { warnings: ['some store is down'] }, times: 1_000 }],
  ])('%s', async (code, fault) => {
    open = await scene()
    open.server.fail(fault)
    const report = await open.check()
    expect(report.verdict).toBe('inconclusive')
    expect(speaking(report)).toEqual([code])
    expect(report.reasons.filter((reason) => reason.code === code)).toHaveLength(1)
    expect(report.outputs).toMatchObject({ budget: code === 'FM-SLO-PARTIAL' ? '{"availability":1}' : '{"availability":null}', worst: 'availability', 'freeze-until': '' })
  })

  test('after a refusal nothing more is asked', async () => {
    open = await scene()
    open.server.fail({ kind: 'status', status: 401, times: 1_000 })
    await open.check()
    expect(open.server.requests.length).toBeLessThanOrEqual(8)
  })

  test('on-inconclusive is for the caller to say', async () => expect((await checked({ perSecond: () => 0 }, { inputs: { 'on-inconclusive': 'warn' } })).verdict).toBe('warn'))
  test('a run that is stopped answers nothing', async () => expect(checked({}, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop'))
})

describe('which objectives', () => {
  test('those of the named services', async () => expect((await checked({}, { inputs: { services: 'cart' } })).verdict).toBe('pass'))
  test('a service without one is a warning beside others', async () => expect(speaking(await checked({}, { inputs: { services: 'cart, quiet' } }))).toEqual(['FM-SLO-SERVICE-WITHOUT']))
  test.each(['quiet', '[]'])('none at all is inconclusive: %s', async (services) => {
    const report = await checked({}, { inputs: { services } })
    expect([report.verdict, speaking(report), report.outputs['worst'], report.outputs['budget']]).toEqual(['inconclusive', ['FM-SLO-NONE'], '', '{}'])
  })
  test('a catalog without objectives is inconclusive', async () => expect(speaking(await checked({}, { catalog: 'services: {cart: {}}' }))).toEqual(['FM-SLO-NONE']))
  test('a typo is refused, with what was meant', async () => expect(checked({}, { inputs: { services: 'crat' } })).rejects.toThrow('Did you mean cart?'))
  test('every objective that is not understood is told at once, with its line', async () => {
    const text = "slos:\n  a: {sli: up, target: 0.9, error_budget_window: 30d}\n  b: {sli: 'rate(x[5m]) / rate(y[5m])', target: 99.9, error_budget_window: 30d}\n  c: {sli: 'rate(x[5m]) / rate(y[5m])', target: 0.9, error_budget_window: 5m}\n"
    await expect(checked({}, { catalog: text })).rejects.toMatchObject({ problems: [2, 3, 4].map((line) => ({ code: 'FM-SLO-EXPRESSION', where: { line } })) })
  })
  test.each([['Sloth', 'version: "prometheus/v1"\nservice: x\n'], ['OpenSLO', 'apiVersion: openslo/v1\nkind: SLO\n'], ['Pyrra', 'apiVersion: pyrra.dev/v1alpha1\n']])('%s is named and refused', async (name, text) => expect(checked({}, { catalog: text })).rejects.toThrow(`in the form of ${name}, which is not read yet`))
})
