import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { chain, graphs, naiveReach, shop } from './graph.fixture.ts'
import { buildGraph } from './graph.ts'
import { schedule } from './schedule.ts'

const minutes: Readonly<Record<string, number>> = { database: 5, 'backend-api': 3, frontend: 2, 'worker-service': 4 }
const lasting = (id: string): number => minutes[id] as number

describe('the shop of four services', () => {
  const graph = buildGraph(shop)

  test('on two runners takes as long as its critical path', () => {
    const plan = schedule(graph, { durations: lasting, runners: 2 })
    expect(plan.makespan).toBe(12)
    expect(plan.lowerBound).toBe(12)
    expect(plan.criticalPath).toEqual(['database', 'backend-api', 'worker-service'])
    expect([...plan.starts]).toEqual([['database', 0], ['backend-api', 5], ['frontend', 8], ['worker-service', 8]])
    expect([...plan.slack]).toEqual([['database', 0], ['backend-api', 0], ['frontend', 2], ['worker-service', 0]])
  })

  test('on one runner takes the sum, the longest way first', () => {
    const plan = schedule(graph, { durations: lasting, runners: 1 })
    expect([plan.makespan, plan.lowerBound]).toEqual([14, 14])
    expect(plan.starts.get('frontend')).toBe(12)
  })

  test('a service outside of the subset takes no time, and order through it counts', () => {
    const plan = schedule(graph, { durations: lasting, runners: 4, subset: ['frontend', 'database'] })
    expect([...plan.starts]).toEqual([['database', 0], ['frontend', 5]])
    expect(plan.criticalPath).toEqual(['database', 'frontend'])
    expect([...plan.slack.keys()]).toEqual(['database', 'frontend'])
  })
})

test('barriers cost what an uneven wave makes others wait for', () => {
  const graph = buildGraph([
    { id: 'slow', dependencies: [] },
    { id: 'quick', dependencies: [] },
    { id: 'after-slow', dependencies: ['slow'] },
    { id: 'after-quick', dependencies: ['quick'] },
  ])
  const durations = (id: string): number => (id === 'slow' || id === 'after-quick' ? 10 : 1)
  const plan = schedule(graph, { durations, runners: 2 })
  expect([plan.makespan, plan.withBarriers]).toEqual([11, 20])
})

test('within a wave the longest goes first', () => {
  const graph = buildGraph(['a', 'b', 'c'].map((id) => ({ id, dependencies: [] })))
  expect(schedule(graph, { durations: (id) => (id === 'c' ? 2 : 1), runners: 2 }).withBarriers).toBe(2)
})

test('a cycle is one job that takes its services one after the other', () => {
  const graph = buildGraph([
    { id: 'a', dependencies: ['b'] },
    { id: 'b', dependencies: ['a'] },
    { id: 'c', dependencies: ['a'] },
  ])
  const plan = schedule(graph, { durations: () => 2, runners: 8 })
  expect([...plan.starts]).toEqual([['a', 0], ['b', 2], ['c', 4]])
  expect([plan.makespan, plan.withBarriers]).toEqual([6, 6])
})

test('nothing takes no time', () => {
  expect(schedule(buildGraph([]), { durations: () => 1, runners: 1 })).toEqual({
    makespan: 0, lowerBound: 0, criticalPath: [], starts: new Map(), slack: new Map(), withBarriers: 0,
  })
})

test.each([
  ['no runner', { durations: () => 1, runners: 0 }],
  ['half a runner', { durations: () => 1, runners: 1.5 }],
  ['a negative duration', { durations: () => -1, runners: 1 }],
  ['a duration that is not known', { durations: () => Number.NaN, runners: 1 }],
  ['a service that is not there', { durations: () => 1, runners: 1, subset: ['nope'] }],
])('%s is refused', (_, wish) => {
  expect(() => schedule(buildGraph(shop), wish)).toThrow(RangeError)
})

test('a chain of 100,000 services is scheduled, also when all but the ends are outside of the subset', () => {
  const graph = buildGraph(chain(100_000))
  expect(schedule(graph, { durations: () => 1, runners: 3 }).makespan).toBe(100_000)
  expect(schedule(graph, { durations: () => 1, runners: 3, subset: ['s0', 's99999'] }).makespan).toBe(2)
})

describe('any schedule', () => {
  const wishes = fc.record({
    services: graphs,
    lengths: fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ min: 0, max: 1e3, noNaN: true })), { minLength: 9, maxLength: 9 }),
    runners: fc.integer({ min: 1, max: 4 }),
    pick: fc.integer({ min: 0, max: 511 }),
  })
  const arrange = ({ services, lengths, runners, pick }: { readonly services: Parameters<typeof naiveReach>[0]; readonly lengths: readonly number[]; readonly runners: number; readonly pick: number }) => {
    const durations = (id: string): number => lengths[Number(id.slice(1))] as number
    const subset = services.map(({ id }) => id).filter((_, index) => (pick >> index) % 2 === 1)
    const graph = buildGraph(services)
    return { graph, durations, subset, plan: schedule(graph, { durations, runners, subset }), reaches: naiveReach(services) }
  }

  test('starts a service only when everything that it needs has ended, however far away', () => {
    fc.assert(fc.property(wishes, (wish) => {
      const { plan, subset, durations, reaches } = arrange(wish)
      expect([...plan.starts.keys()]).toEqual(subset)
      for (const later of subset) {
        for (const sooner of subset) {
          if (!Number.isFinite(reaches(later, sooner)) || Number.isFinite(reaches(sooner, later))) continue
          expect(plan.starts.get(later)).toBeGreaterThanOrEqual((plan.starts.get(sooner) as number) + durations(sooner) - 1e-9)
        }
      }
    }))
  })

  test('never has more services at work than runners', () => {
    fc.assert(fc.property(wishes, (wish) => {
      const { plan, subset, durations } = arrange(wish)
      for (const start of plan.starts.values()) {
        const busy = subset.filter((id) => (plan.starts.get(id) as number) <= start && (plan.starts.get(id) as number) + durations(id) > start + 1e-9)
        expect(busy.length).toBeLessThanOrEqual(wish.runners)
      }
    }))
  })

  test('lies between the lower bound and the bound of Graham', () => {
    fc.assert(fc.property(wishes, (wish) => {
      const { plan, subset, durations } = arrange(wish)
      const work = subset.reduce((sum, id) => sum + durations(id), 0)
      const critical = plan.criticalPath.reduce((sum, id) => sum + durations(id), 0)
      const room = 1e-9 * (1 + work)
      expect(plan.makespan).toBeGreaterThanOrEqual(plan.lowerBound)
      expect(plan.lowerBound).toBeGreaterThanOrEqual(Math.max(critical, work / wish.runners) - room)
      expect(plan.makespan).toBeLessThanOrEqual(work / wish.runners + (1 - 1 / wish.runners) * critical + room)
      expect(plan.withBarriers).toBeGreaterThanOrEqual(plan.lowerBound - room)
    }))
  })

  test('has no slack on the critical path, and no path is longer', () => {
    fc.assert(fc.property(wishes, (wish) => {
      const { graph, plan, subset, durations } = arrange(wish)
      for (const id of plan.criticalPath) expect(plan.slack.get(id)).toBeLessThan(1e-9)
      const unlimited = schedule(graph, { durations, subset, runners: 1_000 })
      expect(unlimited.makespan).toBeCloseTo(plan.criticalPath.reduce((sum, id) => sum + durations(id), 0), 6)
    }))
  })

  test('ends no later when a service is late by its slack and runners are unlimited', () => {
    fc.assert(fc.property(wishes, (wish) => {
      const { graph, plan, subset, durations } = arrange(wish)
      const runners = 1_000
      const before = schedule(graph, { durations, subset, runners }).makespan
      for (const late of subset) {
        const delay = plan.slack.get(late) as number
        const after = schedule(graph, { durations: (id) => durations(id) + (id === late ? delay : 0), subset, runners }).makespan
        expect(after).toBeCloseTo(before, 6)
      }
    }))
  })
})
