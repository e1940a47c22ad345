import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { dump } from 'js-yaml'
import type { Path } from './index.ts'
import { parseYaml } from './index.ts'

const read = (text: string, version: '1.1' | '1.2' = '1.2') => parseYaml(text, { file: 'fermata.yaml', version })
const valueOf = (text: string, version: '1.1' | '1.2' = '1.2') => {
  const { documents, problems } = read(text, version)
  expect(problems).toEqual([])
  return documents[0]?.value
}

describe('values', () => {
  test.each([
    ['an empty text', '', []],
    ['comments only', '# nothing\n\n', []],
    ['an empty document', '---\n', [null]],
    ['several documents', 'a: 1\n---\nb: 2\n---\n', [{ a: 1 }, { b: 2 }, null]],
    ['a byte order mark', '\ufeffa: 1\n', [{ a: 1 }]],
    ['CR LF', 'a: 1\r\nb:\r\n  - c\r\n', [{ a: 1, b: ['c'] }]],
  ])('%s', (_, text, values) => {
    expect(read(text)).toMatchObject({ problems: [] })
    expect(read(text).documents.map((document) => document.value)).toEqual(values)
  })

  // What sigs.k8s.io/yaml 1.6 (kubectl, kustomize) makes of the same words.
  test.each([
    ['yes', true, 'yes'], ['n', false, 'n'], ['On', true, 'On'], ['oN', 'oN', 'oN'],
    ['012', 10, 12], ['08', 8, 8], ['0o14', 12, 12], ['0x1F', 31, 31], ['-0b101', -5, '-0b101'], ['+12', 12, 12],
    ['1_000', 1000, '1_000'], ['_1', '_1', '_1'], ['1_000.5', 1000.5, '1_000.5'], ['._5', '._5', '._5'],
    ['1e3', 1000, 1000], ['1.', 1, 1], ['.5', 0.5, 0.5], ['1e400', '1e400', '1e400'], ['12e', '12e', '12e'], ['0x', '0x', '0x'], ['0b12', '0b12', '0b12'],
    ['22:22', '22:22', '22:22'], ['190:20:30', '190:20:30', '190:20:30'], ['2001-12-14', '2001-12-14', '2001-12-14'], ['2001-12-14T21:59:43Z', '2001-12-14T21:59:43Z', '2001-12-14T21:59:43Z'],
    ['~', null, null], ['', null, null], ['nULL', 'nULL', 'nULL'], ['!!str 12', '12', '12'], ['!!int "12"', 12, 12], ['!!float 3', 3, 3], ['.inf', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['1.2.3', '1.2.3', '1.2.3'], ['-0', 0, -0], ['18446744073709551616', 18446744073709552000, 18446744073709552000],
  ])('%s is %p in a manifest and %p in YAML 1.2', (word, kubernetes, core) => {
    expect(valueOf(`a: ${word}\n`, '1.1')).toEqual({ a: kubernetes })
    expect(valueOf(`a: ${word}\n`)).toEqual({ a: core })
  })

  test('a merge key merges in manifests only', () => {
    const text = 'base: &base {cpu: 1}\na:\n  <<: *base\n  memory: 2\n'
    expect(valueOf(text, '1.1')).toMatchObject({ a: { cpu: 1, memory: 2 } })
    expect(valueOf(text)).toMatchObject({ a: { '<<': { cpu: 1 }, memory: 2 } })
  })

  test('a key named like a property of every object is only a key', () => {
    const value = valueOf('__proto__: {admin: true}\nconstructor: a\n') as object
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect((value as { admin?: unknown }).admin).toBeUndefined()
  })
})

describe('problems', () => {
  test.each`
    what                                | text                                            | line | column | says
    ${'a duplicate key'}                | ${'a: 1\nb:\n  c: 1\n  c: 2\n'}                 | ${4} | ${3}   | ${'"c" is written twice here: the first is on line 3'}
    ${'the same key, quoted'}           | ${'a: 1\n"a": 2\n'}                             | ${2} | ${1}   | ${'"a" is written twice'}
    ${'a tab as indentation'}           | ${'a:\n\tb: 1\n'}                               | ${2} | ${1}   | ${'tab'}
    ${'an unclosed double quote'}       | ${'a:\n  b: "open\n  c: "closed"\nd: 1\n'}      | ${2} | ${6}   | ${'double quotes that begins here is never closed'}
    ${'an unclosed single quote'}       | ${"a: 'open\nb: 1\n"}                           | ${1} | ${4}   | ${'single quotes that begins here is never closed'}
    ${'a quote open to the end'}        | ${'a: x\nb: "open'}                             | ${2} | ${4}   | ${'double quotes'}
    ${'an unclosed list'}               | ${'a: [1, 2\nb: 3\n'}                           | ${1} | ${4}   | ${'begins with [ here is never closed'}
    ${'an unclosed mapping'}            | ${'a: {b: [1], c: 2\n'}                         | ${1} | ${4}   | ${'begins with { here is never closed'}
    ${'an unclosed quote in braces'}    | ${'a:\n  b: {c: "d\n'}                           | ${2} | ${10}  | ${'double quotes'}
    ${'a colon inside of a value'}      | ${'image: redis: alpine\n'}                     | ${1} | ${13}  | ${'quotes'}
    ${'a line that does not fit'}       | ${'a:\n    b: 1\n  c: 2\n'}                     | ${3} | ${3}   | ${'indentation'}
    ${'a key without a colon'}          | ${'a: 1\nb\nc: 2\n'}                            | ${3} | ${2}   | ${'line above has no colon'}
    ${'a forbidden first character'}    | ${'a: @b\n'}                                    | ${1} | ${4}   | ${'cannot begin with @'}
    ${'a template'}                     | ${'a:\n  b: {{ .Values.b }}\n'}                 | ${2} | ${7}   | ${'template'}
    ${'an unknown tag'}                 | ${'a: !secret b\n'}                             | ${1} | ${4}   | ${'secret'}
    ${'an alias of nothing'}            | ${'a: *b\n'}                                    | ${1} | ${5}   | ${'no anchor for "b"'}
    ${'a null byte'}                    | ${'a: b\0\n'}                                   | ${1} | ${5}   | ${'ull byte'}
    ${'an alias inside of itself'}      | ${'a: &a\n  b: *a\n'}                           | ${1} | ${1}   | ${'inside of what it is an alias of'}
    ${'a list as a key'}                | ${'? [a]\n: b\n'}                               | ${1} | ${3}   | ${'cannot be a key'}
  `('$what is reported at $line:$column', (row) => {
    const { text, line, column, says } = row as { text: string; line: number; column: number; says: string }
    const { documents, problems } = read(text)
    expect(documents).toEqual([])
    expect(problems).toMatchObject([{ line, column }])
    expect(problems[0]?.says).toContain(says)
  })

  test('every duplicate key is reported, not the first alone', () => {
    expect(read('a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n').problems.map(({ line, column }) => [line, column])).toEqual([[2, 1], [4, 1], [3, 11]])
  })

  test('aliases that multiply are refused before anybody walks them', () => {
    const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 10 }, () => `*l${level}`).join(', ')}]`)
    const { problems } = read(`l0: &l0 lol\n${levels.join('\n')}\n`)
    expect(problems[0]?.says).toContain('more than 1000000 values')
  })

  test('nesting without end is a problem and no crash', () => {
    expect(read('['.repeat(100_000)).problems[0]?.says).toContain('100 levels')
  })
})

describe('positions', () => {
  const text = ['# a catalog', 'services:', '  cart:', '    paths: [src/cart, "docs/cart"]', '    soak:', '  "web front": &web', '    timeout: 5m', '  copy: *web', ''].join('\n')
  test.each([
    [[], [2, 1], [2, 1]],
    [['services'], [3, 3], [2, 1]],
    [['services', 'cart', 'paths'], [4, 12], [4, 5]],
    [['services', 'cart', 'paths', 1], [4, 23], [4, 23]],
    [['services', 'cart', 'soak'], [5, 5], [5, 5]],
    [['services', 'web front', 'timeout'], [7, 14], [7, 5]],
    [['services', 'copy'], [8, 9], [8, 3]],
    [['services', 'copy', 'timeout'], [7, 14], [7, 5]],
  ] as const)('%j', (path, value, key) => {
    const [document] = read(text).documents
    const place = (position: { line: number; column: number } | undefined) => position && [position.line, position.column]
    expect(place(document?.positionOf(path))).toEqual(value)
    expect(place(document?.keyPositionOf(path))).toEqual(key)
  })

  test.each([[['none']], [['services', 'cart', 'paths', 2]], [['services', 'cart', 'paths', 'length']], [['services', 'cart', 'soak', 'x']], [['constructor']]])('%j is nowhere', (path) => {
    expect(read(text).documents[0]?.positionOf(path)).toBeUndefined()
  })

  test('what is missing is looked for at the deepest part that is there', () => {
    expect(read(text).documents[0]?.nearestPosition(['services', 'cart', 'manifests', 0])).toEqual({ line: 3, column: 3 })
    expect(read(text).documents[0]?.nearestPosition(['slos'])).toEqual({ line: 2, column: 1 })
  })

  test('a merged value stands where it is written', () => {
    const merged = 'base: &base\n  cpu: 1\na:\n  <<: [*base]\n'
    expect(read(merged, '1.1').documents[0]?.positionOf(['a', 'cpu'])).toEqual({ line: 2, column: 8 })
  })

  test('keys that the schema reads as numbers or truth are found under their value', () => {
    expect(read('0x10: a\nyes: b\n', '1.1').documents[0]?.positionOf(['16'])).toEqual({ line: 1, column: 7 })
    expect(read('0x10: a\nyes: b\n', '1.1').documents[0]?.positionOf(['true'])).toEqual({ line: 2, column: 6 })
  })

  test('lines count across CR LF, and documents', () => {
    const { documents } = read('a: 1\r\n---\r\nb:\r\n  - c\r\n')
    expect(documents[1]?.positionOf(['b', 0])).toEqual({ line: 4, column: 5 })
  })

  const word = fc.string({ minLength: 1, maxLength: 12 })
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null)), fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(word, tie('tree'), { maxKeys: 4 })),
  }))
  const leaves = (value: unknown, path: Path = []): readonly Path[] =>
    value !== null && typeof value === 'object' ? [path, ...Object.entries(value).flatMap(([key, part]) => leaves(part, [...path, Array.isArray(value) ? Number(key) : key]))] : [path]
  const at = (value: unknown, path: Path) => path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], value)

  test.each([{ flowLevel: -1 }, { flowLevel: 1 }, { flowLevel: 0 }])('every path of any document points to the text it was read from (%j)', (style) => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 3 }), (values) => {
        const dumped = values.map((value) => `---\n${dump(value, { noRefs: true, ...style })}`).join('')
        const lines = dumped.split(/\r\n|\r|\n/)
        const { documents, problems } = read(dumped)
        expect(problems).toEqual([])
        for (const [index, value] of values.entries()) {
          const document = documents[index]
          expect(document?.value).toEqual(value)
          for (const path of leaves(value)) {
            const position = document?.positionOf(path) ?? { line: 0, column: 0 }
            const rest = [lines[position.line - 1]?.slice(position.column - 1), ...lines.slice(position.line)].join('\n')
            expect(beginsWith(rest, at(value, path))).toBe(true)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  /** Whether a text begins with a value: read alone, its first line, or its first token, is that value or begins it. */
  function beginsWith(rest: string, value: unknown): boolean {
    if (value === null || typeof value === 'boolean' || typeof value === 'number') return rest.startsWith(String(value))
    if (Array.isArray(value)) return /^(?:-|\[)/.test(rest)
    if (typeof value === 'object') return rest.startsWith('{') || /^(?:[^\s]|\?)/.test(rest)
    if (/^["'|>]/.test(rest)) return true
    return rest.trimStart().startsWith((value as string).trimStart().slice(0, 1))
  }
})
