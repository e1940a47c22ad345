import { describe, expect, test } from '@jest/globals'
import { houseRules } from './house-rules.ts'

const called = `name: called
on:
  workflow_call:
    inputs:
      wait: {description: 'Seconds.', type: number, default: 5}
permissions: {}
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read # check the code out
    concurrency: {group: one}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - uses: $/actions/detect-changed-services
      - env:
          WAIT: \${{ inputs.wait }}
        run: |
          sleep "$WAIT"
  two:
    needs: one
    permissions:
      contents: read # check the code out
    uses: $/.github/workflows/other.yml
`
const caller = called.replace('on:\n  workflow_call:\n    inputs:\n      wait: {description: \'Seconds.\', type: number, default: 5}\n', 'on: push\nconcurrency: {group: caller}\n')

describe('a workflow without a fault', () => {
  test.each([['called', called], ['calling', caller]])('that is %s has no finding', (_, text) => expect(houseRules('x.yml', text)).toEqual([]))
})

test.each`
  fault                            | from                           | to                               | says
  ${'an action of others by tag'}  | ${/@3d3c42e\S+ # v7\.0\.1/}    | ${'@v7'}                         | ${/^x\.yml:\d+: actions of others are pinned/}
  ${'a pin without its version'}   | ${/ # v7\.0\.1/}               | ${''}                            | ${/actions of others are pinned/}
  ${'a permission without reason'} | ${/ # check the code out/}     | ${''}                            | ${/a permission says in a comment/}
  ${'text of an event in a script'} | ${'sleep "$WAIT"'}            | ${'sleep ${{ inputs.wait }}'}    | ${/inside run: is an injection/}
  ${'all secrets handed on'}       | ${'needs: one'}                | ${'needs: one\n    secrets: inherit'} | ${/named one by one/}
  ${'no permissions at the top'}   | ${'permissions: {}\n'}         | ${''}                            | ${/begins with `permissions/}
  ${'a job without a timeout'}     | ${/ {4}timeout-minutes: 5\n/}  | ${''}                            | ${/every job has a timeout/}
  ${'a job without permissions'}   | ${/ {4}permissions:\n.*\n/}    | ${''}                            | ${/every job says its permissions/}
  ${'a group shared with the caller'} | ${'permissions: {}\n'}      | ${'permissions: {}\nconcurrency: {group: x}\n'} | ${/concurrency/}
`('$fault is found', ({ from, to, says }) => {
  const broken = called.replace(from as string, to as string)
  expect(broken).not.toBe(called)
  expect(houseRules('x.yml', broken)).toEqual([expect.stringMatching(says as RegExp)])
})

test('a workflow that starts by itself and may run twice at once is found', () => {
  expect(houseRules('x.yml', caller.replace('concurrency: {group: caller}\n', ''))).toEqual([expect.stringMatching(/concurrency/)])
})
