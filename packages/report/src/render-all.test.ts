import { describe, expect, test } from '@jest/globals'
import { buildReport, type Report, type Severity } from '@fermata/verdict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { verdictLook } from './look.ts'
import { renderAll } from './render-all.ts'
import { terminalText } from './terminal.ts'
import { rolledBack } from './testing/sample.ts'

function reportWith(severity: Severity): Report {
  return buildReport({ capability: 'gate', summary: 'p99 was 412 ms', startedAt: 0, endedAt: 1, reasons: [{ code: 'FM-X', severity, message: 'p99 was 412 ms, the limit is 300 ms.' }], onInconclusive: 'fail' })
}

describe.each(['note', 'warning', 'error', 'inconclusive'] as const)('all forms of one report say the same: %s', (severity) => {
  const report = reportWith(severity)
  const { emoji, word } = verdictLook[report.verdict]
  const [json, html, markdown, junit] = renderAll(report).map(({ content }) => content) as [string, string, string, string]
  const terminal = terminalText(report, { colour: false })

  test('the verdict', () => {
    expect(JSON.parse(json)).toMatchObject({ verdict: report.verdict })
    expect(html).toContain(`</span> ${word}</span>`)
    expect(markdown.startsWith(`### ${emoji} `)).toBe(true)
    expect(junit).toContain(`<property name="verdict" value="${report.verdict}"/>`)
    expect(terminal).toContain(word.toUpperCase())
  })

  test('the number', () => {
    for (const text of [json, html, markdown, junit, terminal]) expect(text).toContain('412 ms')
  })
})

test('the same report gives the same bytes in another zone, language and process', () => {
  const program = `
    import { createHash } from 'node:crypto'
    import { renderAll } from ${JSON.stringify(join(import.meta.dirname, 'render-all.ts'))}
    import { rolledBack } from ${JSON.stringify(join(import.meta.dirname, 'testing/sample.ts'))}
    process.stdout.write(createHash('sha256').update(JSON.stringify(renderAll(rolledBack(2)))).digest('hex'))`
  const elsewhere = spawnSync(process.execPath, ['--input-type=module', '-e', program], { env: { PATH: process.env['PATH'], TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' }, encoding: 'utf8' })
  expect(elsewhere.stdout).toBe(createHash('sha256').update(JSON.stringify(renderAll(rolledBack(2)))).digest('hex'))
})
