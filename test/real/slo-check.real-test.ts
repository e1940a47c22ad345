import { afterAll, expect, test } from '@jest/globals'
import { pairs } from '@fermata/slo'
import { added } from '../contract/slo/stories.ts'
import { reportOf, runAction } from '../e2e/support/steps.ts'
import { folderWith, removeFolders } from '../e2e/support/workspace.ts'
import { startRealPrometheus } from './prometheus.ts'

afterAll(removeFolders)

test('the action of dist, asking a real Prometheus about today', async () => {
  const [minute, day] = [60_000, 86_400_000]
  const begin = Date.now() - day - 70 * minute
  const told = (code: string, adds: (index: number) => number) => {
    let sum = 0
    const samples = Array.from({ length: Math.floor((Date.now() - begin) / minute) + 1 }, (_, index) => ({ at: begin + index * minute, value: (sum += index === 0 ? 0 : adds(index)) }))
    return { name: 'http_requests_total', labels: { job: 'shop', status: code }, samples }
  }
  const series = [told('200', (index) => 900 + (index % 7)), told('500', (index) => (index % 5 === 0 ? 1 : 0))]
  const server = await startRealPrometheus(series)
  try {
    const workspace = folderWith({ 'fermata.yaml': 'slos:\n  availability:\n    sli: rate(http_requests_total{status!~"5.."}[5m]) / rate(http_requests_total[5m])\n    target: 0.999\n    error_budget_window: 1d\n' })
    const ended = await runAction('slo-check', workspace, { inputs: { 'prometheus-url': server.url } })
    expect([ended.code, ended.outputs['verdict'], ended.outputs['worst']]).toEqual([0, 'pass', 'availability'])
    const report = reportOf(ended, workspace)
    const [asked] = report.evidence
    if (asked === undefined) throw new Error('the report has no evidence')
    const { at } = asked.result as { readonly at: number }
    const byHand = added(series.slice(1), at - day, at) / added(series, at - day, at) / 0.001
    expect(Math.abs((JSON.parse(ended.outputs['budget'] ?? '') as { readonly availability: number }).availability - (1 - byHand))).toBeLessThan(1e-9)
    expect(report.evidence.length).toBeGreaterThan(2 * pairs.length)
  } finally {
    await server.stop()
  }
}, 120_000)
