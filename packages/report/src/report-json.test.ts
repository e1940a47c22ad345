import { describe, expect, jest, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { reportJson, reportJsonSchema, reportSchema } from './report-json.ts'
import { hostile, reportOf, rolledBack } from './testing/sample.ts'

jest.setTimeout(60_000)

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(reportJsonSchema())

describe('report.json', () => {
  test.each([['a release', rolledBack()], ...hostile.map((text) => [JSON.stringify(text.slice(0, 20)), reportOf(text)] as const)])('%s has the form of the schema', (_, report) => {
    const read: unknown = JSON.parse(reportJson(report))
    validate(read)
    expect(validate.errors ?? []).toEqual([])
    expect(reportSchema.safeParse(read).success).toBe(true)
    expect(read).toEqual(JSON.parse(JSON.stringify(report)))
  })

  test.each([
    ['an unknown verdict', { verdict: 'ok' }],
    ['no verdict', { verdict: undefined }],
    ['another schema', { schema: 'fermata/report@2' }],
    ['a key of nobody', { extra: 1 }],
    ['a time without zone', { startedAt: '2026-11-02T09:00:00' }],
    ['an unknown kind of block', { sections: [{ id: 'a', title: 'a', blocks: [{ kind: 'video' }] }] }],
    ['a code that is none', { reasons: [{ code: 'X-1', severity: 'error', message: 'm' }] }],
  ])('%s does not', (_, change) => {
    const read: unknown = JSON.parse(JSON.stringify({ ...rolledBack(), ...change }))
    expect(validate(read)).toBe(false)
    expect(reportSchema.safeParse(read).success).toBe(false)
  })

  test('the order in which keys were set does not show', () => {
    const report = rolledBack()
    const expected = reportJson(report)
    fc.assert(fc.property(fc.infiniteStream(fc.nat()), (numbers) => expect(reportJson(shuffled(report, () => numbers.next().value as number))).toBe(expected)), { numRuns: 20 })
    expect(expected.endsWith('}\n')).toBe(true)
    expect(Object.keys(JSON.parse(expected) as object).slice(0, 4)).toEqual(['schema', 'capability', 'verdict', 'summary'])
  })
})

/** The same value with the keys of every object in another order. */
function shuffled<T>(value: T, next: () => number): T {
  if (Array.isArray(value)) return value.map((entry: unknown) => shuffled(entry, next)) as T
  if (typeof value !== 'object' || value === null) return value
  const keyed = Object.entries(value).map(([key, entry]) => [next(), key, shuffled(entry as unknown, next)] as const)
  return Object.fromEntries(keyed.toSorted((a, b) => a[0] - b[0]).map(([, key, entry]) => [key, entry])) as T
}
