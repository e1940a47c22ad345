import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Selector } from '../model.ts'
import { readIndicator } from './indicator.ts'
import { isRefused } from './refused.ts'
import { selectorText } from './selector.ts'

const all = 'rate(http_requests_total[5m])'
const bad = 'rate(http_requests_total{code=~"5.."}[5m])'

function read(sli: string, target: number): string {
  const reading = readIndicator(sli, target)
  if (isRefused(reading)) return `refused: ${reading.refused}`
  const { indicator, objective } = reading
  if (indicator.kind === 'quantile') return `${indicator.q} of ${selectorText(indicator.buckets)} at most ${indicator.limit}, objective ${objective}`
  const side = (terms: readonly { readonly sign: 1 | -1; readonly selector: Selector; readonly absentIsZero: boolean }[]) => terms.map(({ sign, selector, absentIsZero }) => `${sign === 1 ? '+' : '-'}${selectorText(selector)}${absentIsZero ? ' or 0' : ''}`).join(' ')
  return `${indicator.counts} ${side(indicator.part)} of ${side(indicator.all)}, objective ${Number(objective.toPrecision(12))}`
}

describe('what an objective says', () => {
  test.each<[sli: string, target: number, means: string]>([
    // As the seed has them.
    ['rate(http_requests_total{status!~"5.."}[5m]) / rate(http_requests_total[5m])', 0.999, 'good +http_requests_total{status!~"5.."} of +http_requests_total, objective 0.999'],
    ['histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m]))', 0.5, '0.95 of http_request_duration_seconds_bucket at most 0.5, objective 0.95'],
    // The same with sums, ranges, comments and parentheses.
    [`sum(${bad}) / sum(${all}) # errors`, 0.001, 'bad +http_requests_total{code=~"5.."} of +http_requests_total, objective 0.999'],
    [`1 - (sum(${bad}) / sum(${all}))`, 0.99, 'bad +http_requests_total{code=~"5.."} of +http_requests_total, objective 0.99'],
    [`1 - ${bad} / ${all}`, 0.5, 'bad +http_requests_total{code=~"5.."} of +http_requests_total, objective 0.5'],
    [`((sum(increase(good_total[30d])))) / (sum(increase(all_total[30d])) > 0)`, 0.9, 'good +good_total of +all_total, objective 0.9'],
    [`(sum(${all}) - sum(${bad})) / sum(${all})`, 0.99, 'good +http_requests_total -http_requests_total{code=~"5.."} of +http_requests_total, objective 0.99'],
    ['sum(rate(a[5m])) / (sum(rate(a[5m])) + (sum(rate(b[5m])) or vector(0)))', 0.99, 'good +a of +a +b or 0, objective 0.99'],
    ['(sum(rate(e_total[5m])) or vector(0)) / sum(rate(r_total[5m]))', 0.01, 'bad +e_total or 0 of +r_total, objective 0.99'],
    ['histogram_quantile(0.99, sum by (le) (rate(h_bucket{job="x"}[5m])))', 1, '0.99 of h_bucket{job="x"} at most 1, objective 0.99'],
    ['rate({"dotted.name", x="1"}[5m]) / rate(all_total[5m])', 0.99, 'good +{__name__="dotted.name",x="1"} of +all_total, objective 0.99'],
  ])('%s with %d', (sli, target, means) => expect(read(sli, target)).toBe(means))

  test.each<[sli: string, target: number, because: RegExp]>([
    ['sum(rate(a[5m])', 0.99, /no PromQL: the end is unexpected at character 16/],
    ['rate(a[5m]) / / rate(b[5m])', 0.99, /no PromQL/],
    ['', 0.99, /no PromQL/],
    ['up', 0.99, /no form of an objective/],
    ['avg(rate(a[5m])) / sum(rate(b[5m]))', 0.99, /is no sum/],
    ['sum by (service) (rate(a[5m])) / sum by (service) (rate(b[5m]))', 0.99, /budget for each of its groups/],
    ['rate(a[5m]) / on(job) rate(b[5m])', 0.99, /matches series one by one/],
    ['rate(a[5m] offset 1h) / rate(b[5m])', 0.99, /another time/],
    ['rate(a[5m:1m]) / rate(b[5m])', 0.99, /subquery/],
    ['rate(a[5m] @ start()) / rate(b[5m])', 0.99, /another time/],
    ['a / b', 0.99, /value of a counter/],
    ['rate(a[5m]) * 100 / rate(b[5m])', 0.99, /no count of events/],
    ['avg_over_time(a[5m]) / rate(b[5m])', 0.99, /no count of events/],
    ['rate(a[5m]) / rate(a[5m])', 0.99, /by itself, which is always 1/],
    ['(rate(a[5m]) or rate(c[5m])) / rate(b[5m])', 0.99, /takes one of two counts/],
    ['rate(a[5m]) / rate(b[5m])', 1, /leaves no budget/],
    ['rate(a[5m]) / rate(b[5m])', 99.9, /no share of events/],
    ['rate(a[5m]) / rate(b[5m])', 0.3, /could be the share that must be good or the share that may fail/],
    ['1 - rate(a[5m]) / rate(b[5m])', 0.01, /could be the share/],
    ['histogram_quantile(95, rate(h_bucket[5m]))', 0.5, /no quantile above 0 and below 1/],
    ['histogram_quantile(0.95, rate(h[5m]))', 0.5, /no classic histogram/],
    ['histogram_quantile(0.95, sum by (le, pod) (rate(h_bucket[5m])))', 0.5, /no sum by \(le\)/],
    ['histogram_quantile(0.95, rate(h_bucket{le="1"}[5m]))', 0.5, /chooses among the buckets/],
    ['histogram_quantile(0.95, rate(h_bucket[5m])) < 0.5', 0.5, /no form of an objective/],
  ])('%s with %d is refused', (sli, target, because) => {
    const reading = readIndicator(sli, target)
    expect(isRefused(reading) ? reading.refused : read(sli, target)).toMatch(because)
    expect(isRefused(reading) && reading.remedy).toMatch(/\S/)
  })

  test('a target in percent is told as a share', () => expect(readIndicator('rate(a[5m]) / rate(b[5m])', 99.9)).toMatchObject({ remedy: 'Write 0.999 for 99.9 %.' }))
  test('a hostile depth is refused and not followed', () => expect(isRefused(readIndicator(`${'('.repeat(20_000)}a${')'.repeat(20_000)}`, 0.99))).toBe(true))
  test('whatever is written is read or refused', () => {
    const piece = fc.constantFrom('rate', 'sum', '(', ')', 'a', '[5m]', '/', '1', '-', '{x="y"}', 'or', 'vector(0)', 'by', 'histogram_quantile', ',', '0.9', '>', '#', '\n', '"', 'ä')
    fc.assert(fc.property(fc.array(piece, { maxLength: 14 }), fc.double({ min: 0.0001, max: 200, noNaN: true }), (pieces, target) => {
      const reading = readIndicator(pieces.join(' '), target)
      if (isRefused(reading)) return /\S/.test(reading.refused) && /\S/.test(reading.remedy)
      return reading.objective > 0 && reading.objective < 1
    }))
  })
})
