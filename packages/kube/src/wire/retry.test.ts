import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { instantClock } from '../testing/stub.ts'
import { type RetryPolicy, retryAfter, withRetry } from './retry.ts'
import { turnstile } from './turnstile.ts'

const policy: RetryPolicy = { attempts: 6, first: 500, longest: 8_000 }

test('waits grow, stay within their bounds, and end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1 }), fc.array(fc.option(fc.nat({ max: 100_000 })), { minLength: 6, maxLength: 6 }), async (dice, asked) => {
      const clock = instantClock()
      let thrown = 0
      const random = { next: () => dice[thrown++ % dice.length] as number }
      const last = new Error('still')
      await expect(withRetry(policy, { clock, random }, async (number) => ({ kind: 'again', error: number === 6 ? last : new Error('no'), after: asked[number - 1] ?? undefined }))).rejects.toBe(last)
      expect(clock.slept).toHaveLength(5)
      clock.slept.forEach((slept, index) => {
        const step = Math.min(8_000, 500 * 2 ** index)
        expect(slept).toBeGreaterThanOrEqual(Math.max(step / 2, Math.min(30_000, asked[index] ?? 0)))
        expect(slept).toBeLessThanOrEqual(Math.min(30_000, Math.max(step, asked[index] ?? 0)))
      })
    }),
  )
})

test('a signal ends the waiting', async () => {
  const stop = new AbortController()
  const clock = instantClock()
  const tried = withRetry(policy, { clock, random: { next: () => 0 }, signal: stop.signal }, async () => {
    stop.abort(new Error('enough'))
    return { kind: 'again', error: new Error('no') }
  })
  await expect(tried).rejects.toThrow('enough')
})

test.each([
  ['7', 7000],
  ['0', 0],
  ['Thu, 01 Jan 2026 00:00:09 GMT', 9000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %s', (header, expected) => {
  expect(retryAfter(header, Date.parse('2026-01-01T00:00:00Z'))).toBe(expected)
})

test('never more at once than there are places, and in the order of arrival, whoever leaves the queue', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(fc.record({ fails: fc.boolean(), leaves: fc.boolean() }), { maxLength: 20 }), async (places, visitors) => {
      const gate = turnstile(places)
      const begun: number[] = []
      let inside = 0
      let most = 0
      const results = visitors.map(({ fails, leaves }, index) => {
        const stop = new AbortController()
        const passed = gate.pass(async () => {
          begun.push(index)
          most = Math.max(most, ++inside)
          await new Promise((settle) => setImmediate(settle))
          inside--
          if (fails) throw new Error('failed')
        }, stop.signal)
        if (leaves) stop.abort(new Error('left'))
        return passed.catch((error: Error) => error.message)
      })
      await Promise.all(results)
      expect(most).toBeLessThanOrEqual(places)
      expect(inside).toBe(0)
      expect(begun).toEqual(begun.toSorted((a, b) => a - b))
      expect(visitors.every(({ leaves }, index) => leaves || begun.includes(index))).toBe(true)
    }),
  )
})
