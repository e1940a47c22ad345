import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { atLeast, binomial, certainly, hypergeometric, plus } from './distribution.ts'

const choose = (n: number, k: number): number => (k < 0 || k > n ? 0 : Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((a, b) => a * b, 1))

describe('distributions', () => {
  test('hypergeometric: the probabilities of the textbook formula', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(40), (marked, others, wish) => {
        const all = marked + others
        const drawn = Math.min(wish, all)
        const { from, mass } = hypergeometric(all, marked, drawn)
        mass.forEach((probability, index) => expect(probability).toBeCloseTo((choose(marked, from + index) * choose(others, drawn - from - index)) / choose(all, drawn), 12))
        expect(mass.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
      }),
    )
  })

  test('binomial: ten tosses of a coin, and a probability of none or all', () => {
    expect(binomial(10, 0.5)).toMatchObject({ from: 0, mass: Array.from({ length: 11 }, (_, k) => expect.closeTo(choose(10, k) / 1024, 14)) })
    expect([binomial(7, 0), binomial(7, 1)]).toEqual([certainly(0), certainly(7)])
  })

  test('a million requests lose no digits: mean and variance are those of the formula', () => {
    const { from, mass } = hypergeometric(1_000_000, 100_000, 50_000)
    const mean = mass.reduce((sum, probability, index) => sum + probability * (from + index), 0)
    const variance = mass.reduce((sum, probability, index) => sum + probability * (from + index - mean) ** 2, 0)
    expect(mean).toBeCloseTo(5000, 6)
    expect(variance).toBeCloseTo((50_000 * 0.1 * 0.9 * 950_000) / 999_999, 4)
    expect(mass.length).toBeLessThan(2000)
  })

  test('a sum of independent numbers has the distribution of both together', () => {
    const sum = plus(binomial(30, 0.2), binomial(12, 0.2))
    for (const x of [0, 3, 8, 9, 20, 42]) expect(atLeast(sum, x)).toBeCloseTo(atLeast(binomial(42, 0.2), x), 12)
  })
})
