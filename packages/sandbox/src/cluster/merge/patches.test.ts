import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { builtInTypes } from '../schema/lookup.ts'
import { difference, fromFieldsV1, intersection, members, toFieldsV1, union } from './field-set.ts'
import { jsonPatch } from './json-patch.ts'
import { mergePatch } from './merge-patch.ts'
import { strategicPatch } from './strategic.ts'
import { compare, fieldSetOf, merge } from './typed-walks.ts'

describe('JSON patch', () => {
  const document = { a: { b: [1, 2, 3] }, 'x/y': 'slash', '~': 'tilde' }
  test.each`
    what                        | patch                                                                                 | result
    ${'add to a list'}          | ${[{ op: 'add', path: '/a/b/1', value: 9 }]}                                          | ${{ ...document, a: { b: [1, 9, 2, 3] } }}
    ${'add at the end'}         | ${[{ op: 'add', path: '/a/b/-', value: 9 }]}                                          | ${{ ...document, a: { b: [1, 2, 3, 9] } }}
    ${'remove'}                 | ${[{ op: 'remove', path: '/a/b/0' }]}                                                 | ${{ ...document, a: { b: [2, 3] } }}
    ${'escapes'}                | ${[{ op: 'replace', path: '/x~1y', value: 1 }, { op: 'remove', path: '/~0' }]}        | ${{ a: document.a, 'x/y': 1 }}
    ${'move'}                   | ${[{ op: 'move', from: '/a/b', path: '/c' }]}                                         | ${{ a: {}, 'x/y': 'slash', '~': 'tilde', c: [1, 2, 3] }}
    ${'a test that holds'}      | ${[{ op: 'test', path: '/a', value: { b: [1, 2, 3] } }]}                              | ${document}
  `('$what', ({ patch, result }) => { expect(jsonPatch(document, patch)).toEqual(result) })

  test.each`
    what                          | patch
    ${'a test that does not'}     | ${[{ op: 'test', path: '/a/b/0', value: 2 }]}
    ${'an index out of range'}    | ${[{ op: 'replace', path: '/a/b/3', value: 2 }]}
    ${'a parent that is not'}     | ${[{ op: 'add', path: '/z/y', value: 2 }]}
    ${'removing what is not'}     | ${[{ op: 'remove', path: '/z' }]}
  `('$what is refused', ({ patch }) => { expect(() => jsonPatch(document, patch)).toThrow() })
})

test('merge patch: null removes, objects merge, lists are replaced', () => {
  expect(mergePatch({ a: 1, b: { c: 1, d: 2 }, e: [1] }, { a: null, b: { c: 3 }, e: [2] })).toEqual({ b: { c: 3, d: 2 }, e: [2] })
})

test('a merge patch of a document by itself changes nothing', () => {
  const json = fc.letrec((tie) => ({ value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer()), fc.dictionary(fc.string(), tie('value'))) })).value
  fc.assert(fc.property(json, (value) => { expect(mergePatch(value, value)).toEqual(value) }))
})

describe('strategic patch', () => {
  const pod = { spec: { containers: [{ name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] }, { name: 'b', image: 'b:1' }], tolerations: [{ key: 'k' }] } }
  const patched = (spec: object): unknown => (strategicPatch(builtInTypes, 'core.v1.Pod', pod, { spec }) as typeof pod).spec
  test.each`
    what                             | spec                                                                                             | result
    ${'an item is merged by its key'} | ${{ containers: [{ name: 'b', image: 'b:2' }] }}                                                | ${{ ...pod.spec, containers: [pod.spec.containers[0], { name: 'b', image: 'b:2' }] }}
    ${'an item is deleted'}          | ${{ containers: [{ name: 'a', $patch: 'delete' }] }}                                             | ${{ ...pod.spec, containers: [{ name: 'b', image: 'b:1' }] }}
    ${'a list is replaced'}          | ${{ containers: [{ $patch: 'replace' }, { name: 'c', image: 'c:1' }] }}                          | ${{ ...pod.spec, containers: [{ name: 'c', image: 'c:1' }] }}
    ${'an order is set'}             | ${{ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }}                             | ${{ ...pod.spec, containers: [{ name: 'b', image: 'b:1' }, pod.spec.containers[0]] }}
    ${'an atomic list is replaced'}  | ${{ tolerations: [{ key: 'z' }] }}                                                               | ${{ ...pod.spec, tolerations: [{ key: 'z' }] }}
    ${'a field is removed'}          | ${{ tolerations: null }}                                                                         | ${{ containers: pod.spec.containers }}
  `('$what', ({ spec, result }) => { expect(patched(spec as object)).toEqual(result) })

  test('what it does not know is refused, not guessed', () => {
    expect(() => patched({ $retainEverything: [] })).toThrow('strategic merge directive $retainEverything')
  })
})

describe('typed values', () => {
  const type = { ref: 'core.v1.PodSpec' } as const
  const container = fc.record({ name: fc.constantFrom('a', 'b', 'c'), image: fc.string(), env: fc.uniqueArray(fc.record({ name: fc.constantFrom('X', 'Y', 'Z'), value: fc.string() }), { selector: ({ name }) => name }) })
  const spec = fc.record({ containers: fc.uniqueArray(container, { selector: ({ name }) => name, minLength: 1 }), nodeSelector: fc.dictionary(fc.constantFrom('p', 'q'), fc.string()) })

  test('merging a value over another keeps every field that it speaks of', () => {
    fc.assert(fc.property(spec, spec, (left, right) => {
      const { removed, modified, added } = compare(builtInTypes, type, right, merge(builtInTypes, type, left, right))
      expect(toFieldsV1(removed)).toEqual({})
      expect(toFieldsV1(modified)).toEqual({})
      expect(toFieldsV1(added)).toBeDefined()
    }))
  })

  test('a value merged over itself is itself', () => {
    fc.assert(fc.property(spec, (value) => { expect(merge(builtInTypes, type, value, value)).toEqual(value) }))
  })

  test('sets are united, shared and taken from each other path by path', () => {
    fc.assert(fc.property(spec, spec, (left, right) => {
      const [a, b] = [fieldSetOf(builtInTypes, type, left), fieldSetOf(builtInTypes, type, right)]
      const paths = (set: typeof a): readonly string[] => members(set).map((path) => JSON.stringify(path)).sort()
      const [inA, inB] = [paths(a), paths(b)]
      expect(paths(union(a, b))).toEqual([...new Set([...inA, ...inB])].sort())
      expect(paths(intersection(a, b))).toEqual(inA.filter((path) => inB.includes(path)))
      expect(paths(difference(a, b))).toEqual(inA.filter((path) => !inB.includes(path)))
    }))
  })

  test('field sets survive being written and read', () => {
    fc.assert(fc.property(spec, spec, (left, right) => {
      const set = union(fieldSetOf(builtInTypes, type, left), fieldSetOf(builtInTypes, type, right))
      // A copy, as it comes from a client: nothing is known of it.
      const copy = structuredClone(toFieldsV1(set))
      expect(fromFieldsV1(copy)).toEqual(set)
      expect(toFieldsV1(fromFieldsV1(copy))).toEqual(copy)
    }))
  })
})
