import { describe, expect, test } from '@jest/globals'
import { ConfigurationError, locationText, type Report } from '@fermata/verdict'
import { scanned } from './testing/scan.ts'

const rooted = 'package main\n\ndeny contains msg if {\n\tinput.kind == "Deployment"\n\tnot input.spec.template.spec.securityContext.runAsNonRoot\n\tmsg := "must run as another user than root"\n}\n'
const deployment = 'kind: Deployment\nmetadata: {name: cart}\nspec:\n  template:\n    spec: {}\n'
const good = 'kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {securityContext: {runAsNonRoot: true}}}}\n'
const told = ({ reasons }: Report) => reasons.map(({ code, severity, location }) => [code, severity, location === undefined ? '' : locationText(location)].join(' '))

describe('a verdict', () => {
  test.each([
    ['pass: every document was judged and nothing was found', { 'k8s/a.yaml': good }, {}, 'pass', []],
    ['fail: a deny rule found something', { 'k8s/a.yaml': deployment }, {}, 'fail', ['FM-POLICY-DENIED error k8s/a.yaml:5:5']],
    ['warn: a warn rule found something', { 'k8s/a.yaml': deployment, 'policy/main.rego': rooted.replace('deny', 'warn_root') }, {}, 'warn', ['FM-POLICY-WARNED warning k8s/a.yaml:5:5']],
    ['fail: a warn rule, where warnings fail', { 'k8s/a.yaml': deployment, 'policy/main.rego': rooted.replace('deny', 'warn_root') }, { 'fail-severity': 'warning' }, 'fail', ['FM-POLICY-WARNED error k8s/a.yaml:5:5']],
    ['warn: a deny rule, where nothing fails', { 'k8s/a.yaml': deployment }, { 'fail-severity': 'never' }, 'warn', ['FM-POLICY-DENIED warning k8s/a.yaml:5:5']],
  ])('%s', async (_, texts, inputs, verdict, reasons) => {
    const report = await scanned({ 'policy/main.rego': rooted, ...texts }, inputs)
    expect([report.verdict, told(report)]).toEqual([verdict, reasons])
  })

  test('outputs count, and the score is the share of documents without a failure', async () => {
    const report = await scanned({ 'policy/main.rego': rooted, 'k8s/a.yaml': `${deployment}---\n${good}---\n${good}` })
    expect(report.outputs).toEqual({ failures: '1', warnings: '0', excepted: '0', score: '66', sarif: 'fermata-report/report.sarif' })
    expect(report.summary).toBe('1 failure and 0 warnings in 3 documents in 1 file.')
  })

  test('two scans of the same are the same, in whatever order files are listed', async () => {
    const texts = { 'policy/main.rego': rooted, 'k8s/b.yaml': deployment, 'k8s/a.yaml': deployment }
    expect(await scanned(texts)).toEqual(await scanned(Object.fromEntries(Object.entries(texts).toReversed())))
  })
})

describe('what conftest passes in silence is told, and never passes', () => {
  const policy = (text: string) => ({ 'policy/main.rego': `package main\n\n${text}\n`, 'k8s/a.yaml': deployment })
  test.each<[what: string, texts: Readonly<Record<string, string>>, inputs: Readonly<Record<string, string>>, code: string, at: string]>([
    ['a namespace that no policy has', policy('deny contains "x"'), { namespaces: 'mian' }, 'FM-POLICY-NAMESPACE-UNKNOWN', ''],
    ['a pattern that no namespace fits', policy('deny contains "x"'), { namespaces: 'kubernetes.*' }, 'FM-POLICY-NAMESPACE-UNKNOWN', ''],
    ['a namespace beside a pack, and no policies', { 'k8s/a.yaml': good }, { pack: 'kube-best-practice', namespaces: 'shop' }, 'FM-POLICY-NAMESPACE-UNKNOWN', ''],
    ['a package in which nothing is asked', policy('allow := true'), {}, 'FM-POLICY-NAMESPACE-EMPTY', ''],
    ['a rule that is no set', policy('deny if input.kind'), {}, 'FM-POLICY-RULE-SHAPE', 'policy/main.rego:3'],
    ['a rule that is an object', policy('deny[x] := y if { some x, y in input.metadata }'), {}, 'FM-POLICY-RULE-SHAPE', 'policy/main.rego:3'],
    ['a result that is a number', policy('deny contains 3'), {}, 'FM-POLICY-RESULT-SHAPE', 'policy/main.rego:3'],
    ['a result without a message', policy('deny contains {"message": "x"}'), {}, 'FM-POLICY-RESULT-SHAPE', 'policy/main.rego:3'],
    ['a built-in function that fails', policy('deny contains msg if { to_number(input.kind) > 3; msg := "x" }'), {}, 'FM-POLICY-RULE-FAILED', 'policy/main.rego:3'],
    ['two definitions that contradict each other', policy('size := 1 if input.kind\nsize := 2 if input.metadata\ndeny contains "x" if size > 1'), {}, 'FM-POLICY-RULE-FAILED', 'policy/main.rego:4'],
    ['rules that no document reaches', policy('deny contains msg if { input.kind == "Pod"; input.spec.x; msg := "x" }'), {}, 'FM-POLICY-NOTHING-REACHED', ''],
    ['a folder without YAML or JSON', { ...policy('deny contains "x"'), 'docs/a.md': 'x' }, { files: 'docs' }, 'FM-POLICY-NO-FILES', ''],
    ['a folder that is not there', policy('deny contains "x"'), { files: 'k9s' }, 'FM-POLICY-NO-FILES', ''],
    ['files that hold nothing', { 'policy/main.rego': rooted, 'k8s/a.yaml': '# nothing\n', 'k8s/b.yaml': '---\n---\n' }, {}, 'FM-POLICY-NO-FILES', ''],
    ['a list that holds nothing', { 'policy/main.rego': rooted, 'k8s/a.json': '[]' }, {}, 'FM-POLICY-NO-FILES', ''],
    ['a rule in parts', policy('deny.root contains "x"'), {}, 'FM-POLICY-RULE-SHAPE', 'policy/main.rego:3'],
    ['YAML that is cut off', { 'policy/main.rego': rooted, 'k8s/a.yaml': 'kind: Deployment\nspec: {template: {' }, {}, 'FM-POLICY-FILE-UNREADABLE', 'k8s/a.yaml:2:7'],
    ['JSON that is cut off', { 'policy/main.rego': rooted, 'k8s/a.json': '{"kind": "Depl' }, {}, 'FM-POLICY-FILE-UNREADABLE', 'k8s/a.json:1:10'],
    ['a template', { 'policy/main.rego': rooted, 'k8s/a.yaml': '{{- if .Values.x }}\nkind: Pod\n{{ end }}\n' }, {}, 'FM-POLICY-FILE-UNREADABLE', 'k8s/a.yaml:1:1'],
    ['a file that is named and no YAML', { 'policy/main.rego': rooted, Dockerfile: 'FROM x' }, { files: 'Dockerfile' }, 'FM-POLICY-FILE-UNREADABLE', 'Dockerfile'],
  ])('%s', async (_, texts, inputs, code, at) => {
    const report = await scanned(texts, inputs)
    expect(report.verdict).toBe('inconclusive')
    const reason = report.reasons.find((one) => one.code === code)
    expect([reason?.code, reason?.location === undefined ? '' : locationText(reason.location)]).toEqual([code, at])
  })

  test('one bad file beside good ones is inconclusive, and the good ones are judged', async () => {
    const report = await scanned({ 'policy/main.rego': rooted, 'k8s/a.yaml': deployment, 'k8s/b.yaml': 'a: [' })
    expect([report.verdict, report.outputs['failures']]).toEqual(['fail', '1'])
    expect(told(report).map((one) => one.split(' ')[0]).toSorted()).toEqual(['FM-POLICY-DENIED', 'FM-POLICY-FILE-UNREADABLE'])
  })

  test('no UTF-8', async () => {
    expect(told(await scanned({ 'policy/main.rego': rooted, 'k8s/a.yaml': new Uint8Array([0x6b, 0xff, 0xfe]) }))).toEqual(['FM-POLICY-FILE-UNREADABLE inconclusive k8s/a.yaml'])
  })

  test.each([
    ['a rule whose first conditions fit nothing', `${rooted}\ndeny_pod contains "x" if {\n\tinput.kind == "Pdo"\n\tinput.spec.hostNetwork\n}\n`, ['FM-POLICY-RULE-UNREACHED warning policy/main.rego:9']],
    ['a rule that is nearly named like one', `${rooted}\ndenied contains "x" if input.kind\n`, ['FM-POLICY-RULE-NOT-ASKED warning policy/main.rego:9']],
  ])('%s is a warning, at the rule', async (_, text, reasons) => {
    const report = await scanned({ 'policy/main.rego': text, 'k8s/a.yaml': good })
    expect([report.verdict, told(report)]).toEqual(['warn', reasons])
  })

  test('with compat: conftest they pass as there, and what ends a run there is inconclusive', async () => {
    const inputs = { compat: 'conftest' }
    expect((await scanned(policy('deny contains 3'), inputs)).verdict).toBe('pass')
    expect((await scanned(policy('deny if input.kind'), inputs)).verdict).toBe('pass')
    expect((await scanned(policy('deny contains "x"'), { ...inputs, namespaces: 'mian' })).verdict).toBe('pass')
    expect((await scanned(policy('deny contains {"message": "x"}'), inputs)).verdict).toBe('inconclusive')
    expect((await scanned(policy('deny contains "x"'), { ...inputs, files: 'k9s' })).verdict).toBe('inconclusive')
  })
})

describe('what nothing can be judged by is refused, with its place', () => {
  test.each<[what: string, texts: Readonly<Record<string, string>>, inputs: Readonly<Record<string, string>>, code: string, message: RegExp]>([
    ['no policies at all', {}, {}, 'FM-POLICY-NO-POLICIES', /the folder policy holds no Rego file/],
    ['a folder without policies', { 'rules/a.md': 'x' }, { policies: 'rules' }, 'FM-POLICY-NO-POLICIES', /rules/],
    ['tests alone', { 'policy/main_test.rego': 'package main\n' }, {}, 'FM-POLICY-NO-POLICIES', /policy/],
    ['a policy that does not parse', { 'policy/main.rego': 'package main\n\ndeny contains msg if {\n' }, {}, 'FM-POLICY-INVALID', /policy\/main\.rego:4/],
    ['a policy that does not compile', { 'policy/main.rego': 'package main\n\ndeny contains msg if { msg := nowhere }\n' }, {}, 'FM-POLICY-INVALID', /policy\/main\.rego:3:\d+: var nowhere is unsafe/],
    ['a set that is none: if without contains', { 'policy/main.rego': 'package main\n\ndeny[msg] if { msg := "x" }\n' }, {}, 'FM-POLICY-INVALID', /policy\/main\.rego:3:1: .*write `deny contains/],
    ['the same in Rego v0', { 'policy/main.rego': 'package main\nimport future.keywords.if\ndeny[msg] if { msg := "x" }\n' }, { 'rego-version': 'v0', compat: 'conftest' }, 'FM-POLICY-INVALID', /write `deny contains/],
    ['a pack that is not there', {}, { pack: 'pss-basline' }, 'FM-POLICY-PACK', /Did you mean pss-baseline/],
    ['a version that is not there', {}, { pack: 'pss-baseline@1.99' }, 'FM-POLICY-PACK', /1\.25 to 1\.35/],
    ['two versions of Kubernetes', {}, { pack: 'pss-baseline@1.30, pss-restricted@1.35' }, 'FM-POLICY-PACK', /different versions/],
    ['the input base, which does not work yet', {}, { pack: 'pss-baseline', base: 'main' }, 'FM-POLICY-BASE', /does not work yet/],
  ])('%s', async (_, texts, inputs, code, message) => {
    const refused = scanned({ 'k8s/a.yaml': deployment, ...texts }, inputs)
    await expect(refused).rejects.toBeInstanceOf(ConfigurationError)
    await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(message), problems: [expect.objectContaining({ code })] })
  })
})

test('time that is up is inconclusive, never a pass', async () => {
  const slow = 'package main\n\ndeny contains "x" if { all := numbers.range(1, 3000); some a in all; some b in all; a + b == -1 }\n'
  const report = await scanned({ 'policy/main.rego': slow, 'k8s/a.yaml': deployment }, { timeout: '200ms' })
  expect([report.verdict, told(report)[0]]).toEqual(['inconclusive', 'FM-POLICY-TIMEOUT inconclusive '])
})

describe('conftest\'s ways', () => {
  test('namespaces, data, and data.conftest.file', async () => {
    const texts = {
      'policy/a.rego': 'package shop.names\n\ndeny contains msg if { not input.metadata.name in data.names; msg := sprintf("%s/%s: %s", [data.conftest.file.dir, data.conftest.file.name, input.metadata.name]) }\n',
      'policy/b.rego': 'package other\n\ndeny contains "never asked"\n',
      'data/names.yaml': 'names: [web]\n',
      'k8s/a.yaml': `${deployment}---\n${good}`,
    }
    const report = await scanned(texts, { namespaces: 'shop.*', data: 'data' })
    expect(report.reasons.map(({ message, rule }) => `${rule} ${message}`)).toEqual(['shop.names/deny k8s/a.yaml: cart [Deployment/cart metadata.name]'])
  })

  test('combine: one input with path and contents, and the finding is where it is written', async () => {
    const twice = 'package main\n\nviolation contains {"msg": msg} if {\n\tsome a, b\n\ta < b\n\tinput[a].contents.metadata.name == input[b].contents.metadata.name\n\tmsg := sprintf("%s and %s", [input[a].path, input[b].path])\n}\n'
    const report = await scanned({ 'policy/main.rego': twice, 'k8s/a.yaml': deployment, 'k8s/b.yaml': `# here\n${deployment}` }, { combine: 'true' })
    expect(report.reasons.map(({ message, location }) => [message.split(' [')[0], location === undefined ? '' : locationText(location)])).toEqual([['k8s/a.yaml and k8s/b.yaml', expect.stringMatching(/^k8s\/[ab]\.yaml:[23]:\d+$/)]])
  })

  test('exception rules excuse, and the exceptions file excuses until its day', async () => {
    const policy = `${rooted}\nexception contains rules if { input.metadata.name == "cart"; rules := [""] }\n`
    const byRule = await scanned({ 'policy/main.rego': policy, 'k8s/a.yaml': deployment })
    expect([byRule.verdict, byRule.outputs['excepted'], told(byRule)]).toEqual(['pass', '1', ['FM-POLICY-EXCEPTED note k8s/a.yaml:5:5']])
    const entry = (expires: string) => `exceptions:\n- {rule: main/deny, owner: team-shop, reason: legacy, expires: ${expires}}\n`
    const texts = { 'policy/main.rego': rooted, 'k8s/a.yaml': deployment }
    const before = await scanned({ ...texts, 'x.yaml': entry('2027-03-01') }, { exceptions: 'x.yaml' })
    expect([before.verdict, told(before)]).toEqual(['pass', ['FM-POLICY-EXCEPTED note k8s/a.yaml:5:5']])
    const after = await scanned({ ...texts, 'x.yaml': entry('2026-11-20') }, { exceptions: 'x.yaml' })
    expect([after.verdict, told(after).toSorted()]).toEqual(['fail', ['FM-POLICY-DENIED error k8s/a.yaml:5:5', 'FM-POLICY-EXCEPTION-EXPIRED warning x.yaml:2:3']])
  })

  test('the folder policy is asked beside a pack, where there is one', async () => {
    const pack = { pack: 'kube-best-practice' }
    expect((await scanned({ 'k8s/a.yaml': good }, pack)).outputs['failures']).toBe('0')
    expect((await scanned({ 'policy/main.rego': 'package main\n\ndeny contains "never"\n', 'k8s/a.yaml': good }, pack)).outputs['failures']).toBe('1')
  })

  test('the reports of the run before are no manifests', async () => {
    const report = await scanned({ 'policy/main.rego': rooted, 'a.yaml': good, 'fermata-report/report.json': '{"kind": "Deployment"}' }, { files: '.' })
    expect([report.verdict, report.summary]).toEqual(['pass', '0 failures and 0 warnings in 1 document in 1 file.'])
  })
})
