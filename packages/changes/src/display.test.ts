import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { shownName, shownText } from './display.ts'

test.each([
  ['src/a.ts', 'src/a.ts'],
  ['x\n::error::owned', '"x\\n:\\u003aerror:\\u003aowned"'],
  ['::error::x', '":\\u003aerror:\\u003ax"'],
  ['a b', '"a b"'],
  ['\u202egpj', '"\\u202egpj"'],
  ['\u009b31m', '"\\u009b31m"'],
  ['spät', '"spät"'],
  ['', '""'],
])('%j is shown as %s', (name, shown) => {
  expect(shownName(name)).toBe(shown)
})

test('no name begins a command of the runner, moves a cursor, or takes a page', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
    for (const shown of [shownName(name), shownText(name)]) {
      expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|::/)
      expect(shown.length).toBeLessThan(1400)
    }
  }))
})
