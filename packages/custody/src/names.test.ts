import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fuseRef, leaseRef, nameFor } from './names.ts'

test.each<readonly [id: string, name: RegExp]>([
  ['cart', /^fermata-cart$/],
  ['shop.cart-2', /^fermata-shop\.cart-2$/],
  ['my_cart', /^fermata-my-cart-[0-9a-f]{8}$/],
  ['cart.', /^fermata-cart-[0-9a-f]{8}$/],
  ['a..b', /^fermata-a\.b-[0-9a-f]{8}$/],
])('the lease of %s is %s', (id, name) => {
  expect(leaseRef('shop', id).name).toMatch(name)
})

test('every id has a name that Kubernetes takes, and no two the same', () => {
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,99}$/)
  fc.assert(fc.property(id, id, (a, b) => {
    const [one, other] = [nameFor('fermata-fuse-', a, 63), nameFor('fermata-fuse-', b, 63)]
    expect(one).toMatch(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/)
    expect(one.length).toBeLessThanOrEqual(63)
    if (a !== b) expect(one).not.toBe(other)
  }), { numRuns: 2_000 })
})

test('the name of a fuse fits into a label', () => {
  expect(fuseRef('shop', 'x'.repeat(100)).name).toHaveLength(63)
})
