import { describe, expect, test } from '@jest/globals'
import { parseYaml } from '@fermata/source'
import { dispatchProblems, receiverConfig } from './receiver.ts'

test('the configuration is YAML that posts to the dispatches of the repository', () => {
  const [document] = parseYaml(receiverConfig('acme/shop'), { file: 'alertmanager.yml', version: '1.1' }).documents
  expect(document?.value).toMatchObject({ route: { receiver: 'fermata' }, receivers: [{ name: 'fermata', webhook_configs: [{ url: 'https://api.github.com/repos/acme/shop/dispatches', send_resolved: true }] }] })
})

describe('the limits of GitHub', () => {
  const payload = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, '']))
  test.each([
    ['ten properties', { event_type: 'x'.repeat(100), client_payload: payload(10) }, []],
    ['eleven properties', { event_type: 'x', client_payload: payload(11) }, ['its client_payload has 11 properties of at most 10']],
    ['a long type', { event_type: 'x'.repeat(101), client_payload: {} }, ['its event_type has 101 characters of at most 100']],
    ['no type', { client_payload: {} }, ['it has no event_type']],
    ['a text as payload', { event_type: 'x', client_payload: '{}' }, ['its client_payload is no mapping']],
    ['exactly as large as may be', { event_type: 'x', client_payload: { a: 'ü'.repeat(65_535 - 8) } }, []],
    ['one character more', { event_type: 'x', client_payload: { a: 'ü'.repeat(65_535 - 7) } }, ['its client_payload has 65536 characters of at most 65535']],
  ])('%s', (_, body, problems) => expect(dispatchProblems(body)).toEqual(problems))
})
