import { expect, test } from '@jest/globals'
import { duplicateFields } from './duplicates.ts'

test.each([
  ['{}', []],
  ['{"a":1,"b":{"a":1}}', []],
  ['{"a":1,"a":2}', ['a']],
  ['{"data":{"x":"1","y":"{\\"x\\":1,","x":"2"}}', ['data.x']],
  ['{"list":[1,{"n":1},{"n":1,"n":null},[{"m":[],"m":true}]]}', ['list[2].n', 'list[3][0].m']],
  ['{"a,b":1,"a,b" : 2,"\\u0061,b":3}', ['a,b', 'a,b']],
  ['"x"', []],
])('%s', (text, expected) => expect(duplicateFields(text)).toEqual(expected))
