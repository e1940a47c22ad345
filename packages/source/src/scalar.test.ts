import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { parseYaml, yamlComment, yamlScalar } from './index.ts'

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom('yes', '012', '1e3', '.5', '-', '.', '..', '~', '', 'a: b', '# a', '*a', 'null', '\u0085', '\u2028', 'a\nb', '"', '.inf', '---'))

test.each(['1.1', '1.2'] as const)('any text written as a scalar is read as that text in YAML %s', (version) => {
  fc.assert(fc.property(text, (written) => {
    const { documents, problems } = parseYaml(`a: ${yamlScalar(written)}  # comment\nb: [${yamlScalar(written)}]\n`, { file: 'x', version })
    expect(problems).toEqual([])
    expect(documents[0]?.value).toEqual({ a: written, b: [written] })
  }))
})

test.each([['src/cart', 'src/cart'], ['k8s/a-b_c.yaml', 'k8s/a-b_c.yaml'], ['yes', '"yes"'], ['1', '"1"'], ['a b', '"a b"'], ['..', '".."']])('%j is written %s', (written, scalar) => expect(yamlScalar(written)).toBe(scalar))

test('no text escapes from a comment', () => {
  fc.assert(fc.property(text, fc.constantFrom('\n', '\r', '\u0085', '\u2028', '\0', '\x1b[31m'), (before, between) => {
    const { documents, problems } = parseYaml(`a: 1  # ${yamlComment(`${before}${between}b: 2`)}\n`, { file: 'x', version: '1.2' })
    expect(problems).toEqual([])
    expect(documents[0]?.value).toEqual({ a: 1 })
  }))
})

test('a long comment is cut between characters', () => expect(yamlComment('🎼'.repeat(50), 10)).toBe(`${'🎼'.repeat(9)}…`))
