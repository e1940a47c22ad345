import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { binomial } from './distribution.ts'
import { clopperPearson, proportionAtMost } from './proportion.ts'

describe('Clopper-Pearson', () => {
  // Published in the Geigy scientific tables (8th edition, volume 2) and by R's binom.test.
  test.each<{ readonly failed: number; readonly total: number; readonly confidence: number; readonly low: number; readonly high: number }>`
    failed | total   | confidence | low          | high
    ${0}   | ${10}   | ${0.95}    | ${0}         | ${0.3084971}
    ${1}   | ${10}   | ${0.95}    | ${0.002528579} | ${0.4450161}
    ${5}   | ${20}   | ${0.95}    | ${0.08657147} | ${0.4910459}
    ${10}  | ${100}  | ${0.95}    | ${0.04900469} | ${0.1762226}
    ${10}  | ${10}   | ${0.95}    | ${0.6915029} | ${1}
    ${0}   | ${0}    | ${0.95}    | ${0}         | ${1}
  `('$failed of $total at $confidence', ({ failed, total, confidence, low, high }) => {
    const interval = clopperPearson({ failed, total }, confidence)
    expect(interval.low).toBeCloseTo(low, 6)
    expect(interval.high).toBeCloseTo(high, 6)
  })

  test('covers the true rate at least as often as its confidence says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (total, rate) => {
        const { from, mass } = binomial(total, rate)
        const covered = mass.reduce((sum, probability, index) => {
          const { low, high } = clopperPearson({ failed: from + index, total }, 0.9)
          return sum + (low <= rate && rate <= high ? probability : 0)
        }, 0)
        expect(covered).toBeGreaterThanOrEqual(0.9 - 1e-9)
      }),
      { numRuns: 20 },
    )
  })

  test.each([{ failed: -1, total: 3 }, { failed: 4, total: 3 }, { failed: 0.5, total: 3 }, { failed: Number.NaN, total: 3 }])('refuses what is no count: %o', (counts) => {
    expect(() => clopperPearson(counts)).toThrow(RangeError)
  })
})

describe('a proportion and its limit', () => {
  test.each<{ readonly failed: number; readonly total: number; readonly limit: number; readonly is: string }>`
    failed | total    | limit   | is
    ${0}   | ${298}   | ${0.01} | ${'undecided'}
    ${0}   | ${299}   | ${0.01} | ${'held'}
    ${2}   | ${299}   | ${0.01} | ${'undecided'}
    ${12}  | ${299}   | ${0.01} | ${'exceeded'}
    ${0}   | ${0}     | ${0.01} | ${'undecided'}
    ${0}   | ${0}     | ${1}    | ${'undecided'}
    ${1}   | ${1}     | ${0}    | ${'exceeded'}
  `('$failed of $total against $limit: $is', ({ failed, total, limit, is }) => {
    expect(proportionAtMost({ failed, total }, limit).is).toBe(is)
  })

  test('each answer is wrong at most as often as it may be', () => {
    for (const rate of [0.005, 0.01, 0.02]) {
      const { from, mass } = binomial(500, rate)
      const wrong = mass.reduce((sum, probability, index) => {
        const { is } = proportionAtMost({ failed: from + index, total: 500 }, 0.01, 0.95)
        return sum + ((is === 'held' && rate > 0.01) || (is === 'exceeded' && rate <= 0.01) ? probability : 0)
      }, 0)
      expect(wrong).toBeLessThanOrEqual(0.05)
    }
  })
})
