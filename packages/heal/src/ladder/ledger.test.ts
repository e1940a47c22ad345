import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { emptyLedger, type Ledger, nextFor, type Rules, withDeed, withEnd } from './ledger.ts'

const minute = 60_000
const rules: Rules = { allowed: ['restart', 'scale', 'rollback'], cooldown: 30 * minute, maxActions: 3, stepTimeout: 5 * minute }
const begin = (ledger: Ledger, key: string, rung: 'restart' | 'scale' | 'rollback', by: string, at: number) => withDeed(ledger, { key, alert: 'A', rung, by, at: new Date(at).toISOString(), says: '', state: 'begun' })

describe('what follows', () => {
  test('the first rung, then the next ones, then a person', () => {
    let ledger = emptyLedger('cart', 0)
    for (const rung of rules.allowed) {
      expect(nextFor(ledger, 'k', { ...rules, maxActions: 9 }, 0, 'me')).toEqual({ do: 'try', rung })
      ledger = withEnd(begin(ledger, 'k', rung, 'me', 0), { key: 'k', rung, by: 'me' }, 'failed', 0)
    }
    expect(nextFor(ledger, 'k', { ...rules, maxActions: 9 }, 0, 'me')).toEqual({ do: 'give-up', code: 'FM-HEAL-EXHAUSTED' })
  })

  test('what another run has begun is left to it, until that run is surely gone', () => {
    const ledger = begin(emptyLedger('cart', 0), 'k', 'restart', 'other', 0)
    expect(nextFor(ledger, 'k', rules, 6 * minute, 'me')).toEqual({ do: 'stop', code: 'FM-HEAL-IN-PROGRESS' })
    expect(nextFor(ledger, 'k', rules, 6 * minute + 1, 'me')).toEqual({ do: 'try', rung: 'scale' })
  })

  test('nothing more to a service that was healed, until the cooldown is over', () => {
    const ledger = withEnd(begin(emptyLedger('cart', 0), 'k', 'restart', 'me', 0), { key: 'k', rung: 'restart', by: 'me' }, 'healed', 0)
    expect(nextFor(ledger, 'other', rules, 30 * minute - 1, 'me')).toEqual({ do: 'stop', code: 'FM-HEAL-COOLDOWN' })
    expect(nextFor(ledger, 'other', rules, 30 * minute, 'me')).toEqual({ do: 'try', rung: 'restart' })
    expect(nextFor(ledger, 'k', rules, 300 * minute, 'me')).toEqual({ do: 'stop', code: 'FM-HEAL-DUPLICATE' })
  })
})

test('a ledger is as old as its last deed: a sweep does not forget what was done a minute ago', () => {
  const old = withEnd(begin(emptyLedger('cart', 0), 'a', 'restart', 'me', 0), { key: 'a', rung: 'restart', by: 'me' }, 'healed', 1)
  expect(begin(old, 'b', 'restart', 'me', 9 * 24 * 60 * minute).startedAt).toBe(new Date(9 * 24 * 60 * minute).toISOString())
})

test('whatever happens in whatever order, no more than the allowed actions within an hour, and none twice for one alert', () => {
  const happening = fc.record({ key: fc.constantFrom('a', 'b', 'c'), by: fc.constantFrom('r1', 'r2', 'r3', 'r4'), pass: fc.nat(20 * minute), end: fc.constantFrom('failed', 'undone', 'healed', 'impossible', undefined) })
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (story) => {
      let ledger = emptyLedger('cart', 0)
      let now = 0
      const done: { at: number; key: string; rung: string; real: boolean }[] = []
      for (const { key, by, pass, end } of story) {
        now += pass
        const next = nextFor(ledger, key, rules, now, by)
        if (next.do !== 'try') continue
        ledger = begin(ledger, key, next.rung, by, now)
        done.push({ at: now, key, rung: next.rung, real: end !== 'impossible' })
        if (end !== undefined) ledger = withEnd(ledger, { key, rung: next.rung, by }, end, now)
      }
      const real = done.filter((one) => one.real)
      for (const { at } of real) expect(real.filter((other) => other.at <= at && at - other.at < 60 * minute).length).toBeLessThanOrEqual(rules.maxActions)
      expect(new Set(done.map(({ key, rung }) => `${key} ${rung}`)).size).toBe(done.length)
    }),
  )
})
