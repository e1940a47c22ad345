import { describe, expect, test } from '@jest/globals'
import { normalQuantile, normalTail } from './normal.ts'
import { byPower, evenly, likeObrienFleming, likePocock } from './spending.ts'

describe('the normal distribution', () => {
  test.each([[0, 0.5], [1, 0.15865525393145707], [1.959963984540054, 0.025], [3, 0.0013498980316300957], [6, 9.865876450376946e-10], [-1, 0.8413447460685429]])('above %d lies %d', (z, tail) => {
    expect(normalTail(z) / tail).toBeCloseTo(1, 12)
  })

  test('a quantile is the inverse', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 9)
  })
})

describe('spending', () => {
  test.each([evenly, byPower(3), likePocock, likeObrienFleming])('rises from nothing to the whole level', (spend) => {
    expect(spend(0, 0.01)).toBe(0)
    expect(spend(1, 0.01)).toBeCloseTo(0.01, 12)
    expect(spend(7, 0.01)).toBe(spend(1, 0.01))
    const steps = Array.from({ length: 50 }, (_, step) => spend(step / 49, 0.01))
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  })

  test('the first bound of five looks is the published one: 4.8769 (O\'Brien-Fleming) and 2.4380 (Pocock), two-sided 0.05', () => {
    expect(normalQuantile(1 - likeObrienFleming(0.2, 0.025))).toBeCloseTo(4.8769, 3)
    expect(normalQuantile(1 - likePocock(0.2, 0.025))).toBeCloseTo(2.438, 3)
  })
})
