import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { durationText, timeText, worstState } from './look.ts'
import { spanBar, timelineExtent, timeTicks } from './timeline.ts'

describe('ticks', () => {
  test('round times, at most so many, no two neighbours that read the same', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.double({ min: 1, max: 4e9, noNaN: true }), fc.integer({ min: 2, max: 12 }), (from, length, most) => {
        const ticks = timeTicks({ from, to: from + length }, most)
        expect(ticks.length).toBeLessThanOrEqual(most + 1)
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length)
        expect(ticks.every(({ at }) => at >= from && at <= from + length)).toBe(true)
      }),
    )
  })

  test.each`
    length       | labels
    ${500}       | ${['0 s', '0.1 s', '0.2 s', '0.3 s', '0.4 s', '0.5 s']}
    ${30_000}    | ${['00:00', '00:05', '00:10', '00:15', '00:20', '00:25', '00:30']}
    ${7_200_000} | ${['00:00', '30:00', '1:00:00', '1:30:00', '2:00:00']}
    ${0}         | ${[]}
  `('$length ms', ({ length, labels }) => {
    const shown = timeTicks({ from: 7, to: 7 + (length as number) }, 6).map(({ label }) => label)
    expect(shown).toEqual(labels)
  })
})

describe('bars', () => {
  test('a span is drawn where it was, and a short one does not vanish', () => {
    const extent = { from: 0, to: 100 }
    expect(spanBar([{ from: 0, to: 50, phase: 'a' }], extent, 10)).toBe('█████░░░░░')
    expect(spanBar([{ from: 99, to: 100, phase: 'a' }], extent, 10)).toBe('░░░░░░░░░█')
    expect(spanBar([{ from: 30, to: 30, phase: 'a' }], extent, 10)).toBe('░░░█░░░░░░')
    expect(spanBar([], extent, 4)).toBe('░░░░')
  })

  test('the extent of nothing is empty', () => {
    expect(timelineExtent([])).toEqual({ from: 0, to: 0 })
  })
})

test.each`
  milliseconds   | text
  ${0}           | ${'0 ms'}
  ${340}         | ${'340 ms'}
  ${1_000}       | ${'1 s'}
  ${12_340}      | ${'12.3 s'}
  ${59_960}      | ${'1 min'}
  ${94_000}      | ${'1 min 34 s'}
  ${3_600_000}   | ${'1 h'}
  ${3_725_000}   | ${'1 h 2 min'}
  ${90_000_000}  | ${'1 d 1 h'}
  ${-1}          | ${'unknown'}
  ${Number.NaN}  | ${'unknown'}
`('$milliseconds ms is $text', ({ milliseconds, text }) => expect(durationText(milliseconds as number)).toBe(text))

test('times are UTC, and what is no time is shown as it is', () => {
  expect(timeText('2026-11-02T09:28:14.123Z')).toBe('2026-11-02 09:28:14 UTC')
  expect(timeText('soon')).toBe('soon')
})

test('the worst of several states is the one that needs a person most', () => {
  expect(worstState(['good', 'skipped', 'undone', 'warn'])).toBe('undone')
  expect(worstState([])).toBe('unknown')
})
