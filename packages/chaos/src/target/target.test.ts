import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import fc from 'fast-check'
import { parseBlastRadius } from './blast-radius.ts'
import { chooseVictims } from './choose.ts'
import { guard, type Limits } from './guards.ts'
import { parseSelector, selectorText, selects } from './selector.ts'

const pod = (name: string, ready = true, age = '2026-01-01T00:00:00Z'): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', uid: `uid-${name}`, creationTimestamp: age }, status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } })
const pods = (count: number) => Array.from({ length: count }, (_, index) => pod(`cart-${index}`))

describe('who is hit', () => {
  test.each([
    [{ count: 1 }, 3, 1],
    [{ count: 5 }, 3, 3],
    [{ share: 0.5 }, 3, 1],
    [{ share: 0.5 }, 4, 2],
    [{ share: 0.1 }, 3, 1],
    [{ share: 1 }, 3, 3],
    [{ share: 0.3 }, 10, 3],
    [{ count: 1 }, 0, 0],
  ])('%o of %d pods are %d', (amount, count, expected) => {
    expect(chooseVictims(pods(count), amount)).toHaveLength(expected)
  })

  test('only pods that are ready, the oldest first, whatever order they are listed in', () => {
    const some = [pod('young', true, '2026-01-03T00:00:00Z'), pod('broken', false), pod('old', true, '2026-01-02T00:00:00Z')]
    expect(chooseVictims(some, { count: 1 })).toEqual([{ name: 'old', uid: 'uid-old' }])
    expect(chooseVictims(some.toReversed(), { count: 1 })).toEqual([{ name: 'old', uid: 'uid-old' }])
  })
})

describe('guards', () => {
  const limits: Limits = { radius: { count: Number.POSITIVE_INFINITY, share: 0.5 }, minRemaining: 1, protectedNamespaces: ['kube-system'] }
  const codes = (count: number, hit: number, change: Partial<Limits> = {}, namespace = 'shop') => {
    const all = pods(count)
    return guard({ id: 'c1', namespace, selector: {}, pods: all, victims: chooseVictims(all, { count: hit }) }, { ...limits, ...change }).map(({ code }) => code)
  }
  test.each([
    [2, 1, {}, []],
    [1, 1, {}, ['FM-CHAOS-BLAST-RADIUS', 'FM-CHAOS-MIN-REMAINING']],
    [1, 1, { radius: { count: 1, share: 1 }, minRemaining: 0 }, []],
    [10, 6, {}, ['FM-CHAOS-BLAST-RADIUS']],
    [10, 5, { radius: { count: 2, share: 1 } }, ['FM-CHAOS-BLAST-RADIUS']],
    [10, 5, { minRemaining: 6 }, ['FM-CHAOS-MIN-REMAINING']],
    [3, 1, { radius: { count: 9, share: 0.33 } }, ['FM-CHAOS-BLAST-RADIUS']],
  ])('%d pods, %d hit, %o: %o', (count, hit, change, expected) => {
    expect(codes(count, hit, change)).toEqual(expected)
  })

  test('a protected namespace', () => {
    expect(codes(10, 1, {}, 'kube-system')).toEqual(['FM-CHAOS-PROTECTED'])
  })

  test.each([
    ['50%', { count: Number.POSITIVE_INFINITY, share: 0.5 }],
    ['2', { count: 2, share: 1 }],
    ['2, 50%', { count: 2, share: 0.5 }],
    ['100%', { count: Number.POSITIVE_INFINITY, share: 1 }],
  ])('a blast radius of %s', (text, expected) => {
    expect(parseBlastRadius(text)).toEqual(expected)
  })
  test.each(['', '0', 'all', '150%', '-1', '0.5', '2, many'])('no blast radius: %s', (text) => {
    expect(() => parseBlastRadius(text)).toThrow(/blast-radius/)
  })
})

describe('selectors', () => {
  test.each([
    ['app=cart', { matchLabels: { app: 'cart' } }],
    ['app==cart,tier in (a, b)', { matchLabels: { app: 'cart' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] }],
    ['tier notin (a),!canary,app.kubernetes.io/name', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a'] }, { key: 'canary', operator: 'DoesNotExist' }, { key: 'app.kubernetes.io/name', operator: 'Exists' }] }],
  ])('%s', (text, expected) => {
    expect(parseSelector(text)).toEqual(expected)
  })
  test.each(['', ' ', 'app=cart,', 'app!=cart', 'app=a b', 'in (a)', 'app in a', '$(rm)'])('none: %j', (text) => {
    expect(parseSelector(text)).toHaveProperty('problem')
  })

  test('said as text and read again it selects the same', () => {
    const key = fc.constantFrom('app', 'tier', 'a/b')
    const value = fc.constantFrom('x', 'y', '')
    const requirement = fc.oneof(fc.tuple(key, value).map(([k, v]) => `${k}=${v}`), fc.tuple(key, fc.constantFrom('in', 'notin')).map(([k, o]) => `${k} ${o} (x,y)`), key, key.map((k) => `!${k}`))
    fc.assert(
      fc.property(fc.uniqueArray(requirement, { minLength: 1, maxLength: 4, selector: (text) => text.split(/[= ]/)[0] as string }), fc.dictionary(key, value), (parts, labels) => {
        const once = parseSelector(parts.join(','))
        const again = parseSelector(selectorText(once))
        expect(again).toEqual(once)
        expect(selects(again, labels)).toBe(selects(once, labels))
      }),
    )
  })

  test('an operator that nobody knows selects nothing', () => {
    expect(selects({ matchExpressions: [{ key: 'a', operator: 'Near', values: [] }] }, { a: 'b' })).toBe(false)
  })
})
