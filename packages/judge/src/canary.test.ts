import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type CanaryLook, watched } from './borders.ts'
import { judgeCanary, usualQuestion } from './canary.ts'
import { binomial } from './distribution.ts'
import { fisherOneSided } from './fisher.ts'
import { detectableRate, powerAgainst } from './power.ts'
import { likeObrienFleming, likePocock, type Spending } from './spending.ts'

const look = (share: number, canary: readonly [number, number], stable: readonly [number, number]): CanaryLook => ({ share, canary: { failed: canary[0], total: canary[1] }, stable: { failed: stable[0], total: stable[1] } })

describe('Fisher\'s test', () => {
  test('the lady tasting tea: three of four right is 17 in 70, all four one in 70', () => {
    expect(fisherOneSided({ failed: 3, total: 4 }, { failed: 1, total: 4 })).toBeCloseTo(17 / 70, 12)
    expect(fisherOneSided({ failed: 4, total: 4 }, { failed: 0, total: 4 })).toBeCloseTo(1 / 70, 12)
  })

  test('where nothing failed, nothing is unlikely', () => {
    expect(fisherOneSided({ failed: 0, total: 10 }, { failed: 0, total: 90 })).toBe(1)
  })
})

describe('a canary', () => {
  test('with one look it is Fisher\'s test', () => {
    const { pValue, failsFrom, spent } = judgeCanary([look(1, [5, 150], [7, 1350])])
    expect(pValue).toBeCloseTo(fisherOneSided({ failed: 5, total: 150 }, { failed: 7, total: 1350 }), 12)
    expect([failsFrom, spent <= 0.01]).toEqual([5, true])
  })

  test.each<{ readonly what: string; readonly looks: readonly CanaryLook[]; readonly verdict: string }>`
    what                                     | looks                                                              | verdict
    ${'no looks at all'}                     | ${[]}                                                              | ${'inconclusive'}
    ${'no requests on the canary'}           | ${[look(1, [0, 0], [3, 10_000])]}                                  | ${'inconclusive'}
    ${'no requests on stable'}               | ${[look(1, [0, 10_000], [0, 0])]}                                  | ${'inconclusive'}
    ${'only failures, and nobody to compare'} | ${[look(1, [100, 100], [0, 0])]}                                  | ${'inconclusive'}
    ${'too few to show anything'}            | ${[look(1, [0, 20], [0, 180])]}                                    | ${'inconclusive'}
    ${'enough, and no worse'}                | ${[look(1, [1, 150], [7, 1350])]}                                  | ${'pass'}
    ${'failing wholly in the first minute'}  | ${[look(1 / 15, [10, 10], [0, 90])]}                               | ${'fail'}
    ${'better than stable'}                  | ${[look(1, [0, 500], [200, 4500])]}                                | ${'pass'}
    ${'as bad as stable, however bad'}       | ${[look(1, [5000, 10_000], [45_000, 90_000])]}                            | ${'pass'}
    ${'ten times as bad'}                    | ${[look(0.5, [4, 75], [3, 675]), look(1, [4, 75], [4, 675])]}      | ${'fail'}
  `('$what: $verdict', ({ looks, verdict }) => {
    expect(judgeCanary(looks).verdict).toBe(verdict)
  })

  test('an outage that hits both sides while the canary has more traffic is not held against it', () => {
    // 10 % of the traffic while all is well, 50 % during the outage: pooled, the canary would look three times as bad.
    const looks = [look(0.5, [1, 1000], [9, 9000]), look(1, [250, 5000], [250, 5000])]
    expect(judgeCanary(looks).verdict).toBe('pass')
    expect(fisherOneSided({ failed: 251, total: 6000 }, { failed: 259, total: 14_000 })).toBeLessThan(1e-10)
  })

  test('a look without requests changes nothing', () => {
    const looks = [look(0.3, [2, 60], [5, 500]), look(0.9, [1, 90], [4, 800])]
    const withGap = [looks[0] as CanaryLook, look(0.6, [0, 0], [0, 0]), looks[1] as CanaryLook]
    expect(judgeCanary(withGap)).toEqual(judgeCanary(looks))
  })

  test('what would have been found is told', () => {
    const { detectable } = judgeCanary([look(1, [1, 150], [7, 1350])])
    const sight = { canary: 150, stable: 1350, rate: 7 / 1350, level: 0.01 }
    expect(powerAgainst(sight, detectable as number)).toBeGreaterThanOrEqual(0.8)
    expect(powerAgainst(sight, (detectable as number) - 0.002)).toBeLessThan(0.8)
    expect(detectableRate({ ...sight, canary: 1, stable: 20 }, 0.8)).toBeUndefined()
  })
})

describe('all looks together', () => {
  // The bounds of five equal looks, two-sided 0.05, in standard deviations: Jennison & Turnbull 2000, tables 7.1 ff. and the program of Reboussin et al. (2000).
  test.each<{ readonly name: string; readonly spending: Spending; readonly bounds: readonly number[] }>`
    name               | spending             | bounds
    ${'OBrienFleming'} | ${likeObrienFleming} | ${[4.8769, 3.3569, 2.6803, 2.2898, 2.031]}
    ${'Pocock'}        | ${likePocock}        | ${[2.438, 2.4268, 2.4101, 2.3966, 2.3859]}
  `('with many counts the exact borders are the published ones of $name', ({ spending, bounds }) => {
    // Ten thousand failures on each side in each look: in standard deviations the border is then nearly as fine as the tables.
    const each = look(0, [10_000, 200_000], [10_000, 200_000])
    const deviation = Math.sqrt((20_000 * 0.25 * 19) / 20)
    bounds.forEach((bound, index) => {
      const looks = Array.from({ length: index + 1 }, (_, number) => ({ ...each, share: (number + 1) / 5 }))
      const { failsFrom } = watched(looks, { level: 0.025, spending })
      const z = (failsFrom - 0.5 - 10_000 * (index + 1)) / (deviation * Math.sqrt(index + 1))
      expect(z).toBeCloseTo(bound, 1.5)
    })
  }, 60_000)

  test('however the looks fall, no more than the level is spent', () => {
    const counts = fc.record({ total: fc.integer({ min: 0, max: 300 }), part: fc.double({ min: 0, max: 0.2, noNaN: true }) }).map(({ total, part }) => ({ total, failed: Math.floor(total * part) }))
    fc.assert(
      fc.property(fc.array(fc.record({ canary: counts, stable: counts }), { maxLength: 12 }), (list) => {
        const { spent } = judgeCanary(list.map((one, index) => ({ ...one, share: (index + 1) / list.length })))
        expect(spent).toBeLessThanOrEqual(0.01 + 1e-12)
      }),
      { numRuns: 60 },
    )
  })

  test('summed over everything that can happen in two looks, a canary that is no worse is called worse in at most one of twenty', () => {
    // Exactly, not by chance: every split of the failures, weighted by its probability.
    const rate = 0.3
    const [canary, stable] = [binomial(4, rate), binomial(6, rate)]
    const outcomes = canary.mass.flatMap((a, x) => stable.mass.map((b, y) => ({ probability: a * b, failed: [x, y] as const })))
    const wrong = (looks: readonly CanaryLook[]): number =>
      outcomes.reduce((sum, { probability, failed }) => {
        const now = [...looks, look((looks.length + 1) / 2, [failed[0], 4], [failed[1], 6])]
        const { crossed } = watched(now, { level: 0.05, spending: usualQuestion.spending })
        return sum + probability * (crossed ? 1 : now.length === 2 ? 0 : wrong(now))
      }, 0)
    const error = wrong([])
    expect(error).toBeLessThanOrEqual(0.05)
    expect(error).toBeGreaterThan(0.001)
  })
})
