import { describe, expect, test } from '@jest/globals'
import { simulate } from './simulate.ts'

const seeds = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, index) => from + index)

describe('simulated releases', () => {
  test('hold every invariant, through failures, stops, kills and a lost journal', async () => {
    const { violations, releases } = await simulate(seeds(1, 10_000))
    expect(violations).toEqual([])
    expect(releases).toBe(10_000)
  }, 120_000)

  test('meet every end and every state that a service can rest in, so that holding the invariants means something', async () => {
    const { ends } = await simulate(seeds(1, 600))
    for (const end of ['whole', 'cancelled', 'killed', 'in trouble', 'undone from the journal']) expect(ends[end]).toBeGreaterThan(5)
    for (const state of ['promoted', 'healthy', 'failed', 'undone', 'left', 'held', 'stuck']) expect(ends[`services ${state}`]).toBeGreaterThan(20)
  })

  test('give the same answer for the same seeds', async () => {
    expect(await simulate(seeds(40, 50))).toEqual(await simulate(seeds(40, 50)))
  })
})
