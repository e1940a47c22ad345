import { expect, test } from '@jest/globals'
import { buildReport, inCluster, inFile, type Reason, type Severity } from '@fermata/verdict'
import { annotations } from './annotations.ts'

function reportWith(reasons: readonly Reason[]) {
  return buildReport({ capability: 'x', summary: 's', startedAt: 0, endedAt: 1, reasons, onInconclusive: 'fail' })
}

function many(amount: number, severity: Severity): readonly Reason[] {
  return Array.from({ length: amount }, (_, index) => ({ code: 'FM-X', severity, message: `${severity} ${index}` }))
}

test.each`
  severity          | level
  ${'error'}        | ${'error'}
  ${'inconclusive'} | ${'error'}
  ${'warning'}      | ${'warning'}
`('$severity is a $level', ({ severity, level }) => {
  expect(annotations(reportWith(many(1, severity as Severity)))).toEqual([{ level, message: `${severity} 0`, title: 'FM-X' }])
})

test('a file is named with line and column; an object of the cluster is no file', () => {
  const reasons: readonly Reason[] = [
    { code: 'FM-A', severity: 'error', message: 'a.', remedy: 'Do b.', location: inFile('k8s/a.yaml', 3, 7) },
    { code: 'FM-A', severity: 'error', message: 'its last words', remedy: 'Do b.' },
    { code: 'FM-B', severity: 'error', message: 'c', service: 'cart', location: inCluster('Pod', 'shop', 'cart-1') },
  ]
  expect(annotations(reportWith(reasons))).toEqual([
    { level: 'error', message: 'a. Do b.', title: 'FM-A', file: 'k8s/a.yaml', line: 3, column: 7 },
    { level: 'error', message: 'its last words. Do b.', title: 'FM-A' },
    { level: 'error', message: 'cart: c', title: 'FM-B' },
  ])
})

test('notes are shown beside a line and nowhere else', () => {
  const [plain] = many(1, 'note') as [Reason]
  expect(annotations(reportWith([plain]))).toEqual([])
  expect(annotations(reportWith([{ ...plain, location: inFile('a') }]))).toMatchObject([{ level: 'notice' }])
})

test('ten of a kind at most, the last of them counting the rest', () => {
  const all = annotations(reportWith([...many(13, 'error'), ...many(10, 'warning')]))
  const errors = all.filter(({ level }) => level === 'error')
  expect(errors).toHaveLength(10)
  expect(errors.at(-1)?.message).toBe('4 more in the summary')
  expect(all.filter(({ level }) => level === 'warning').map(({ message }) => message)).toEqual(many(10, 'warning').map(({ message }) => message))
  expect(annotations(reportWith(many(13, 'error')), { perLevel: 9 })).toHaveLength(9)
})

test('4096 characters of a message at most', () => {
  expect(annotations(reportWith([{ code: 'FM-X', severity: 'error', message: 'x'.repeat(9000) }]))[0]?.message).toHaveLength(4096)
})
