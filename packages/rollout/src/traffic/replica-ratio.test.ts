import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { nearestRatio } from './replica-ratio.ts'

describe('a share by the number of pods', () => {
  test.each<[stable: number, percent: number, replicas: number, share: number]>([
    [9, 10, 1, 10],
    [9, 50, 9, 50],
    [10, 20, 3, 300 / 13],
    [8, 20, 2, 20],
    [3, 25, 1, 25],
    [3, 1, 1, 25],
    [1, 10, 1, 50],
    [1, 99, 1, 50],
    [4, 90, 4, 50],
    [99, 1, 1, 1],
  ])('beside %p pods, for %p %: %p pods, which is %p %', (stable, percent, replicas, share) => {
    expect(nearestRatio(stable, percent)).toEqual({ replicas, share })
  })

  test('no other number of pods from one to as many as stable has comes nearer', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 99 }), (stable, percent) => {
      const { share } = nearestRatio(stable, percent)
      const shares = Array.from({ length: stable }, (_, index) => (100 * (index + 1)) / (stable + index + 1))
      expect(Math.abs(share - percent)).toBeCloseTo(Math.min(...shares.map((one) => Math.abs(one - percent))), 9)
    }))
  })
})
