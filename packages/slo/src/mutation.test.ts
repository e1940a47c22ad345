import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Labels, MonitoringError, type Metrics, type MetricsAnswer, type MetricValue } from '@fermata/ports'
import { decide, type Report } from '@fermata/verdict'
import { ruleAgain } from './evidence.ts'
import { type Scene, scene, times } from './testing/scene.ts'

const { hour, day } = times

const histogram = `
slos:
  latency:
    sli: histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))
    target: 0.5
    error_budget_window: 1d
`

/** Every kind of check that the house makes, so that every question that it can ask is asked. */
const checks: readonly { readonly name: string; readonly scene: () => Promise<Scene>; readonly catalog?: string; readonly verdict: string; readonly inputs?: Readonly<Record<string, string>> }[] = [
  { name: 'a healthy service', scene: () => scene(), verdict: 'pass' },
  { name: 'a service that restarted', scene: () => scene({ failing: () => 0.0001, restarts: [2 * hour, 3 * day] }), verdict: 'pass' },
  { name: 'a spent budget', scene: () => scene({ failing: () => 0.01 }), verdict: 'fail' },
  { name: 'an incident', scene: () => scene({ failing: (ago) => (ago < 2 * hour ? 0.05 : 0) }), verdict: 'fail' },
  { name: 'an incident after a restart', scene: () => scene({ failing: (ago) => (ago < 2 * hour ? 0.05 : 0), restarts: [hour] }), verdict: 'fail' },
  { name: 'a spent budget, for a fix', scene: () => scene({ failing: () => 0.01 }), verdict: 'pass', inputs: { 'change-class': 'fix' } },
  { name: 'a young service', scene: () => scene({ days: 2 }), verdict: 'warn' },
  { name: 'a server that forgets', scene: () => scene({ retention: '3d' }), verdict: 'inconclusive' },
  { name: 'a quantile', scene: withBuckets, verdict: 'pass', catalog: histogram },
]

async function withBuckets(): Promise<Scene> {
  const made = await scene()
  made.server.histogram('latency_seconds', { job: 'shop' }, () => 20, { bounds: [0.1, 0.5, 1], below: (bound) => (bound >= 0.5 ? 0.99 : 0.4), everyMs: 60_000 })
  return made
}

type Spoil = (answer: MetricsAnswer<MetricValue>) => MetricsAnswer<MetricValue> | Error

/** What a metrics server, or what stands before it, may do to one answer. */
const spoilt: Readonly<Record<string, Spoil>> = {
  empty: (answer) => ({ ...answer, value: emptied(answer.value) }),
  NaN: (answer) => ({ ...answer, value: valued(answer.value, Number.NaN) }),
  infinite: (answer) => ({ ...answer, value: valued(answer.value, Infinity) }),
  partial: (answer) => ({ ...answer, warnings: ['a store did not answer'] }),
  doubled: (answer) => ({ ...answer, value: doubled(answer.value) }),
  refused: () => new MonitoringError('execution', 'refused'),
  gone: () => new MonitoringError('unreachable', 'gone'),
}

function emptied(value: MetricValue): MetricValue {
  return value.kind === 'matrix' ? { kind: 'matrix', series: [] } : { kind: 'vector', points: [] }
}

function valued(value: MetricValue, number: number): MetricValue {
  if (value.kind === 'matrix') return { kind: 'matrix', series: value.series.map(({ labels, samples }) => ({ labels, samples: samples.map(({ at }) => ({ at, value: number })) })) }
  return value.kind === 'vector' ? { kind: 'vector', points: value.points.map((point) => ({ ...point, value: number })) } : value
}

/** Only of what should be one number or one line: lists of series may have more of them, and are looked up by their labels. */
function doubled(value: MetricValue): MetricValue {
  const single = (labels: Labels) => Object.keys(labels).length === 0
  const other = { replica: 'b' }
  if (value.kind === 'matrix') return { kind: 'matrix', series: value.series.flatMap((series) => (single(series.labels) ? [series, { ...series, labels: other }] : [series])) }
  return value.kind === 'vector' ? { kind: 'vector', points: value.points.flatMap((point) => (single(point.labels) ? [point, { ...point, labels: other }] : [point])) } : value
}

/** Asks the server once; every later check hears the same. */
function remembering(metrics: Metrics, heard: Map<string, Promise<unknown>>): Metrics {
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = (heard.get(key) as Promise<T> | undefined) ?? ask()
    heard.set(key, known)
    return known
  }
  return {
    identity: metrics.identity,
    query: (expression, at) => once(expression, () => metrics.query(expression, at)),
    queryRange: (expression, over) => once(`range ${expression}`, () => metrics.queryRange(expression, over)),
    labelValues: (label, selectors, over) => once(`values ${label} ${selectors.join()}`, () => metrics.labelValues(label, selectors, over)),
    series: metrics.series,
    server: () => once('server', () => metrics.server()),
  }
}

/** Spoils the answer to the question with this number, in the order in which they are asked. */
function spoiling(which: number, spoil: Spoil): { readonly through: (metrics: Metrics) => Metrics; readonly asked: () => number } {
  let asked = 0
  const next = async <T>(ask: () => Promise<T>, into: (value: T) => MetricsAnswer<MetricValue>, back: (answer: MetricsAnswer<MetricValue>) => T): Promise<T> => {
    const mine = asked++
    const answer = await ask()
    if (mine !== which) return answer
    const spoiled = spoil(into(answer))
    if (spoiled instanceof Error) throw spoiled
    return back(spoiled)
  }
  const matrix = ({ value, ...rest }: MetricsAnswer<MetricValue>) => ({ ...rest, value: value.kind === 'matrix' ? value.series : [] })
  return {
    asked: () => asked,
    through: (metrics) => ({
      ...metrics,
      query: (expression, at) => next(() => metrics.query(expression, at), (answer) => answer, (answer) => answer),
      queryRange: (expression, over) => next(() => metrics.queryRange(expression, over), (answer) => ({ ...answer, value: { kind: 'matrix', series: answer.value } }), matrix),
      labelValues: (label, selectors, over) => next(() => metrics.labelValues(label, selectors, over), (answer) => ({ ...answer, value: { kind: 'vector', points: answer.value.map((value) => ({ labels: { value }, at: 0, value: 0 })) } }), ({ value, ...rest }) => ({ ...rest, value: value.kind === 'vector' ? value.points.map(({ labels }) => labels['value'] ?? '') : [] })),
      server: () => next(() => metrics.server(), () => ({ value: { kind: 'vector', points: [{ labels: {}, at: 0, value: 0 }] }, warnings: [], infos: [] }), () => ({ version: '', retention: undefined })),
    }),
  }
}

describe.each(checks)('$name', ({ scene: begin, catalog, verdict, inputs = {} }) => {
  let here: Scene | undefined
  beforeAll(async () => {
    here = await begin()
  }, 60_000)
  afterAll(async () => here?.server.close())
  const heard = new Map<string, Promise<unknown>>()
  const check = async (through: (metrics: Metrics) => Metrics = (metrics) => metrics): Promise<Report> => (here as Scene).check({ inputs, ...(catalog !== undefined && { catalog }), through: (metrics) => through(remembering(metrics, heard)) })

  test('the verdict, and the same again from the evidence alone', async () => {
    const report = await check()
    expect(report.verdict).toBe(verdict)
    const again = await ruleAgain(JSON.parse(JSON.stringify(report)) as Report)
    expect(decide(again.reasons)).toBe(verdict)
    expect(again.reasons.map(({ message }) => message).toSorted()).toEqual(report.reasons.map(({ message }) => message).toSorted())
    expect(JSON.stringify(Object.fromEntries(again.states.map(({ slo, budget }) => [slo.id, budget?.remaining ?? null])))).toBe(report.outputs['budget'])
  }, 60_000)

  test('spoilt evidence gives the same verdict again', async () => {
    const report = await check(spoiling(1, (answer) => ({ ...answer, value: valued(answer.value, Number.NaN) })).through)
    expect(decide((await ruleAgain(JSON.parse(JSON.stringify(report)) as Report)).reasons)).toBe(report.verdict)
  })

  test.each(Object.keys(spoilt))('an answer that is %s never makes it pass', async (kind) => {
    const counting = spoiling(-1, (answer) => answer)
    const whole = await check(counting.through)
    const lenient: string[] = []
    for (let which = 0; which < counting.asked(); which++) {
      const report = await check(spoiling(which, spoilt[kind] as Spoil).through)
      if (!['inconclusive', 'fail'].includes(report.verdict) && !isUnchanged(report, whole)) lenient.push(`${which}: ${report.verdict}`)
    }
    expect(lenient).toEqual([])
  }, 120_000)
})

/** Spoiling has changed nothing: there were no values in the answer that could be spoilt, such as names of labels. */
function isUnchanged(report: Report, whole: Report): boolean {
  const results = ({ evidence }: Report) => JSON.stringify(evidence.map(({ query, result, warnings }) => [query, result, warnings]))
  return results(report) === results(whole)
}
