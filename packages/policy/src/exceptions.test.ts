import { describe, expect, test } from '@jest/globals'
import { ConfigurationError, inFile } from '@fermata/verdict'
import { applyExceptions, readExceptions } from './exceptions.ts'
import type { Finding } from './findings.ts'
import { filesOf } from './testing/folder.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const entry = (over: Readonly<Record<string, string>> = {}) => Object.entries({ rule: 'main/deny_root', owner: 'team-shop', reason: 'legacy image', expires: '2027-03-01', ...over }).map(([key, value], index) => `${index === 0 ? '- ' : '  '}${key}: ${value}`).join('\n')
const read = (...entries: readonly string[]) => readExceptions('x.yaml', filesOf({ 'x.yaml': `exceptions:\n${entries.join('\n')}\n` }))

const finding = (rule: string, file = 'k8s/cart.yaml', object = 'Deployment/cart'): Finding => ({
  rule,
  kind: 'fail',
  message: 'runs as root',
  where: inFile(file, 3, 1),
  also: [],
  field: 'spec',
  document: { file, value: {}, object, locate: () => inFile(file, 3, 1) },
  remedy: undefined,
})

describe('what an exception excuses', () => {
  test.each([
    ['its rule', entry(), true],
    ['its rule by a pattern', entry({ rule: 'main/*' }), true],
    ['another rule', entry({ rule: 'main/deny_tag' }), false],
    ['its file', entry({ files: '[k8s]' }), true],
    ['another file', entry({ files: '[k8s, "!k8s/cart.yaml"]' }), false],
    ['its object', entry({ object: 'Deployment/cart' }), true],
    ['another object', entry({ object: 'Deployment/web' }), false],
    ['until yesterday', entry({ expires: '2026-11-20' }), false],
    ['until today', entry({ expires: '2026-11-21' }), true],
  ])('%s: %#', async (_, written, excuses) => {
    const { counting, excused } = applyExceptions([finding('main/deny_root')], await read(written), now)
    expect([counting.length, excused.length]).toEqual(excuses ? [0, 1] : [1, 0])
  })
})

test.each([
  ['an expired one', entry({ expires: '2026-11-20' }), ['FM-POLICY-EXCEPTION-EXPIRED']],
  ['one that expires soon', entry({ expires: '2026-12-01' }), ['FM-POLICY-EXCEPTION-EXPIRES']],
  ['one that excuses nothing', entry({ rule: 'main/deny_nothing' }), ['FM-POLICY-EXCEPTION-UNUSED']],
  ['one that is fine', entry(), []],
])('of %s is told, on its line', async (_, written, codes) => {
  const { reasons } = applyExceptions([finding('main/deny_root')], await read(written), now)
  expect(reasons.map(({ code }) => code)).toEqual(codes)
  for (const { location } of reasons) expect(location).toMatchObject({ file: 'x.yaml', line: 2 })
})

test.each([
  ['no owner', '- {rule: a/b, reason: x, expires: 2027-01-01}', /owner/],
  ['no reason', '- {rule: a/b, owner: x, expires: 2027-01-01}', /reason/],
  ['no expiry', '- {rule: a/b, owner: x, reason: y}', /expires/],
  ['a day that does not exist', entry({ expires: '2027-02-30' }), /2027-02-30 is no day/],
  ['an unknown key', `${entry()}\n  until: tomorrow`, /until/],
  ['broken YAML', '- {rule: a', /x\.yaml:2/],
])('%s is refused', async (_, written, message) => {
  await expect(read(written)).rejects.toBeInstanceOf(ConfigurationError)
  await expect(read(written)).rejects.toThrow(message)
})

test('a file that is not there is refused', async () => {
  await expect(readExceptions('none.yaml', filesOf({ 'a.yaml': '' }))).rejects.toThrow(/no exceptions file none.yaml/)
})
