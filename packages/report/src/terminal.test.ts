import { describe, expect, test } from '@jest/globals'
import { buildReport } from '@fermata/verdict'
import { colourFor } from './paint.ts'
import { terminalText } from './terminal.ts'
import { hostile, reportOf, rolledBack } from './testing/sample.ts'

describe('the result on a terminal', () => {
  test('the verdict is the last thing that is said, the report below it', () => {
    const lines = terminalText(rolledBack(), { colour: false, link: 'fermata-report/report.html' }).trimEnd().split('\n')
    expect(lines.at(-2)).toBe('✖ FAILED  Release 4f1c2e9 to production rolled back: canary p99 of payments was 412 ms, the limit is 300 ms (28 min 44 s)')
    expect(lines.at(-1)).toBe('report: fermata-report/report.html')
  })

  test('each reason has its code, place and remedy', () => {
    expect(terminalText(rolledBack(), { colour: false })).toContain('▲ warning shipping has no PodDisruptionBudget; a node drain could stop it. FM-DEPLOY-NO-BUDGET\n  at k8s/shipping.yaml:12:3\n  → Add one with minAvailable: 1.')
  })

  test('columns stand below each other', () => {
    const table = { kind: 'table', columns: [{ title: 'Name' }, { title: 'Took', align: 'right' }], rows: [['漢字', '9 s'], ['cart', '120 s']] } as const
    const report = buildReport({ capability: 'x', summary: 's', startedAt: 0, endedAt: 1, reasons: [], sections: [{ id: 'a', title: 'A', blocks: [table] }], onInconclusive: 'fail' })
    expect(terminalText(report, { colour: false })).toContain('A\n  Name   Took\n  漢字    9 s\n  cart  120 s\n')
  })

  test('a folded section is named, and shown when it is not green', () => {
    expect(terminalText(rolledBack(), { colour: false })).toContain('✔ The plan (in the report)')
  })

  test('no text of others brings an escape code', () => {
    for (const text of hostile) expect(terminalText(reportOf(text), { colour: false })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  })
})

describe('colour', () => {
  const terminal = { isTTY: true }
  test.each`
    env                                        | stream        | colour
    ${{}}                                      | ${terminal}   | ${true}
    ${{}}                                      | ${{}}         | ${false}
    ${{ TERM: 'dumb' }}                        | ${terminal}   | ${false}
    ${{ NO_COLOR: '1' }}                       | ${terminal}   | ${false}
    ${{ NO_COLOR: '' }}                        | ${terminal}   | ${true}
    ${{ NO_COLOR: '1', FORCE_COLOR: '1' }}     | ${terminal}   | ${false}
    ${{ FORCE_COLOR: '1' }}                    | ${{}}         | ${true}
    ${{ FORCE_COLOR: '0' }}                    | ${terminal}   | ${false}
    ${{ GITHUB_ACTIONS: 'true' }}              | ${{}}         | ${true}
    ${{ GITHUB_ACTIONS: 'true', NO_COLOR: 1 }} | ${{}}         | ${false}
  `('$env on $stream: $colour', ({ env, stream, colour }) => expect(colourFor(env as Record<string, string>, stream as { isTTY?: boolean })).toBe(colour))

  test('is printed only when it was decided for', () => {
    expect(terminalText(rolledBack(), { colour: true })).toContain('\u001b[31m')
    expect(terminalText(rolledBack(), { colour: false })).not.toContain('\u001b')
  })
})
