import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { parseJson } from './index.ts'

const read = (text: string) => parseJson(text, { file: 'manifest.json' })

describe('parseJson', () => {
  test('any JSON is read as JSON.parse reads it', () => {
    fc.assert(fc.property(fc.json(), fc.integer({ min: 0, max: 3 }), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent)
      expect(read(text)).toMatchObject({ problems: [] })
      expect(read(text).documents[0]?.value).toEqual(JSON.parse(text))
    }))
  })

  test('what JSON.parse refuses is refused, and nothing else but duplicate keys', () => {
    const broken = fc.tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom('', ',', '"', '{', ']', ':', 'x', '\\', '0', '\n', '\ud800')).map(([json, at, junk]) => {
      const cut = at % (json.length + 1)
      return json.slice(0, cut) + junk + json.slice(cut + 1)
    })
    fc.assert(fc.property(broken, (text) => {
      const { problems } = read(text)
      const refused = problems.some((problem) => !problem.says.includes('written twice'))
      expect(refused).toBe(!parses(text))
    }), { numRuns: 500 })
  })

  test.each`
    what                     | text                                  | line | column | says
    ${'nothing'}             | ${''}                                 | ${1} | ${1}   | ${'ends where a value'}
    ${'a trailing comma'}    | ${'{\n  "a": 1,\n}'}                  | ${3} | ${1}   | ${'a key in double quotes should stand here'}
    ${'a comment'}           | ${'{ // no\n}'}                       | ${1} | ${3}   | ${'key in double quotes'}
    ${'an unclosed text'}    | ${'{"a": "b\n}'}                      | ${1} | ${7}   | ${'never closed'}
    ${'an unclosed object'}  | ${'{"a": {"b": 1}'}                   | ${1} | ${15}  | ${'ends where a comma or }'}
    ${'two values'}          | ${'{}\n{}'}                           | ${2} | ${1}   | ${'end of the text'}
    ${'a duplicate key'}     | ${'{"a": 1,\n "\\u0061": 2}'}         | ${2} | ${2}   | ${'"a" is written twice here: the first is on line 1'}
    ${'endless nesting'}     | ${'['.repeat(100_000)}                | ${1} | ${102} | ${'100 levels'}
  `('$what is reported at $line:$column', (row) => {
    const { text, line, column, says } = row as { text: string; line: number; column: number; says: string }
    const { documents, problems } = read(text)
    expect(documents).toEqual([])
    expect(problems).toMatchObject([{ line, column }])
    expect(problems[0]?.says).toContain(says)
  })

  test('positions point to values and keys', () => {
    const [document] = read('{\n  "a": [1,\n    {"b/c": null}]\n}').documents
    expect(document?.positionOf(['a', 1, 'b/c'])).toEqual({ line: 3, column: 13 })
    expect(document?.keyPositionOf(['a', 1, 'b/c'])).toEqual({ line: 3, column: 6 })
    expect(document?.nearestPosition(['a', 7])).toEqual({ line: 2, column: 3 })
    expect(document?.positionOf(['a', 2])).toBeUndefined()
  })
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
