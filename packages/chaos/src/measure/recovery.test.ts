import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { failedShare, samplesToShow, usualWindow } from './failed-share.ts'
import { longestGap } from './gap.ts'
import { keptWithin, recoveryOf, startedSince, underWaySince } from './recovery.ts'
import type { Sample } from './sample.ts'

/** `+` good, `-` bad; one every 100 ms from 0 on. */
const line = (text: string, ms = 5): Sample[] => [...text].map((mark, index) => ({ due: index * 100, at: index * 100, ms, good: mark === '+', says: mark === '+' ? '' : 'HTTP 503' }))

describe('recovery', () => {
  test.each([
    ['', { is: 'unknown', samples: 0 }],
    ['++', { is: 'unknown', samples: 2 }],
    ['+++', { is: 'unharmed' }],
    ['+++++++', { is: 'unharmed' }],
    ['--+++', { is: 'recovered', lastBad: 100, firstGood: 200, relapses: 0 }],
    ['+--+++', { is: 'recovered', lastBad: 200, firstGood: 300, relapses: 0 }],
    ['-+-+-+++', { is: 'recovered', lastBad: 400, firstGood: 500, relapses: 0 }],
    ['-+++--+++', { is: 'recovered', lastBad: 0, firstGood: 100, relapses: 2 }],
    ['-+++--++', { is: 'down', atLeast: 700 }],
    ['-----', { is: 'down', atLeast: 400 }],
    ['-++-++-++', { is: 'down', atLeast: 800 }],
  ])('%s', (text, expected) => {
    expect(recoveryOf(line(text), 0, 3)).toEqual(expected)
  })

  test('a request that was under way when the fault came counts, and one that was asked during a fault does not count after it', () => {
    const samples = line('-++++', 150)
    expect(underWaySince(samples, 120)[0]).toMatchObject({ at: 0, good: false })
    expect(startedSince(samples, 120)[0]).toMatchObject({ at: 200, good: true })
    expect(recoveryOf(underWaySince(samples, 120), 120, 3)).toEqual({ is: 'recovered', lastBad: 0, firstGood: 0, relapses: 0 })
  })

  test('whatever the outage, the truth lies between the last bad and the first good sample', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 4_000 }), fc.integer({ min: 20, max: 300 }), fc.integer({ min: 0, max: 299 }), (downAt, lasts, every, phase) => {
        const up = downAt + lasts
        const samples = Array.from({ length: Math.ceil(10_000 / every) }, (_, index): Sample => {
          const at = index * every + (phase % every)
          return { due: at, at, ms: 1, good: at < downAt || at >= up, says: '' }
        })
        const found = recoveryOf(startedSince(samples, downAt), downAt, 5)
        if (found.is === 'unharmed') return samples.every(({ good }) => good)
        return found.is === 'recovered' && found.lastBad <= lasts && lasts <= found.firstGood && found.firstGood - found.lastBad <= every
      }),
    )
  })

  test.each([
    [1_000, 'kept'],
    [300, 'kept'],
    [250, 'close'],
    [150, 'missed'],
  ])('of an interval from 200 to 300 ms, %d ms were %s', (limit, expected) => {
    expect(keptWithin({ is: 'recovered', lastBad: 200, firstGood: 300, relapses: 0 }, limit)).toBe(expected)
  })

  test('nothing that is unknown was kept', () => {
    expect(keptWithin({ is: 'unknown', samples: 0 }, 1)).toBe('unknown')
    expect([keptWithin({ is: 'down', atLeast: 5 }, 10), keptWithin({ is: 'down', atLeast: 11 }, 10)]).toEqual(['unknown', 'missed'])
  })
})

describe('the share of failed requests', () => {
  const counted = (failed: number, total: number) => line('-'.repeat(failed) + '+'.repeat(total - failed))
  test.each([
    [0, 0, 0.01, 'too-few'],
    [0, 100, 0.01, 'too-few'],
    [0, 298, 0.01, 'too-few'],
    [0, 299, 0.01, 'held'],
    [2, 300, 0.01, 'undecided'],
    [20, 300, 0.01, 'exceeded'],
    [5, 10, 0.01, 'exceeded'],
    [0, 29, 0.1, 'held'],
    [0, 300, 0, 'held'],
    [0, 100, 0, 'too-few'],
    [1, 1_000, 0, 'exceeded'],
  ])('%d of %d under a limit of %d is %s', (failed, total, limit, is) => {
    expect(failedShare(counted(failed, total), limit)).toMatchObject({ failed, total, is, rate: total === 0 ? undefined : failed / total })
  })

  test('the window is long enough to show the limit, and not shorter than the recovery', () => {
    expect(samplesToShow(0.01)).toBe(299)
    expect(usualWindow(0.01, 100, 30_000, 3_600_000)).toBe(32_000)
    expect(usualWindow(0.5, 100, 30_000, 3_600_000)).toBe(30_000)
    expect(usualWindow(0.000_01, 100, 30_000, 3_600_000)).toBe(3_600_000)
  })
})

test('a gap is seen at the ends too', () => {
  expect(longestGap(line('+++'), 0, 1_000)).toBe(800)
  expect(longestGap([], 0, 5_000)).toBe(5_000)
  expect(longestGap(line('+'.repeat(11)), 0, 1_000)).toBe(100)
})
