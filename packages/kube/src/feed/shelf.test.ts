import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { object } from '../testing/stub.ts'
import { linesOf } from './lines.ts'
import { emptyShelf } from './shelf.ts'

const pod = (name: string, version: string) => object('Pod', name, version)

test('objects are sorted by name, and stay the same array until something changes', () => {
  const shelf = emptyShelf()
  shelf.replace({ items: [pod('b', '2'), pod('a', '1')], resourceVersion: '5' })
  const first = shelf.objects()
  expect(first.map((each) => each.metadata.name)).toEqual(['a', 'b'])
  shelf.take({ type: 'BOOKMARK', object: pod('', '9') })
  expect(shelf.objects()).toBe(first)
  expect(shelf.version()).toBe('9')
})

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ['an expired version', { type: 'ERROR', object: { kind: 'Status', code: 410 } }, 'expired'],
  ['another error', { type: 'ERROR', object: { kind: 'Status', code: 500 } }, 'failed'],
  ['a type that nobody knows', { type: 'PAUSED', object: pod('a', '1') }, 'failed'],
  ['an event without an object', { type: 'ADDED' }, 'failed'],
  ['an object without a version', { type: 'ADDED', object: { metadata: { name: 'a' } } }, 'failed'],
])('%s ends the watch', (_, event, expected) => {
  const shelf = emptyShelf()
  shelf.replace({ items: [], resourceVersion: '5' })
  expect(shelf.take(event)).toBe(expected)
  expect(shelf.version()).toBe('5')
})

test('a list that says the same is no change', () => {
  const shelf = emptyShelf()
  expect(shelf.replace({ items: [pod('a', '1')], resourceVersion: '5' })).toBe(true)
  expect(shelf.replace({ items: [pod('a', '1')], resourceVersion: '6' })).toBe(false)
  expect(shelf.replace({ items: [pod('a', '2')], resourceVersion: '7' })).toBe(true)
  expect(shelf.replace({ items: [], resourceVersion: '8' })).toBe(true)
})

test('lines come whole, however the bytes are cut', async () => {
  const text = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).map((line) => `"${line.replaceAll('\n', '')}"`))
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 9 })), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      const chunks: Buffer[] = []
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = cuts[i % Math.max(1, cuts.length)] ?? 7
        chunks.push(bytes.subarray(at, at + size))
        at += size
      }
      const found: string[] = []
      for await (const line of linesOf((async function* () { yield* chunks })())) found.push(line)
      expect(found).toEqual(lines)
    }),
  )
})

test('half a line at the end is dropped', async () => {
  const found: string[] = []
  for await (const line of linesOf((async function* () { yield Buffer.from('{"a":1}\n{"b"') })())) found.push(line)
  expect(found).toEqual(['{"a":1}'])
})
