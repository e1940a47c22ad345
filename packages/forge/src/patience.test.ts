import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { type Failure, limitBehind, nextAttemptIn, patience } from './patience.ts'

const now = Date.UTC(2026, 9, 1, 12)
const answered = (status: number, headers: Record<string, string> = {}, says = ''): Failure => ({ kind: 'answered', status, headers, says })
const silence: Failure = { kind: 'unanswered', says: 'ECONNRESET' }
const secondary = 'You have exceeded a secondary rate limit.'

describe('the wait before the next attempt, of a request that may be repeated', () => {
  test.each<{ what: string; failure: Failure; attempt: number; wait: number | undefined }>`
    what                                | failure                                                                      | attempt | wait
    ${'silence'}                        | ${silence}                                                                   | ${1}    | ${1_000}
    ${'silence again'}                  | ${silence}                                                                   | ${2}    | ${2_000}
    ${'silence a third time'}           | ${silence}                                                                   | ${3}    | ${4_000}
    ${'silence a fourth time'}          | ${silence}                                                                   | ${4}    | ${undefined}
    ${'500'}                            | ${answered(500)}                                                             | ${1}    | ${1_000}
    ${'503 that names seconds'}         | ${answered(503, { 'retry-after': '7' })}                                     | ${1}    | ${7_000}
    ${'503 that names an hour'}         | ${answered(503, { 'retry-after': '3600' })}                                  | ${1}    | ${undefined}
    ${'501'}                            | ${answered(501)}                                                             | ${1}    | ${undefined}
    ${'429 that names seconds'}         | ${answered(429, { 'retry-after': '5' })}                                     | ${1}    | ${5_000}
    ${'429 that names a date'}          | ${answered(429, { 'retry-after': 'Thu, 01 Oct 2026 12:00:09 GMT' })}         | ${1}    | ${9_000}
    ${'429 that names a past date'}     | ${answered(429, { 'retry-after': 'Thu, 01 Oct 2026 11:00:00 GMT' })}         | ${1}    | ${0}
    ${'429 that names nothing'}         | ${answered(429)}                                                             | ${1}    | ${60_000}
    ${'403 that names seconds'}         | ${answered(403, { 'retry-after': '5' })}                                     | ${1}    | ${5_000}
    ${'403 of the secondary limit'}     | ${answered(403, {}, secondary)}                                              | ${1}    | ${60_000}
    ${'429 that names two minutes'}     | ${answered(429, { 'retry-after': '120' })}                                   | ${1}    | ${undefined}
    ${'403 of the primary limit'}       | ${answered(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' })} | ${1}    | ${undefined}
    ${'403 of a missing permission'}    | ${answered(403, { 'x-ratelimit-remaining': '4000' })}                        | ${1}    | ${undefined}
    ${'404'}                            | ${answered(404)}                                                             | ${1}    | ${undefined}
    ${'422'}                            | ${answered(422)}                                                             | ${1}    | ${undefined}
  `('$what: $wait ms', ({ failure, attempt, wait }) => {
    expect(nextAttemptIn(failure, attempt, true, now)).toBe(wait)
  })
})

describe('a request that must not be done twice', () => {
  test.each<{ what: string; failure: Failure; wait: number | undefined }>`
    what                 | failure                                  | wait
    ${'silence'}         | ${silence}                               | ${undefined}
    ${'502'}             | ${answered(502)}                         | ${undefined}
    ${'a rate limit'}    | ${answered(429, { 'retry-after': '2' })} | ${2_000}
  `('after $what: $wait ms', ({ failure, wait }) => {
    expect(nextAttemptIn(failure, 1, false, now)).toBe(wait)
  })
})

test('the primary limit tells when it resets, or that nobody knows', () => {
  expect(limitBehind(answered(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1790856000' }), now)).toEqual({ kind: 'primary', resetsAt: 1_790_856_000_000 })
  expect(limitBehind(answered(429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }), now)).toEqual({ kind: 'primary', resetsAt: undefined })
})

test('whatever a server says, attempts end and no wait is longer than the longest', () => {
  const failure: fc.Arbitrary<Failure> = fc.oneof(
    fc.constant(silence),
    fc.record({
      kind: fc.constant('answered' as const),
      status: fc.integer({ min: 400, max: 599 }),
      headers: fc.record({ 'retry-after': fc.oneof(fc.string(), fc.nat().map(String), fc.date({ noInvalidDate: true }).map((date) => date.toUTCString())), 'x-ratelimit-remaining': fc.constantFrom('0', '1'), 'x-ratelimit-reset': fc.string() }, { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>,
      says: fc.constantFrom('', secondary),
    }),
  )
  fc.assert(
    fc.property(failure, fc.integer({ min: 1, max: 10 }), fc.boolean(), (each, attempt, repeatable) => {
      const wait = nextAttemptIn(each, attempt, repeatable, now)
      if (attempt >= patience.attempts) expect(wait).toBeUndefined()
      else if (wait !== undefined) expect(wait >= 0 && wait <= patience.longest).toBe(true)
    }),
  )
})
