import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { dump } from 'js-yaml'
import { insertUnder, parseYaml } from './index.ts'

const source = { file: 'fermata.yaml', version: '1.2' } as const
const edit = (text: string, path: readonly string[] = ['services'], lines: readonly string[] = ['new:', '  paths: [new]']) => {
  const edited = insertUnder(text, path, lines, source)
  return 'text' in edited ? edited.text : edited
}

describe('insertUnder', () => {
  test.each([
    ['after the last entry', 'services:\n  a:\n    soak: 1\n', 'services:\n  a:\n    soak: 1\n  new:\n    paths: [new]\n'],
    ['before the next key, blank lines and its comment left to it', 'services:\n  a: {}\n\n# objectives\nslos: {}\n', 'services:\n  a: {}\n  new:\n    paths: [new]\n\n# objectives\nslos: {}\n'],
    ['after comments of the mapping itself', 'services:\n  a: {}  # first\n  # b is gone\nslos: {}\n', 'services:\n  a: {}  # first\n  # b is gone\n  new:\n    paths: [new]\nslos: {}\n'],
    ['with the indentation of its siblings', 'services:\n    a: {}\n', 'services:\n    a: {}\n    new:\n      paths: [new]\n'],
    ['after a block text with a line like a comment', 'services:\n  a: |\n    text\n    # text too\n\nslos: {}\n', 'services:\n  a: |\n    text\n    # text too\n  new:\n    paths: [new]\n\nslos: {}\n'],
    ['after brackets over several lines', 'services:\n  a: {paths: [\n    x, # one\n    ]\n   }\nslos: {}\n', 'services:\n  a: {paths: [\n    x, # one\n    ]\n   }\n  new:\n    paths: [new]\nslos: {}\n'],
    ['into an empty mapping', 'version: 1\nservices: # none yet\nslos: {}\n', 'version: 1\nservices: # none yet\n  new:\n    paths: [new]\nslos: {}\n'],
    ['into empty braces', 'services: {} # none\nslos: {}\n', 'services: # none\n  new:\n    paths: [new]\nslos: {}\n'],
    ['under a key that is missing', 'version: 1\n', 'version: 1\nservices:\n  new:\n    paths: [new]\n'],
    ['into an empty text', '', 'services:\n  new:\n    paths: [new]\n'],
    ['into a text of comments', '# ours', '# ours\nservices:\n  new:\n    paths: [new]\n'],
    ['into an empty document', '# ours\n---\n', '# ours\n---\nservices:\n  new:\n    paths: [new]\n'],
    ['where the last line has no end', 'services:\n  a: {}', 'services:\n  a: {}\n  new:\n    paths: [new]\n'],
    ['where the last value is empty', 'services:\n  a:', 'services:\n  a:\n  new:\n    paths: [new]\n'],
    ['with the line ends of the file', 'services:\r\n  a: {}\r\nslos: {}\r\n', 'services:\r\n  a: {}\r\n  new:\r\n    paths: [new]\r\nslos: {}\r\n'],
    ['before the next document', 'services:\n  a: {}\n---\nb: 1\n', 'services:\n  a: {}\n  new:\n    paths: [new]\n---\nb: 1\n'],
  ])('%s', (_, before, after) => expect(edit(before)).toBe(after))

  test.each([
    ['a mapping in braces', 'services: {a: {}}\n', ['services'], 'written in braces'],
    ['a list', 'services: [a]\n', ['services'], 'no mapping'],
    ['a text', 'services: a\n', ['services'], 'no mapping'],
    ['a deeper path that is missing', 'services:\n  a: {}\n', ['services', 'b'], 'There is no services.b'],
    ['a text that cannot be read', 'services: [\n', ['services'], 'never closed'],
    ['a key that is there', 'services:\n  new: {}\n', ['services'], 'written twice'],
  ])('%s is left alone', (_, text, path, says) => {
    expect(edit(text, path)).toMatchObject({ problem: expect.stringContaining(says), line: expect.any(Number) })
  })

  test('any document keeps all that it said, in the same lines, and gains the entry', () => {
    const key = fc.stringMatching(/^[a-m][a-z0-9-]{0,6}$/)
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string(), { maxLength: 3 }), fc.constant('two\nlines\n'), fc.constant('kept\n\n\n'))
    const services = fc.dictionary(key, fc.dictionary(key, leaf, { minKeys: 1, maxKeys: 3 }), { minKeys: 1, maxKeys: 4 })
    fc.assert(fc.property(services, fc.boolean(), fc.constantFrom(-1, 2, 3), (known, more, flowLevel) => {
      const before = { version: 1, services: known, ...(more && { slos: { a: 'x' } }) }
      const text = dump(before, { flowLevel, noRefs: true })
      const after = edit(text) as string
      expect(parseYaml(after, source).documents[0]?.value).toEqual({ ...before, services: { ...known, new: { paths: ['new'] } } })
      expect(after.replace('  new:\n    paths: [new]\n', '')).toBe(text)
    }))
  })
})
