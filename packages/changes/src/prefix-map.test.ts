import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { prefixMap } from './prefix-map.ts'

const owners = (prefixes: readonly string[]) => {
  const matching = prefixMap([{ owner: 'x', prefixes }], (matches) => matches)
  return (path: string) => matching(path).length > 0
}

test.each<[readonly string[], readonly string[], readonly string[]]>([
  [['src/a'], ['src/a', 'src/a/b', 'src/a/b/c'], ['src/ab', 'src', 'a', 'SRC/a']],
  [['.'], ['a', 'a/b', '.github/x'], []],
  [['src', '!src/docs'], ['src/x'], ['src/docs', 'src/docs/y']],
  [['src', '!src/docs', 'src/docs/api'], ['src/docs/api/z'], ['src/docs/y']],
  [['!src/docs', 'src'], ['src/docs/y'], []],
  [['.', '!docs'], ['src/x', 'README.md'], ['docs/x']],
  [['!docs'], [], ['src/x', 'docs/x']],
  [['src/[x].ts', 'src/*'], ['src/[x].ts', 'src/*/y'], ['src/x.ts', 'src/a']],
  [[], [], ['a']],
  [['a/'], ['a/b'], []],
])('%j covers %j and not %j', (prefixes, inside, outside) => {
  const covers = owners(prefixes)
  expect(inside.filter((path) => !covers(path))).toEqual([])
  expect(outside.filter(covers)).toEqual([])
})

test('it agrees with reading every line of every rule', () => {
  const segment = fc.constantFrom('a', 'b', 'c')
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'))
  const line = fc.tuple(fc.constantFrom('', '!'), fc.oneof(path, fc.constant('.'))).map((parts) => parts.join(''))
  fc.assert(fc.property(fc.array(fc.array(line, { maxLength: 5 }), { maxLength: 4 }), path, (rules, asked) => {
    const found = prefixMap(rules.map((prefixes, owner) => ({ owner, prefixes })), (matches) => matches)(asked)
    const naive = rules.flatMap((prefixes, owner) => {
      let depth: number | undefined
      for (const prefix of prefixes) {
        const bare = prefix.replace(/^!/, '')
        if (bare !== '.' && asked !== bare && !asked.startsWith(`${bare}/`)) continue
        depth = prefix.startsWith('!') ? undefined : bare === '.' ? 0 : bare.split('/').length
      }
      return depth === undefined ? [] : [{ owner, depth }]
    })
    expect([...found].sort((a, b) => a.owner - b.owner)).toEqual(naive)
  }))
})
