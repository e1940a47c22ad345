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
    expect(shares.map(({ inputs }) => inputs.map(({ value }) => value))).toEqual([[0, 2, 4], [1, 3]])
    expect(together([answer([0, 1, 2], 'yes'), answer([0, 1], 'yes')]).results.map(({ input }) => input)).toEqual([0, 1, 2, 3, 4])
  })

  test.each([
    [['yes', 'no'], 'yes'],
    [['no', 'no'], 'no'],
    [['no', 'unknown'], 'unknown'],
    [['unknown', 'yes'], 'yes'],
  ] as const)('reached %j is %s', (reached, expected) => {
    expect(together(reached.map((one) => answer([], one))).namespaces[0]?.rules[0]?.definitions[0]?.reached).toBe(expected)
  })

  test('are not whole when one is not', () => {
    expect(together([answer([], 'yes'), answer([], 'yes', { timedOut: true, prints: ['x'] })])).toMatchObject({ timedOut: true, prints: ['x'] })
  })
})
