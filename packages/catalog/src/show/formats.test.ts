import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { buildGraph } from '../graph.ts'
import { graphs, naiveReach, shop } from '../graph.fixture.ts'
import { viewGraph, type GraphView } from '../graph-view.ts'
import { dotText, graphAsDot } from './dot.ts'
import { graphAsJson } from './json.ts'
import { graphAsMermaid, mermaidText } from './mermaid.ts'
import { graphAsText, timeText } from './text.ts'

function view(subset?: readonly string[], durations?: Readonly<Record<string, number>>): GraphView {
  return viewGraph(buildGraph(shop), { subset, runners: 2, durations: durations && new Map(Object.entries(durations)) })
}

describe('text', () => {
  test('shows waves, cycles, critical path, and the makespan beside the lower bound', () => {
    expect(graphAsText(view()).split('\n')).toEqual([
      'Waves',
      '  1  database',
      '  2  backend-api',
      '  3  frontend, worker-service',
      '',
      'Cycles: none',
      '',
      'Critical path (3 steps)',
      '  database -> backend-api -> frontend',
      '',
      'Time on 2 runners, each service taken as one step',
      '  lower bound       3 steps',
      '  as soon as ready  3 steps',
      '  wave after wave   3 steps',
      '',
    ])
  })

  test('says by how much waiting for whole waves is worse', () => {
    const graph = buildGraph([{ id: 'slow', dependencies: [] }, { id: 'quick', dependencies: [] }, { id: 'a', dependencies: ['slow'] }, { id: 'b', dependencies: ['quick'] }])
    const text = graphAsText(viewGraph(graph, { subset: undefined, runners: 2, durations: new Map([['slow', 600_000], ['quick', 60_000], ['a', 60_000], ['b', 600_000]]) }))
    expect(text).toContain('as soon as ready  11m\n')
    expect(text).toContain('wave after wave   20m (1.82 times the lower bound)')
  })

  test('shows each cycle as a way round', () => {
    const graph = buildGraph([{ id: 'a', dependencies: ['b'] }, { id: 'b', dependencies: ['a'] }])
    expect(graphAsText(viewGraph(graph, { subset: undefined, runners: 1, durations: undefined }))).toContain('Cycles (each goes out as one unit)\n  a -> b -> a\n')
  })

  test('keeps lines short', () => {
    const graph = buildGraph(Array.from({ length: 200 }, (_, index) => ({ id: `service-${index}`, dependencies: [] })))
    const lines = graphAsText(viewGraph(graph, { subset: undefined, runners: 1, durations: undefined })).split('\n')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(101)
    expect(lines.join(' ')).toContain('service-199')
  })

  test.each([
    [1, 'step', '1 step'],
    [0, 'step', '0 steps'],
    [3_723_000, 'millisecond', '1h 2m 3s'],
    [90_000, 'millisecond', '1m 30s'],
    [3_600_000, 'millisecond', '1h'],
    [0, 'millisecond', '0s'],
  ] as const)('%d %s is %s', (time, unit, text) => {
    expect(timeText(time, unit)).toBe(text)
  })
})

describe('a subset', () => {
  test('shows a way through other services as an indirect edge', () => {
    expect(view(['frontend', 'database']).edges).toEqual([{ from: 'frontend', to: 'database', indirect: true }])
    expect(view(['worker-service', 'database']).edges).toEqual([{ from: 'worker-service', to: 'database', indirect: false }])
  })

  test('has an edge exactly where a way leads through other services only', () => {
    fc.assert(fc.property(graphs, fc.nat({ max: 511 }), (services, pick) => {
      const subset = services.map(({ id }) => id).filter((_, index) => (pick >> index) % 2 === 1)
      const { edges } = viewGraph(buildGraph(services), { subset, runners: 1, durations: undefined })
      for (const from of subset) {
        for (const to of subset) {
          const ways = naiveReach(services.map(({ id, dependencies }) => ({ id, dependencies: id === from || !subset.includes(id) ? dependencies : [] })))
          const direct = services.find(({ id }) => id === from)?.dependencies.includes(to)
          expect(edges.some((edge) => edge.from === from && edge.to === to)).toBe(from === to ? direct : Number.isFinite(ways(from, to)))
        }
      }
    }))
  })
})

describe('mermaid', () => {
  test('draws with ids that are no words of the language', () => {
    const graph = buildGraph([{ id: 'end', dependencies: ['graph'] }, { id: 'graph', dependencies: [] }])
    expect(graphAsMermaid(viewGraph(graph, { subset: undefined, runners: 1, durations: undefined })).split('\n')).toEqual([
      'flowchart RL',
      '  subgraph w0["Wave 1"]',
      '    s0["graph"]',
      '  end',
      '  subgraph w1["Wave 2"]',
      '    s1["end"]',
      '  end',
      '  s1 --> s0',
      '',
    ])
  })

  test('dashes what leads through services that are not shown', () => {
    expect(graphAsMermaid(view(['frontend', 'database']))).toContain('s1 -.-> s0')
  })

  test('no label ends its quotes or brings mark-up', () => {
    expect(mermaidText('a"]<b>`#;é')).toBe('a#34;#93;#60;b#62;#96;#35;#59;#233;')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(mermaidText(text)).toMatch(/^[A-Za-z0-9 ._/:#;-]*$/)
      expect(mermaidText(text).replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))).toBe(text)
    }))
  })
})

describe('dot', () => {
  test('quotes every name and groups waves', () => {
    const dot = graphAsDot(view())
    expect(dot).toContain('{ rank=same; "frontend"; "worker-service"; }')
    expect(dot).toContain('"worker-service" -> "database";')
    expect(graphAsDot(view(['frontend', 'database']))).toContain('"frontend" -> "database" [style=dashed];')
  })

  test('no name ends its quotes', () => {
    expect(dotText('a"; b\\')).toBe('"a\\"; b\\\\"')
    fc.assert(fc.property(fc.string(), (text) => {
      expect(dotText(text)).toMatch(/^"(?:[^"\\\n]|\\["\\])*"$/)
    }))
  })
})

test('json is one line with everything that the text shows', () => {
  const json = graphAsJson(view(undefined, { database: 60_000, frontend: 30_000 }))
  expect(json).not.toContain('\n')
  expect(JSON.parse(json)).toMatchObject({
    services: [{ id: 'database', wave: 0, needs: [], start: 0, slack: 0 }, { id: 'backend-api', wave: 1, needs: ['database'] }, { id: 'frontend', wave: 2, start: 90_000 }, { id: 'worker-service', needs: ['database', 'backend-api'] }],
    waves: [['database'], ['backend-api'], ['frontend', 'worker-service']],
    cycles: [],
    criticalPath: ['database', 'backend-api', 'frontend'],
    unit: 'millisecond',
    runners: 2,
    criticalLength: 120_000,
    lowerBound: 120_000,
    makespan: 120_000,
    withBarriers: 120_000,
  })
})
