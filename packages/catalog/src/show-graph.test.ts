import { describe, expect, test } from '@jest/globals'
import { readRequest } from '@fermata/capability'
import type { Ports } from '@fermata/ports'
import type { Report } from '@fermata/verdict'
import { graphShow } from './graph-request.ts'
import { showGraph } from './show-graph.ts'

const shop = 'services:\n  database: {}\n  backend-api: {dependencies: [database]}\n  frontend: {dependencies: [backend-api]}\n'

function show(catalog: string, inputs: Readonly<Record<string, string>> = {}): Promise<Report> {
  const ports: Pick<Ports, 'files' | 'clock'> = {
    clock: { now: () => 1_000, sleep: () => Promise.reject(new Error('Nothing waits here.')) },
    files: {
      read: (path) => Promise.resolve(path === 'fermata.yaml' ? new TextEncoder().encode(catalog) : undefined),
      list: () => Promise.resolve(undefined),
      write: () => Promise.reject(new Error('Nothing is written here.')),
    },
  }
  return showGraph(readRequest(graphShow, (name) => inputs[name]), ports)
}

describe('fermata graph', () => {
  test('passes, says the whole in one line, and gives the text', async () => {
    const report = await show(shop)
    expect(report).toMatchObject({ capability: 'graph', verdict: 'pass', summary: '3 services in 3 waves, no cycle: 3 steps on 4 runners, at best 3 steps' })
    expect(report.outputs['graph']).toContain('database -> backend-api -> frontend')
    expect(report.sections[0]?.blocks.find(({ kind }) => kind === 'graph')).toMatchObject({ nodes: [{ id: 'database', wave: 1 }, { id: 'backend-api', wave: 2 }, { id: 'frontend', wave: 3 }], edges: [{ from: 'backend-api', to: 'database' }, { from: 'frontend', to: 'backend-api' }] })
  })

  test.each([
    ['mermaid', /^flowchart RL\n/],
    ['dot', /^digraph services \{\n/],
    ['json', /^\{"services":\[/],
  ])('writes %s', async (format, begins) => {
    expect((await show(shop, { format })).outputs['graph']).toMatch(begins)
  })

  test('shows a subset, with the order through the others', async () => {
    const report = await show(shop, { services: 'frontend, database' })
    expect(report.subject.services).toEqual(['database', 'frontend'])
    expect(report.summary).toContain('2 services in 2 waves')
  })

  test('takes the median for services whose duration is not known', async () => {
    const report = await show(shop, { durations: '{"database": "1m", "frontend": "3m"}', runners: '1' })
    expect(report.summary).toContain('5m on 1 runner, at best 5m')
  })

  test('names a cycle without holding it against the catalog', async () => {
    const report = await show('services:\n  a: {dependencies: [b]}\n  b: {dependencies: [a]}\n')
    expect(report.verdict).toBe('pass')
    expect(report.reasons).toMatchObject([{ code: 'FM-CATALOG-CYCLE', severity: 'note', message: 'Services need each other and go out as one: a -> b -> a.', location: { file: 'fermata.yaml', line: 2 } }])
  })

  test('warns of a service that no change can touch', async () => {
    const report = await show('services:\n  a: {paths: []}\n  b: {}\n')
    expect(report).toMatchObject({ verdict: 'warn', reasons: [{ code: 'FM-CATALOG-UNOWNED', service: 'a' }] })
  })

  test('of a catalog without services is inconclusive, and never a pass', async () => {
    const report = await show('slos:\n  a: {sli: up, target: 1, error_budget_window: 1d}\n')
    expect(report).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'FM-CATALOG-NO-SERVICES' }] })
  })

  test('says when Mermaid would not draw it', async () => {
    const many = `services:\n  hub: {}\n${Array.from({ length: 501 }, (_, index) => `  s${index}: {dependencies: [hub]}\n`).join('')}`
    expect((await show(many, { format: 'mermaid' })).reasons.map(({ code }) => code)).toEqual(['FM-CATALOG-MERMAID-LIMIT'])
    expect((await show(many, { format: 'dot' })).reasons).toEqual([])
  })

  test('refuses all wrong inputs together', async () => {
    await expect(show(shop, { runners: '0', services: 'frontent', durations: '{"databse": "1m"}' })).rejects.toThrow(
      /Input runners: .*\nInput services: fermata\.yaml has no service "frontent"\. Did you mean frontend\?.*\nInput durations: fermata\.yaml has no service "databse"\. Did you mean database\?/,
    )
  })

  test('refuses a duration that is none', async () => {
    await expect(async () => show(shop, { durations: '{"database": "soon"}' })).rejects.toThrow('expected a duration such as 30s')
  })

  test('reads the catalog that config names, and says how to get one when there is none', async () => {
    await expect(show(shop, { config: 'other.yaml' })).rejects.toThrow('There is no catalog other.yaml. Run `fermata init`')
  })
})
