import { describe, expect, jest, test } from '@jest/globals'
import { buildReport, type Report, type Section, type Severity } from '@fermata/verdict'
import * as fc from 'fast-check'
import { summaryMarkdown } from './summary.ts'
import { hostile, reportOf, rolledBack } from './testing/sample.ts'

jest.setTimeout(60_000)

function reportWith(sections: readonly Section[], severity: Severity = 'note'): Report {
  return buildReport({ capability: 'gate', summary: 'It is so', startedAt: 0, endedAt: 90_000, reasons: [{ code: 'FM-X', severity, message: 'Because.', remedy: 'Do this.' }], sections, onInconclusive: 'fail' })
}

describe('the first lines', () => {
  test.each`
    severity          | begins
    ${'note'}         | ${'### ✅ It is so\n'}
    ${'warning'}      | ${'### ⚠️ It is so\n'}
    ${'error'}        | ${'### ❌ It is so\n'}
    ${'inconclusive'} | ${'### ❔ It is so\n'}
  `('$severity', ({ severity, begins }) => {
    const [first, second] = summaryMarkdown(reportWith([], severity as Severity), { link: 'https://x.y/r' }).split('\n\n') as [string, string]
    expect(`${first}\n`).toBe(begins)
    expect(second).toContain('Because.')
    expect(second).toContain('**Next** Do this.')
    expect(second).toContain('[Full report](https://x.y/r)')
  })

  test('a path is shown and not linked', () => {
    expect(summaryMarkdown(reportWith([]), { link: 'fermata-report/report.html' })).toContain('Full report: <code>fermata-report/report.html</code>')
  })
})

describe('tables', () => {
  test('what is not green stands first and open, what is green is folded', () => {
    const text = summaryMarkdown(rolledBack())
    const [open, folded] = text.slice(text.indexOf('#### ↩️ Services'), text.indexOf('#### Timeline')).split('<details>') as [string, string]
    expect(open).toContain('<code>payments</code>')
    expect(open).not.toContain('<code>config</code>')
    expect(folded).toContain('<code>config</code>')
    expect(folded).toContain('19 more')
  })

  test('a few green rows need no fold', () => {
    const text = summaryMarkdown(reportWith([{ id: 'a', title: 'A', blocks: [{ kind: 'table', columns: [{ title: 'Name' }], rows: [['one'], ['two']] }] }]))
    expect(text).toContain('| one |')
    expect(text).not.toContain('<details>')
  })

  test('an empty table says so', () => {
    expect(summaryMarkdown(reportWith([{ id: 'a', title: 'A', blocks: [{ kind: 'table', columns: [{ title: 'Name' }], rows: [], empty: 'Nothing changed.' }] }]))).toContain('Nothing changed.')
  })
})

test('a folded section that is not green stays open', () => {
  const section = (state: 'good' | 'bad'): Section => ({ id: 'a', title: 'The plan', state, folded: true, blocks: [{ kind: 'text', text: 'inside' }] })
  expect(summaryMarkdown(reportWith([section('good')]))).toContain('<details><summary>The plan</summary>')
  expect(summaryMarkdown(reportWith([section('bad')]))).not.toContain('<details>')
})

describe('diagrams', () => {
  const graph = (amount: number): Section => ({
    id: 'g',
    title: 'G',
    blocks: [{ kind: 'graph', nodes: Array.from({ length: amount }, (_, index) => ({ id: index === 0 ? 'end' : `n${index}`, label: index === 0 ? 'end' : `n${index}`, wave: index })), edges: Array.from({ length: amount - 1 }, (_, index) => ({ from: `n${index + 1}`, to: index === 0 ? 'end' : `n${index}` })) }],
  })

  test('twelve nodes are drawn, with ids of ours', () => {
    const fence = fenceOf(summaryMarkdown(reportWith([graph(12)])))
    expect(fence.match(/^ {2}s\d+\["/gm)).toHaveLength(12)
    expect(fence).toContain('s0["end"]')
    expect(fence).toContain('s1 --> s0')
    expect(fence).not.toMatch(/^ {2}end/m)
  })

  test('more are drawn as waves, and too many waves not at all', () => {
    const fence = fenceOf(summaryMarkdown(rolledBack()))
    expect(fence.match(/^ {2}w\d+\["/gm)).toHaveLength(5)
    expect(fence).toContain('wave 3: 7 services, 1 undone, 1 warning')
    expect(summaryMarkdown(reportWith([graph(13)]))).not.toContain('mermaid')
  })

  test('none stands in a fold', () => {
    expect(summaryMarkdown(reportWith([{ ...graph(3), folded: true }]))).not.toContain('mermaid')
  })
})

describe('any text survives', () => {
  test.each(hostile.map((text) => [JSON.stringify(text.slice(0, 24)), text]))('%s', (_, text) => {
    const markdown = summaryMarkdown(reportOf(text))
    expectWhole(markdown)
    expect(outsideFences(markdown)).not.toMatch(/<(?!\/?(?:details|summary|code|sub|span)>|br>)/)
  })
})

describe('room', () => {
  test('a small report is not cut, and 300 services fit into 200 KiB', () => {
    expect(summaryMarkdown(rolledBack())).not.toContain('Cut to fit')
    expect(Buffer.byteLength(summaryMarkdown(rolledBack(12)))).toBeLessThanOrEqual(200 * 1024)
  })

  test('whatever the room, the text fits, is whole, and says on its last line what is missing', () => {
    const report = rolledBack(4)
    const whole = Buffer.byteLength(summaryMarkdown(report))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole + 10 }), (room) => {
        const text = summaryMarkdown(report, { room })
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(room)
        expectWhole(text)
        if (room < whole && text !== '') expect(text.trimEnd().split('\n').at(-1)).toMatch(/^_Cut to fit: .* left out\. The report files have everything\._$/)
      }),
      { numRuns: 60 },
    )
  })

  test('the verdict and what is not green outlive the green rows', () => {
    const text = summaryMarkdown(rolledBack(4), { room: 8_000 })
    expect(text).toMatch(/^### ❌ /)
    expect(text).toContain('<code>payments-4</code>')
    expect(text).not.toContain('<code>config</code>')
  })
})

function fenceOf(markdown: string): string {
  return /```mermaid\n([\s\S]*?)\n```/.exec(markdown)?.[1] ?? ''
}

/** Tags and fences are closed, and every row of a table has as many cells as its head. */
function expectWhole(markdown: string): void {
  let fence: string | undefined
  let columns = 0
  const lines = markdown.split('\n')
  for (const [index, line] of lines.entries()) {
    const mark = /^(`{3,})/.exec(line)?.[1]
    if (mark !== undefined && (fence === undefined || line === fence)) fence = fence === undefined ? mark : undefined
    if (fence !== undefined) continue
    const cells = line.startsWith('|') ? line.replaceAll(/\\./g, '').split('|').length : 0
    if (cells > 0 && columns > 0) expect([index, cells]).toEqual([index, columns])
    columns = cells
  }
  expect(fence).toBeUndefined()
  const outside = outsideFences(markdown)
  for (const tag of ['details', 'summary', 'code', 'sub', 'span']) {
    expect([tag, outside.split(`<${tag}>`).length]).toEqual([tag, outside.split(`</${tag}>`).length])
  }
}

function outsideFences(markdown: string): string {
  return markdown.replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, '')
}
