import { expect, test } from '@jest/globals'
import { ConfigurationError } from '@fermata/verdict'
import * as z from 'zod/mini'
import { boolean, capability, choice, duration, inputsOf, integer, json, jsonSchemaOf, list, percent, readRequest, secret, text, url } from './index.ts'

const sample = capability({
  name: 'sample',
  purpose: 'Shows what a capability is.',
  inputs: {
    name: text({ about: 'A name.', required: true, example: 'cart' }),
    many: list({ about: 'Names.', default: '' }),
    mode: choice(['plan', 'apply'], { about: 'What to do.', default: 'plan' }),
    count: integer({ about: 'How many.', default: '4' }),
    wait: duration({ about: 'How long.', default: '30s' }),
    share: percent({ about: 'How much.', default: '1%' }),
    really: boolean({ about: 'Whether.', default: 'false' }),
    where: url({ about: 'Address.' }),
    images: json(z.record(z.string(), z.string()), { about: 'Images.' }),
    token: secret({ about: 'A token.' }),
  },
  outputs: { done: 'What was done.' },
  needs: [],
  commands: [],
  branding: { icon: 'play', color: 'blue' },
  permissions: {},
})

const read = (written: Record<string, string>) => readRequest(sample, (name) => written[name])
const problems = (written: Record<string, string>): readonly string[] => {
  try {
    read(written)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map((problem) => problem.says)
    throw error
  }
  return []
}

test('defaults are read like anything that a user writes', () => {
  expect(read({ name: 'cart' })).toEqual({
    name: 'cart', many: [], mode: 'plan', count: 4, wait: 30_000, share: 0.01, really: false, where: undefined, images: undefined, token: undefined,
    config: undefined, 'working-directory': '.', 'github-token': undefined, 'on-inconclusive': 'fail', 'report-dir': 'fermata-report',
  })
})

test.each([
  ['many', 'a, b\nc,,', ['a', 'b', 'c']],
  ['many', '["a,b", "c"]', ['a,b', 'c']],
  ['count', '007', 7],
  ['wait', '1h30m', 5_400_000],
  ['wait', '250ms', 250],
  ['wait', '30d', 2_592_000_000],
  ['share', '0.5', 0.5],
  ['share', '100%', 1],
  ['really', 'true', true],
  ['where', 'http://prometheus:9090/', 'http://prometheus:9090'],
  ['images', '{"cart":"x@sha256:1"}', { cart: 'x@sha256:1' }],
  ['mode', '  apply  ', 'apply'],
])('input %s written %j is %j', (name, raw, expected) => {
  expect(read({ name: 'cart', [name]: raw })[name as 'count']).toEqual(expected)
})

test.each([
  ['count', '-1', 'whole number'],
  ['count', '1e3', 'whole number'],
  ['wait', '5', 'duration'],
  ['wait', '5 minutes', 'duration'],
  ['share', '101%', 'share'],
  ['really', 'TRUE', 'true or false'],
  ['where', 'prometheus:9090', 'http://'],
  ['where', 'javascript:alert(1)', 'http://'],
  ['mode', 'aply', 'plan, apply'],
  ['many', '[1]', 'JSON list of strings'],
  ['many', '["a"', 'no JSON list'],
  ['images', '{', 'no JSON'],
  ['images', '{"cart":1}', 'cart'],
])('input %s written %j is refused and says %s', (name, raw, expected) => {
  const [problem, ...others] = problems({ name: 'cart', [name]: raw })
  expect(others).toEqual([])
  expect(problem).toContain(`Input ${name}: `)
  expect(problem).toContain(expected)
})

test.each([
  ['mode', 'aply', 'Did you mean apply?'],
  ['mode', 'nothing like it', 'its default: plan'],
  ['images', '{', 'leave it out'],
])('input %s written %j is refused with a remedy: %s', (name, raw, remedy) => {
  expect(() => read({ name: 'cart', [name]: raw })).toThrow(expect.objectContaining({ problems: [expect.objectContaining({ remedy: expect.stringContaining(remedy) })] }))
})

test('all bad inputs are told together', () => {
  expect(problems({ count: 'x', mode: 'y' })).toEqual([expect.stringContaining('Input name is missing'), expect.stringContaining('Input mode'), expect.stringContaining('Input count')])
})

test('a capability with an undescribed input is refused', () => {
  expect(() => capability({ ...sample, inputs: { silent: text({ about: ' ' }) } })).toThrow('no description for silent')
})

test('a command has the inputs that mean something to it, and the common ones', () => {
  const command = { path: ['show'], brief: 'Show', example: 'show', fixed: { mode: 'plan' } }
  expect(inputsOf(sample, command)).toEqual(Object.keys(sample.inputs).filter((name) => name !== 'mode'))
  expect(inputsOf(sample, { ...command, takes: ['name', 'mode'] })).toEqual(['name', 'config', 'working-directory', 'github-token', 'on-inconclusive', 'report-dir'])
  expect(() => capability({ ...sample, inputs: {}, commands: [{ ...command, takes: ['nobody'] }] })).toThrow('no input for show takes nobody')
})

test('the JSON Schema holds every input with its description and requires what is required', () => {
  const schema = jsonSchemaOf(sample) as { properties: Record<string, Record<string, unknown>>; required: string[] }
  expect(Object.keys(schema.properties).toSorted()).toEqual(Object.keys(sample.inputs).toSorted())
  expect(schema.required).toEqual(['name'])
  expect(schema.properties['mode']).toMatchObject({ type: 'string', enum: ['plan', 'apply'], description: 'What to do.' })
})
