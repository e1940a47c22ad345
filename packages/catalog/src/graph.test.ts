import { describe, expect, test } from '@jest/globals'
import { ConfigurationError } from '@fermata/verdict'
import * as fc from 'fast-check'
import { buildGraph, type GraphService } from './graph.ts'
import { chain, graphs, naiveReach, shop } from './graph.fixture.ts'

describe('the shop of four services', () => {
  const graph = buildGraph(shop)

  test('knows both directions of a dependency', () => {
    expect(graph.dependencies('worker-service')).toEqual(['database', 'backend-api'])
    expect(graph.dependents('database')).toEqual(['backend-api', 'worker-service'])
    expect(graph.has('worker-service')).toBe(true)
    expect(graph.has('worker')).toBe(false)
  })

  test('deploys in waves, each in catalog order', () => {
    expect(graph.waves()).toEqual([['database'], ['backend-api'], ['frontend', 'worker-service']])
  })

  test('keeps the order through a service that is not in the subset', () => {
    expect(graph.waves(['frontend', 'database'])).toEqual([['database'], ['frontend']])
    expect(graph.waves([])).toEqual([])
  })

  test('says through whom and how far a change reaches', () => {
    expect([...graph.withDependents(['database'])]).toEqual([
      ['database', { via: undefined, origin: 'database', distance: 0 }],
      ['backend-api', { via: 'database', origin: 'database', distance: 1 }],
      ['frontend', { via: 'backend-api', origin: 'database', distance: 2 }],
      ['worker-service', { via: 'database', origin: 'database', distance: 1 }],
    ])
    expect([...graph.withDependencies(['frontend']).keys()]).toEqual(['database', 'backend-api', 'frontend'])
  })

  test('of two origins as near, names the first of the catalog, in whatever order they are given', () => {
    expect(graph.withDependents(['backend-api', 'database']).get('worker-service')).toEqual({ via: 'database', origin: 'database', distance: 1 })
  })

  test('refuses to answer about a service that it does not have', () => {
    expect(() => graph.dependencies('nope')).toThrow(new RangeError('The graph has no service "nope".'))
    expect(() => graph.waves(['nope'])).toThrow(RangeError)
    expect(() => graph.withDependents(['nope'])).toThrow(RangeError)
  })
})

describe('cycles', () => {
  const graph = buildGraph([
    { id: 'top', dependencies: ['a'] },
    { id: 'a', dependencies: ['b', 'c'] },
    { id: 'b', dependencies: ['c'] },
    { id: 'c', dependencies: ['a', 'base'] },
    { id: 'base', dependencies: [] },
    { id: 'loop', dependencies: ['loop'] },
  ])

  test('are one unit and one level', () => {
    expect(graph.units).toEqual([['base'], ['a', 'b', 'c'], ['top'], ['loop']])
    expect(graph.waves()).toEqual([['base', 'loop'], ['a', 'b', 'c'], ['top']])
  })

  test('are shown as the shortest way round, and a service that needs itself is one', () => {
    expect(graph.cycles).toEqual([
      ['a', 'c', 'a'],
      ['loop', 'loop'],
    ])
  })
})

describe('what cannot be a graph is refused whole', () => {
  test('an id twice and an unknown dependency, both named', () => {
    const build = () => buildGraph([{ id: 'a', dependencies: ['x'] }, { id: 'a', dependencies: [] }])
    expect(build).toThrow(ConfigurationError)
    expect(build).toThrow(/Service a is there more than once[^]*Service a depends on "x"/)
  })

  test('ids that are names of object members are ids like others', () => {
    const graph = buildGraph([{ id: 'constructor', dependencies: ['tostring'] }, { id: 'tostring', dependencies: [] }])
    expect(graph.waves()).toEqual([['tostring'], ['constructor']])
    expect(graph.has('valueof')).toBe(false)
  })
})

test('a chain of 100,000 services has 100,000 waves and overflows nothing', () => {
  const graph = buildGraph(chain(100_000))
  expect(graph.units.length).toBe(100_000)
  expect(graph.waves().length).toBe(100_000)
  expect(graph.withDependents(['s0']).get('s99999')?.distance).toBe(99_999)
})

test('a ring of 100,000 services is one unit with one way round', () => {
  const ring = chain(100_000).map((service, index): GraphService => (index === 0 ? { ...service, dependencies: ['s99999'] } : service))
  const graph = buildGraph(ring)
  expect(graph.units.length).toBe(1)
  expect(graph.cycles[0]?.length).toBe(100_001)
})

describe('any graph agrees with the naive answer', () => {
  test('dependents and dependencies are the transitive closure, with true distances and ways', () => {
    fc.assert(fc.property(graphs, fc.nat(), (services, pick) => {
      const graph = buildGraph(services)
      const distances = naiveReach(services)
      const origins = services.filter((_, index) => (pick >> index % 8) % 2 === 1).map(({ id }) => id)
      for (const [reached, far] of [
        [graph.withDependencies(origins), (from: string, to: string) => distances(from, to)],
        [graph.withDependents(origins), (from: string, to: string) => distances(to, from)],
      ] as const) {
        for (const { id } of services) {
          const nearest = Math.min(Number.POSITIVE_INFINITY, ...origins.map((origin) => far(origin, id)))
          const reach = reached.get(id)
          expect(reach?.distance ?? Number.POSITIVE_INFINITY).toBe(nearest)
          if (reach === undefined) continue
          expect(far(reach.origin, id)).toBe(nearest)
          if (reach.via === undefined) expect(reach.origin).toBe(id)
          else expect([far(reach.via, id), reached.get(reach.via)?.distance]).toEqual([1, nearest - 1])
        }
      }
    }))
  })

  test('two services are in one unit when each reaches the other, and units stand behind what they need', () => {
    fc.assert(fc.property(graphs, (services) => {
      const graph = buildGraph(services)
      const reaches = naiveReach(services)
      const unitOf = new Map(graph.units.flatMap((unit, index) => unit.map((id) => [id, index] as const)))
      expect(unitOf.size).toBe(services.length)
      for (const { id, dependencies } of services) {
        for (const { id: other } of services) expect(unitOf.get(id) === unitOf.get(other)).toBe(Number.isFinite(reaches(id, other) + reaches(other, id)))
        for (const dependency of dependencies) expect(unitOf.get(dependency)).toBeLessThanOrEqual(unitOf.get(id) as number)
      }
    }))
  })

  test('each cycle is a closed path of real dependencies, the shortest through its first service, one for each cyclic unit', () => {
    fc.assert(fc.property(graphs, (services) => {
      const graph = buildGraph(services)
      const reaches = naiveReach(services)
      const cyclic = graph.units.filter(([first, ...rest]) => rest.length > 0 || graph.dependencies(first as string).includes(first as string))
      expect(graph.cycles.map(([first]) => first)).toEqual(cyclic.map(([first]) => first))
      for (const cycle of graph.cycles) {
        expect(cycle.at(-1)).toBe(cycle[0])
        for (const [index, id] of cycle.slice(1).entries()) expect(graph.dependencies(cycle[index] as string)).toContain(id)
        const round = Math.min(...graph.dependencies(cycle[0] as string).map((next) => 1 + reaches(next, cycle[0] as string)))
        expect(cycle.length - 1).toBe(round)
      }
    }))
  })

  test('waves of a subset are the longest-path levels of the contracted closure', () => {
    fc.assert(fc.property(graphs, fc.nat(), (services, pick) => {
      const graph = buildGraph(services)
      const reaches = naiveReach(services)
      const chosen = services.filter((_, index) => (pick >> index % 8) % 2 === 1).map(({ id }) => id)
      const before = (a: string, b: string) => Number.isFinite(reaches(b, a)) && !Number.isFinite(reaches(a, b))
      const level = (id: string): number => Math.max(0, ...chosen.filter((other) => before(other, id)).map((other) => level(other) + 1))
      const expected: string[][] = []
      for (const id of chosen) (expected[level(id)] ??= []).push(id)
      expect(graph.waves(chosen)).toEqual(expected)
    }))
  })
})
