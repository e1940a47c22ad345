import { describe, expect, jest, test } from '@jest/globals'
import type { Progress } from '@fermata/ports'
import { states } from '@fermata/verdict'
import * as fc from 'fast-check'
import { cellsOf } from './cells.ts'
import { foldProgress, nothingYet, wavesOf, type Standing } from './progress.ts'
import { lineProgress } from './progress-lines.ts'
import { progressTree } from './progress-tree.ts'
import { hostile } from './testing/sample.ts'

jest.setTimeout(60_000)

const at = (seconds: number, subject: string, phase: string, state: Progress['state'], wave?: number, says?: string): Progress => ({ at: 1_000_000 + seconds * 1_000, subject, phase, state, ...(wave !== undefined && { wave }), ...(says !== undefined && { says }) })

function after(...events: readonly Progress[]): Standing {
  return events.reduce(foldProgress, nothingYet)
}

const story: readonly Progress[] = [
  at(0, 'config', 'applying', 'running', 1, '1.0.0 → 1.1.0'),
  at(18, 'config', 'canary', 'running', 1),
  at(18, 'config', 'canary', 'running', 1),
  at(38, 'config', 'promoted', 'good', 1),
  at(40, 'pay', 'canary', 'running', 2),
  at(110, 'pay', 'rolled back', 'undone', 2, 'canary p99 412 ms > 300 ms'),
  at(118, 'web', 'skipped', 'skipped', 3, 'after pay failed in wave 2'),
]

describe('lines', () => {
  test('one for each change, each naming its service, with clock, wave, sign and word', () => {
    const { lines } = lineProgress({ colour: false })
    expect(story.flatMap(lines)).toEqual([
      '00:00  w1  config        ◐ applying     1.0.0 → 1.1.0',
      '00:18  w1  config        ◐ canary',
      '00:38  w1  config        ✔ promoted',
      '00:40  w2  pay           ◐ canary',
      '01:50  w2  pay           ↩ rolled back  canary p99 412 ms > 300 ms',
      '01:58  w3  web           – skipped      after pay failed in wave 2',
    ])
  })

  test('a silent minute has a heartbeat that names who runs, and a run that is over has none', () => {
    const { lines, heartbeat } = lineProgress({ colour: false })
    const now = (seconds: number) => 1_000_000 + seconds * 1_000
    expect(heartbeat(now(0))).toEqual([])
    story.slice(0, 2).forEach(lines)
    expect(heartbeat(now(77))).toEqual([])
    expect(heartbeat(now(78))).toEqual(['01:18  -- 1 running: config'])
    expect(heartbeat(now(79))).toEqual([])
    story.slice(2).forEach(lines)
    lines(at(120, 'pay', 'undone', 'undone', 2))
    expect(heartbeat(now(900))).toEqual([])
  })

  test('no text of others brings an escape code or a second line', () => {
    const { lines } = lineProgress({ colour: false })
    for (const text of hostile) {
      for (const line of lines({ at: 0, subject: text, phase: text, state: 'bad', says: text })) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    }
  })
})

describe('tree', () => {
  const screen = { rows: 24, columns: 80, colour: false }

  test('a wave that is all good is one line, another shows its members and the sign of the worst', () => {
    expect(progressTree(after(...story, at(119, 'cart', 'canary', 'running', 2)), 1_129_000, screen)).toEqual([
      '02:09  3/4 done',
      '✔ wave 1  config',
      '↩ wave 2',
      '  ├ ↩ pay   rolled back  canary p99 412 ms > 300 ms',
      '  └ ◐ cart  canary  10 s',
      '– wave 3  web',
    ])
  })

  const events = fc.array(
    fc.record({ at: fc.nat(1e7), subject: fc.oneof(fc.constantFrom(...hostile), fc.constantFrom('a', 'b', 'c', '漢字', 'x'.repeat(90))), wave: fc.nat(12), phase: fc.constantFrom('canary', 'waiting', ...hostile.slice(10, 14)), state: fc.constantFrom(...states), says: fc.constantFrom(...hostile) }),
    { maxLength: 60 },
  )

  test('never more lines than rows less one, never longer than the columns, and no control character', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 10, max: 100 }), (all, rows, columns) => {
        const drawn = progressTree(after(...all), 2e7, { rows, columns, colour: false })
        expect(drawn.length).toBeLessThanOrEqual(Math.max(0, rows - 1))
        for (const line of drawn) {
          expect(cellsOf(line)).toBeLessThanOrEqual(columns)
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a small screen keeps what failed and counts what it leaves out', () => {
    const many = after(...Array.from({ length: 40 }, (_, index) => at(index, `svc-${index}`, index === 37 ? 'failed' : 'ready', index === 37 ? 'bad' : 'good', index === 37 ? 5 : 5)))
    const drawn = progressTree(many, 1_050_000, { rows: 8, columns: 60, colour: false })
    expect(drawn).toHaveLength(7)
    expect(drawn.some((line) => line.includes('svc-37'))).toBe(true)
    expect(drawn.at(-1)).toMatch(/^… \d+ more$/)
  })
})

test('the standing keeps the last of each thing, the time of its last change, and the wave it once named', () => {
  const standing = after(at(0, 'a', 'applying', 'running', 2), at(5, 'a', 'applying', 'running', undefined, '1/3 ready'), at(9, 'a', 'ready', 'good'))
  expect(wavesOf(standing)).toEqual([{ wave: 2, things: [expect.objectContaining({ subject: 'a', phase: 'ready', since: 1_009_000 })] }])
  expect(after(at(0, 'a', 'x', 'running'), at(5, 'a', 'x', 'running', undefined, 'still')).things.get('a')?.since).toBe(1_000_000)
})
