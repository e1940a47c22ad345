import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import * as z from 'zod/mini'
import { isPlainService, setPlainApart } from './plain-services.ts'
import { catalogSchema } from './schema.ts'

const word = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('', 'cart', 'src/cart', '__proto__'))
const field = fc.oneof(fc.array(fc.oneof(word, fc.integer(), fc.constant(null)), { maxLength: 3 }), word, fc.constant(null), fc.integer())
const service = fc.oneof(fc.dictionary(fc.oneof(fc.constantFrom('paths', 'manifests', 'dependencies', 'slos', 'migration_scripts', 'role', 'timeout', 'path', 'toString'), word), field, { maxKeys: 4 }), field)
const id = fc.oneof(fc.constantFrom('cart', 'a.b-c_d', 'Cart', '', '-x', '__proto__', 'x'.repeat(101)), word)

test('what is plain is what the schema accepts as it is', () => {
  fc.assert(
    fc.property(id, service, (name, value) => {
      if (!isPlainService(name, value)) return
      const checked = z.safeParse(catalogSchema, { services: { [name]: value } })
      expect(checked.success && checked.data.services?.[name]).toEqual(value)
    }),
    { numRuns: 3_000 },
  )
})

test.each([
  ['lists of words', 'cart', { paths: ['src/cart'], dependencies: [] }, true],
  ['nothing', 'cart', {}, true],
  ['an empty word', 'cart', { paths: [''] }, false],
  ['a word that is no list', 'cart', { paths: 'src' }, false],
  ['an unknown key', 'cart', { path: ['src'] }, false],
  ['a list of mappings', 'cart', { manifests: [{ path: 'a' }] }, false],
  ['an id that is none', '$(rm)', {}, false],
  ['no mapping', 'cart', null, false],
])('%s', (_, name, value, plain) => {
  expect(isPlainService(name, value)).toBe(plain)
})

test('plain services are set apart, and everything else stays', () => {
  const { rest, plain } = setPlainApart({ version: 1, services: { cart: { paths: ['a'] }, web: { role: 'service' } } })
  expect([...plain]).toEqual(['cart'])
  expect(rest).toEqual({ version: 1, services: { web: { role: 'service' } } })
})
