import { expect, test } from '@jest/globals'
import { buildReport, ConfigurationError, decide, didYouMean, EnvironmentError, inCluster, inFile, inQuery, locationText, type Reason, reasonCodes, reasonsFrom, type Severity, type Verdict, worst } from './index.ts'

const codes = reasonCodes({
  'FM-TEST-BROKEN': { severity: 'error', means: 'It broke.', remedy: 'Mend it.' },
  'FM-TEST-UNKNOWN': { severity: 'inconclusive', means: 'Nobody knows.', remedy: 'Find out.' },
  'FM-TEST-ODD': { severity: 'warning', means: 'It is odd.', remedy: 'Look.' },
  'FM-TEST-SAID': { severity: 'note', means: 'It was said.', remedy: 'Nothing.' },
})
const reason = reasonsFrom(codes)
const bySeverity: Record<Severity, Reason> = {
  error: reason('FM-TEST-BROKEN', { says: 'broken' }),
  inconclusive: reason('FM-TEST-UNKNOWN', { says: 'unknown' }),
  warning: reason('FM-TEST-ODD', { says: 'odd' }),
  note: reason('FM-TEST-SAID', { says: 'said' }),
}

test.each<[readonly Verdict[], Verdict]>([
  [[], 'inconclusive'],
  [['pass'], 'pass'],
  [['pass', 'warn'], 'warn'],
  [['warn', 'inconclusive', 'pass'], 'inconclusive'],
  [['inconclusive', 'fail'], 'fail'],
])('the worst of %j is %s', (all, expected) => {
  expect(worst(all)).toBe(expected)
})

test.each<[readonly Severity[], Verdict]>([
  [[], 'pass'],
  [['note'], 'pass'],
  [['note', 'warning'], 'warn'],
  [['warning', 'inconclusive'], 'inconclusive'],
  [['inconclusive', 'error'], 'fail'],
])('reasons %j decide %s', (severities, expected) => {
  expect(decide(severities.map((severity) => bySeverity[severity]))).toBe(expected)
})

test.each<[readonly Severity[], 'fail' | 'warn' | 'pass', Verdict]>([
  [['inconclusive'], 'fail', 'inconclusive'],
  [['inconclusive'], 'warn', 'warn'],
  [['inconclusive'], 'pass', 'pass'],
  [['inconclusive', 'warning'], 'pass', 'warn'],
  [['inconclusive', 'error'], 'pass', 'fail'],
])('a report with %j under on-inconclusive %s is %s', (severities, onInconclusive, expected) => {
  const report = buildReport({ capability: 'test', summary: 's', startedAt: 0, endedAt: 1000, onInconclusive, reasons: severities.map((severity) => bySeverity[severity]) })
  expect(report.verdict).toBe(expected)
  expect(report.endedAt).toBe('1970-01-01T00:00:01.000Z')
})

test('reasons of a report stand worst first', () => {
  const report = buildReport({ capability: 'test', summary: 's', startedAt: 0, endedAt: 0, onInconclusive: 'fail', reasons: [bySeverity.note, bySeverity.error, bySeverity.warning] })
  expect(report.reasons.map((one) => one.severity)).toEqual(['error', 'warning', 'note'])
})

test("a reason takes severity and remedy from its code's definition, unless it says otherwise", () => {
  expect(bySeverity.error).toEqual({ code: 'FM-TEST-BROKEN', severity: 'error', message: 'broken', remedy: 'Mend it.' })
  expect(reason('FM-TEST-ODD', { says: 'odd', severity: 'error', remedy: 'Run.', service: 'cart', evidence: ['e1'], where: inFile('a.yaml', 3) })).toEqual({
    code: 'FM-TEST-ODD', severity: 'error', message: 'odd', remedy: 'Run.', service: 'cart', evidence: ['e1'], location: { kind: 'file', file: 'a.yaml', line: 3 },
  })
})

test.each([
  [inFile('a.yaml'), 'a.yaml'],
  [inFile('a.yaml', 3, 7), 'a.yaml:3:7'],
  [inCluster('Pod', 'shop', 'cart-1', 'server'), 'Pod shop/cart-1 (server)'],
  [inCluster('Node', undefined, 'n1'), 'Node n1'],
  [inQuery('up == 0'), 'up == 0'],
])('%j reads %s', (location, expected) => {
  expect(locationText(location)).toBe(expected)
})

test('a configuration error tells every problem with its place and remedy', () => {
  const error = new ConfigurationError([{ says: 'No such key: depends.', remedy: 'Did you mean dependencies?', where: inFile('f.yaml', 2, 5) }, { says: 'Nothing else.' }])
  expect(error.message).toBe('f.yaml:2:5: No such key: depends. Did you mean dependencies?\nNothing else.')
})

test('an environment error says its reason and the remedy', () => {
  expect(new EnvironmentError(bySeverity.error).message).toBe('broken Mend it.')
})

test.each([
  ['dependancies', ['dependencies', 'deployment_strategy'], 'dependencies'],
  ['FRONTEDN', ['frontend', 'backend'], 'frontend'],
  ['rolling', ['rolling'], 'rolling'],
  ['xyz', ['frontend'], undefined],
  ['cart', [], undefined],
])('%s among %j means %s', (word, known, expected) => {
  expect(didYouMean(word, known)).toBe(expected)
})
