import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { parseImage } from './index.ts'

const sha = `sha256:${'a'.repeat(64)}`

describe('parseImage', () => {
  // Registry and repository as distribution/reference 0.6 names them.
  test.each`
    reference                         | registry                | repository            | tag            | digest
    ${'nginx'}                        | ${'docker.io'}          | ${'library/nginx'}    | ${undefined}   | ${undefined}
    ${'redis:alpine'}                 | ${'docker.io'}          | ${'library/redis'}    | ${'alpine'}    | ${undefined}
    ${'docker.io/redis'}              | ${'docker.io'}          | ${'library/redis'}    | ${undefined}   | ${undefined}
    ${'index.docker.io/a/b:1'}        | ${'docker.io'}          | ${'a/b'}              | ${'1'}         | ${undefined}
    ${'team/app'}                     | ${'docker.io'}          | ${'team/app'}         | ${undefined}   | ${undefined}
    ${'localhost/a'}                  | ${'localhost'}          | ${'a'}                | ${undefined}   | ${undefined}
    ${'reg.example:5000/a/b:v1_2.3'}  | ${'reg.example:5000'}   | ${'a/b'}              | ${'v1_2.3'}    | ${undefined}
    ${`reg.example/a:1@${sha}`}       | ${'reg.example'}        | ${'a'}                | ${'1'}         | ${sha}
    ${`a__b/c---d.e_f@${sha}`}        | ${'docker.io'}          | ${'a__b/c---d.e_f'}   | ${undefined}   | ${sha}
    ${'[2001:db8::1]:80/a'}           | ${'[2001:db8::1]:80'}   | ${'a'}                | ${undefined}   | ${undefined}
    ${'REG/app'}                      | ${'REG'}                | ${'app'}              | ${undefined}   | ${undefined}
    ${'a.b'}                          | ${'docker.io'}          | ${'library/a.b'}      | ${undefined}   | ${undefined}
  `('$reference is $registry / $repository', (row) => {
    const { reference, ...parts } = row as { reference: string }
    expect(parseImage(reference)).toEqual(parts)
  })

  test.each([
    ['', 'empty'], ['Nginx', 'lower case'], ['a//b', 'no repository'], ['a.b/', 'repository is missing'], ['a:', 'tag is empty'], ['a:-x', 'no tag'], [`a:${'x'.repeat(129)}`, 'no tag'], ['a:b:c', 'no tag'],
    ['a@sha256:abc', 'no digest'], [`a@md5:${'a'.repeat(32)}`, 'no digest'], ['a@b@c', 'more than one @'], ['f'.repeat(64), 'image id'], ['a b', 'no repository'], ['gcr.io:x/a', 'no host name'],
    ['a..b/c', 'no host name'], [`b/${'a'.repeat(254)}`, 'longer than 255'], ['http://a/b', 'scheme'], ['$(IMAGE)', 'placeholder'], ['{{ .Values.image }}', 'placeholder'], ['a/b_', 'no repository'], ['éa', 'no repository'],
  ])('%j is refused: %s', (reference, why) => {
    expect(parseImage(reference)).toMatchObject({ says: expect.stringContaining(why), remedy: expect.any(String) })
  })

  test('what is read can be written and read again', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/)
    const reference = fc.tuple(fc.constantFrom('', 'reg.example/', 'localhost:5000/'), fc.array(part, { minLength: 1, maxLength: 3 }), fc.option(fc.stringMatching(/^[a-zA-Z0-9_][\w.-]{0,9}$/)), fc.boolean())
    fc.assert(fc.property(reference, ([registry, parts, tag, pinned]) => {
      const read = parseImage(`${registry}${parts.join('/')}${tag === null ? '' : `:${tag}`}${pinned ? `@${sha}` : ''}`)
      if ('says' in read) throw new Error(read.says)
      const written = `${read.registry}/${read.repository}${read.tag === undefined ? '' : `:${read.tag}`}${read.digest === undefined ? '' : `@${read.digest}`}`
      expect(parseImage(written)).toEqual(read)
    }))
  })

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseImage(text)))
  })
})
