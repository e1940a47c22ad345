import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { condensed, restartsBetween, risenBetween } from './raw.ts'

const samples = (...values: readonly (readonly [at: number, value: number])[]) => values.map(([at, value]) => ({ at, value }))
const hour = 3_600_000

test.each<[name: string, told: ReturnType<typeof samples>, after: number, until: number, risen: number, restarts: number]>([
  ['each rise belongs to the sample that shows it', samples([0, 5], [10, 8], [20, 9]), 5, 15, 3, 0],
  ['a sample on the left edge is outside, one on the right edge inside', samples([0, 5], [10, 8], [20, 9]), 10, 20, 1, 0],
  ['what the first sample shows is not counted', samples([10, 8], [20, 9]), 0, 20, 1, 0],
  ['after a restart a counter counts from zero', samples([0, 100], [10, 2], [20, 5]), 0, 20, 5, 0],
  ['a restart inside', samples([0, 100], [10, 104], [20, 3]), 5, 20, 7, 1],
  ['a sample too long before the window is not compared with', samples([0, 5], [hour + 20, 9]), hour + 10, hour + 30, 0, 0],
])('%s', (_, told, after, until, risen, restarts) => expect([risenBetween(told, after, until), restartsBetween(told, after, until)]).toEqual([risen, restarts]))

const series = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 * 60_000 }), fc.integer({ min: 0, max: 50 }), fc.boolean()), { minLength: 1, maxLength: 60 }).map((steps) => {
  let [at, value] = [0, 10]
  return steps.map(([pause, more, anew]) => {
    at += pause
    value = anew && more > 40 ? more - 40 : value + more
    return { at, value }
  })
})
const times = fc.integer({ min: 0, max: 30 * hour })

test('windows side by side add up, unless a sample is too long before one of them', () => {
  fc.assert(fc.property(series, times, times, times, (told, a, b, c) => {
    const [from, middle, to] = [a, b, c].toSorted((x, y) => x - y) as [number, number, number]
    expect(risenBetween(told, from, middle) + risenBetween(told, middle, to)).toBe(risenBetween(told, from, to))
  }))
})

test('of samples only those are left out that decide nothing', () => {
  fc.assert(fc.property(series, fc.array(times, { minLength: 2, maxLength: 8 }), (told, boundaries) => {
    const kept = condensed(told, boundaries)
    for (const after of boundaries) {
      for (const until of boundaries.filter((other) => other > after)) {
        expect(risenBetween(kept, after, until)).toBeCloseTo(risenBetween(told, after, until), 6)
        expect(restartsBetween(kept, after - hour, until)).toBe(restartsBetween(told, after - hour, until))
      }
    }
  }))
})
