import { describe, expect, test } from '@jest/globals'
import type { PolicyAnswer, PolicyDefinition } from '@fermata/ports'
import { share, sharesOf, together } from './shares.ts'

test.each([[0, 8, 1], [1, 8, 1], [399, 8, 1], [400, 8, 2], [400, 1, 1], [1000, 2, 2], [100_000, 64, 4]])('%i inputs on %i cores go to %i threads', (inputs, cores, threads) => {
  expect(sharesOf(inputs, cores)).toBe(threads)
})

const answer = (inputs: readonly number[], reached: PolicyDefinition['reached'], more: Partial<PolicyAnswer> = {}): PolicyAnswer => ({
  engine: 'OPA', engineHash: '', errors: [], selected: ['main'], prints: [], timedOut: false,
  namespaces: [{ name: 'main', rules: [{ name: 'deny', kind: 'fail', definitions: [{ file: 'a.rego', line: 1, reached }] }] }],
  results: inputs.map((input) => ({ input, namespace: 'main', rule: 'deny', shape: 'set' })),
  ...more,
})

describe('answers together', () => {
  test('have the inputs that they were asked about', () => {
    const question = { modules: [], data: {}, regoVersion: 'v1' as const, namespaces: [], strict: false, seconds: 1, inputs: [0, 1, 2, 3, 4].map((value) => ({ value })) }
    const shares = share(question, 2)
    expect(shares.map(({ question: { inputs } }) => inputs.map(({ value }) => value))).toEqual(shares.map(({ places }) => places))
    const answers = shares.map(({ places }) => answer(places.map((_, at) => at), 'yes'))
    expect(together(answers, shares).results.map(({ input }) => input)).toEqual([0, 1, 2, 3, 4])
  })

  test.each([2, 3, 4, 5, 8, 10, 16, 100])('inputs of which every %i. is large are dealt evenly', (every) => {
    const inputs = Array.from({ length: 2_000 }, (_, place) => ({ value: place % every === 0 }))
    const large = share({ modules: [], data: {}, regoVersion: 'v1', namespaces: [], strict: false, seconds: 1, inputs }, 4).map(({ question }) => question.inputs.filter(({ value }) => value).length)
    expect(Math.max(...large) - Math.min(...large)).toBeLessThanOrEqual(2_000 / every / 5)
  })

  test.each([
    [['yes', 'no'], 'yes'],
    [['no', 'no'], 'no'],
    [['no', 'unknown'], 'unknown'],
    [['unknown', 'yes'], 'yes'],
  ] as const)('reached %j is %s', (reached, expected) => {
    expect(together(reached.map((one) => answer([], one)), []).namespaces[0]?.rules[0]?.definitions[0]?.reached).toBe(expected)
  })

  test('are not whole when one is not', () => {
    expect(together([answer([], 'yes'), answer([], 'yes', { timedOut: true, prints: ['x'] })], [])).toMatchObject({ timedOut: true, prints: ['x'] })
  })
})
