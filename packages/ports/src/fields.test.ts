import { expect, test } from '@jest/globals'
import { at, listAt, mapAt, numberAt, textAt } from './fields.ts'

const answer = { metadata: { name: 'cart', labels: { app: 'cart' } }, spec: { replicas: 3, items: [{ image: 'a' }] }, nothing: null }

test('a field is there, or it is not', () => {
  expect([textAt(answer, 'metadata', 'name'), numberAt(answer, 'spec', 'replicas'), at(answer, 'spec', 'items', '0', 'image')]).toEqual(['cart', 3, 'a'])
  expect([listAt(answer, 'spec', 'items').length, mapAt(answer, 'metadata', 'labels')]).toEqual([1, { app: 'cart' }])
})

test.each<[string, readonly string[]]>([
  ['nothing on the way', ['nothing', 'name']],
  ['a text on the way', ['metadata', 'name', 'length']],
  ['what every object inherits', ['toString']],
  ['what a hostile key names', ['__proto__']],
])('%s is no field', (_, path) => {
  expect([at(answer, ...path), textAt(answer, ...path), numberAt(answer, ...path), listAt(answer, ...path), mapAt(answer, ...path)]).toEqual([undefined, undefined, undefined, [], {}])
})

test('another type is not what was asked for', () => {
  expect([textAt(answer, 'spec', 'replicas'), numberAt(answer, 'metadata', 'name'), listAt(answer, 'metadata'), mapAt(answer, 'spec', 'items')]).toEqual([undefined, undefined, [], {}])
})
