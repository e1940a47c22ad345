import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { chmodSync, cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectHandedOver, expectRefusal } from './support/refusal.ts'
import { fermata, reasonsOf, reportOf, runAction, startAction } from './support/steps.ts'
import { type Content, folderWith, removeFolders, type Workspace } from './support/workspace.ts'

jest.setTimeout(90_000)
afterAll(removeFolders)

/** Two rules as somebody had them before Fermata, in Rego v0. */
const security = `package kubernetes.security

deny[msg] {
  input.kind == "Deployment"
  not input.spec.template.spec.securityContext.runAsNonRoot
  msg := "Containers must run as non-root user"
}

deny[msg] {
  input.kind == "Service"
  input.spec.type == "LoadBalancer"
  not input.metadata.annotations["service.beta.kubernetes.io/azure-load-balancer-internal"]
  msg := "LoadBalancer services must be internal"
}
`

const shop: Content = {
  'policy/security.rego': security,
  'k8s/cart.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    spec:
      containers:
      - name: server
        image: cart:1
---
apiVersion: v1
kind: Service
metadata:
  name: cart
  annotations: {team: shop}
spec:
  type: LoadBalancer
`,
}
const inputs = { files: 'k8s', namespaces: 'kubernetes.security' }

describe('the action', () => {
  test('annotates the line of a finding, and its SARIF says the same', async () => {
    const workspace = folderWith(shop)
    const ended = await runAction('policy-scan', workspace, { inputs })
    expectHandedOver(ended, workspace)
    expect([ended.code, ended.outputs]).toEqual([1, expect.objectContaining({ verdict: 'fail', failures: '2', warnings: '0', excepted: '0', score: '0', sarif: 'fermata-report/report.sarif' })])
    const annotated = ended.log.split('\n').filter((line) => line.startsWith('::error') && line.includes('file='))
    expect(annotated.map((line) => line.slice(0, line.indexOf('.')).replace('::error title=FM-POLICY-DENIED,', ''))).toEqual(['file=k8s/cart', 'file=k8s/cart'])
    expect(annotated.map((line) => /line=\d+,col=\d+/.exec(line)?.[0])).toEqual(['line=7,col=5', 'line=16,col=3'])
    const { runs: [run] } = JSON.parse(readFileSync(join(workspace.path, ended.outputs['sarif'] ?? ''), 'utf8')) as { readonly runs: readonly { readonly results: readonly { readonly ruleId: string; readonly locations: readonly unknown[] }[] }[] }
    expect(run?.results.map(({ ruleId, locations }) => [ruleId, locations])).toEqual([7, 16].map((startLine) => ['kubernetes.security/deny', [{ physicalLocation: { artifactLocation: { uri: 'k8s/cart.yaml' }, region: { startLine, startColumn: startLine === 7 ? 5 : 3 } } }]]))
  })

  test('passes what is right, with the evidence of what judged it', async () => {
    const workspace = folderWith({ ...shop, 'k8s/cart.yaml': 'kind: Deployment\nspec: {template: {spec: {securityContext: {runAsNonRoot: true}}}}\n---\nkind: Service\nspec: {type: LoadBalancer}\nmetadata: {annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: "true"}}\n' })
    const ended = await runAction('policy-scan', workspace, { inputs })
    const report = reportOf(ended, workspace)
    expect([ended.code, report.verdict, report.reasons]).toEqual([0, 'pass', []])
    expect(report.evidence[0]?.result).toMatchObject({ engine: expect.stringMatching(/^OPA 1\.\d+\.\d+$/), engineHash: expect.stringMatching(/^[0-9a-f]{64}$/), documents: 2, policies: { 'policy/security.rego': expect.stringMatching(/^[0-9a-f]{64}$/) } })
  })

  test('accepts a finding until its day, and warns on the line of the entry when the day is over', async () => {
    const entry = (expires: string) => `exceptions:\n- rule: kubernetes.security/deny\n  object: Service/cart\n  owner: team-shop\n  reason: behind a firewall\n  expires: ${expires}\n`
    const workspace = folderWith({ ...shop, 'accepted.yaml': entry('2126-01-01') })
    const accepted = await runAction('policy-scan', workspace, { inputs: { ...inputs, exceptions: 'accepted.yaml' } })
    expect(accepted.outputs).toMatchObject({ failures: '1', excepted: '1' })
    workspace.write({ 'accepted.yaml': entry('2020-01-01') })
    const expired = await runAction('policy-scan', workspace, { inputs: { ...inputs, exceptions: 'accepted.yaml' } })
    expect(expired.outputs).toMatchObject({ failures: '2', excepted: '0' })
    expect(expired.log).toMatch(/^::warning title=FM-POLICY-EXCEPTION-EXPIRED,file=accepted\.yaml,line=2,col=3::/m)
  })
})

describe('never a pass', () => {
  test.each<[what: string, content: Content, more: Readonly<Record<string, string>>, code: string, says: RegExp, verdict: 'fail' | 'inconclusive', at?: string]>([
    ['no policies', { 'policy/security.rego': undefined }, {}, 'FM-POLICY-NO-POLICIES', /no Rego file/, 'fail'],
    ['policies that do not parse', { 'policy/security.rego': 'package main\n\ndeny[msg] {\n' }, {}, 'FM-POLICY-INVALID', /rego_parse_error/, 'fail', 'policy/security.rego:4'],
    ['an unknown namespace', {}, { namespaces: 'kubernetes.securty' }, 'FM-POLICY-NAMESPACE-UNKNOWN', /Did you mean kubernetes\.security/, 'inconclusive'],
    ['empty files', { 'k8s/cart.yaml': '' }, {}, 'FM-POLICY-NO-FILES', /k8s\/cart\.yaml holds no document/, 'inconclusive'],
    ['YAML that is cut off', { 'k8s/b.yaml': 'kind: Service\nspec:\n  ports: [{' }, {}, 'FM-POLICY-FILE-UNREADABLE', /\S/, 'inconclusive', 'k8s/b.yaml:3:10'],
    ['a policy that never ends', { 'policy/security.rego': 'package main\n\ndeny contains "x" if { all := numbers.range(1, 30000); some a in all; some b in all; a + b == -1 }\n' }, { namespaces: 'main', timeout: '300ms' }, 'FM-POLICY-TIMEOUT', /time was up/, 'inconclusive'],
    ['a policy that cannot be interrupted', { 'policy/security.rego': 'package main\n\ndeny contains "x" if format_int(bits.lsh(1, 300000000), 10) == "1"\n' }, { namespaces: 'main', timeout: '100ms' }, 'FM-ENGINE-STUCK', /did not end within/, 'inconclusive'],
    ['a policy that takes all memory', { 'policy/security.rego': 'package main\n\ndeny contains "x" if bits.lsh(1, 20000000000) == 0\n' }, { namespaces: 'main' }, 'FM-ENGINE-MEMORY', /2 GiB/, 'inconclusive'],
  ])('%s', async (_, content, more, code, says, verdict, at = '') => {
    const workspace = folderWith(shop)
    workspace.write(content)
    const ended = await runAction('policy-scan', workspace, { inputs: { ...inputs, ...more } })
    const whole = reportOf(ended, workspace)
    expect(whole.verdict === 'pass' || whole.verdict === 'warn').toBe(false)
    // A file that was not judged does not hide what others were found to have.
    if (whole.reasons.some((reason) => reason.code === 'FM-POLICY-DENIED')) expect(whole.verdict).toBe('fail')
    expectRefusal(ended, workspace, { code, says, verdict: whole.reasons.some((reason) => reason.code === 'FM-POLICY-DENIED') ? 'fail' : verdict, ...(at !== '' && { at }) })
  })

  test('a file that may not be read, and a link that leads outside', async () => {
    const workspace = folderWith(shop)
    symlinkSync(join(tmpdir(), 'somewhere.yaml'), join(workspace.path, 'k8s/linked.yaml'))
    expectRefusal(await runAction('policy-scan', workspace, { inputs }), workspace, { code: 'FM-POLICY-FILE-UNREADABLE', says: /link that leads outside/, at: 'k8s/linked.yaml' })
    if (process.getuid?.() === 0) return
    chmodSync(join(workspace.path, 'k8s/cart.yaml'), 0o000)
    expectRefusal(await runAction('policy-scan', workspace, { inputs }), workspace, { code: 'FM-RUNNER-FILE', says: /k8s\/cart\.yaml/, verdict: 'inconclusive' })
  })

  test('a run that is stopped in the middle', async () => {
    const workspace = folderWith({ ...shop, 'policy/security.rego': 'package main\n\ndeny contains "x" if { all := numbers.range(1, 30000); some a in all; some b in all; a + b == -1 }\n' })
    const step = startAction('policy-scan', workspace, { inputs: { ...inputs, namespaces: 'main' }, onLine: (line) => void (line.includes('Judging ') && step.process.kill('SIGINT')) })
    const ended = await step.ended
    expect([ended.code, ended.signal]).toEqual([130, null])
    expectHandedOver(ended, workspace)
    expect(ended.outputs['verdict']).toBe('inconclusive')
    expect(reasonsOf(ended, workspace, 'FM-RUNNER-CANCELLED')).toHaveLength(1)
  })
})

test('hostile text of manifests and policies stays text, wherever it is shown', async () => {
  const hostile = 'x\n::error::owned\n<script>alert(1)</script> | [a](javascript:b) ``` {{7*7}} ${{ github.token }} \u001b[31mred'
  const rule = `package main\n\ndeny contains input.metadata.name\n\nwarn contains ${JSON.stringify(hostile)} if input.kind\n`
  const workspace = folderWith({ 'policy/main.rego': rule, 'k8s/a.json': JSON.stringify({ kind: 'Pod', metadata: { name: hostile } }) })
  const ended = await runAction('policy-scan', workspace, { inputs: { files: 'k8s' } })
  expect(ended.outputs).toMatchObject({ verdict: 'fail', failures: '1', warnings: '1' })
  expect(ended.log).not.toMatch(/^::error::owned/m)
  for (const text of [ended.log, ended.summary]) expect(text).not.toContain('\u001b[31m')
  expect(ended.summary).not.toMatch(/<script>|[^\\]\]\(javascript:/)
  expect(readFileSync(join(workspace.path, ended.outputs['report-html'] ?? ''), 'utf8')).not.toContain('<script>alert(1)')
  const typed = await fermata(['scan', '--files', 'k8s'], workspace)
  expect([typed.code, `${typed.stdout}${typed.stderr}`.includes('\u001b[31m'), /^::error::owned/m.test(typed.stdout)]).toEqual([1, false, false])
})

describe('the command line', () => {
  test('0 for a pass, 1 for a finding, 2 for what cannot be meant, 3 for what was not judged', async () => {
    const workspace = folderWith({ ...shop, 'good/a.yaml': 'kind: ConfigMap\n---\nkind: Service\nspec: {type: ClusterIP}\n---\nkind: Deployment\nspec: {template: {spec: {securityContext: {runAsNonRoot: true}}}}\n---\nkind: Service\nspec: {type: LoadBalancer}\nmetadata: {annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: "true"}}\n' })
    const args = (files: string, ...more: readonly string[]) => ['scan', '--files', files, '--namespaces', 'kubernetes.security', ...more]
    expect(await fermata(args('good'), workspace)).toMatchObject({ code: 0 })
    expect(await fermata(args('k8s'), workspace)).toMatchObject({ code: 1, stdout: expect.stringContaining('k8s/cart.yaml:7:5') })
    expect(await fermata(args('k8s', '--pack', 'pss-basline'), workspace)).toMatchObject({ code: 2, stdout: expect.stringContaining('Did you mean pss-baseline?') })
    expect(await fermata(args('nowhere'), workspace)).toMatchObject({ code: 3 })
  })

  test('SARIF and JSON go to stdout alone', async () => {
    const workspace = folderWith(shop)
    const sarif = await fermata(['scan', '--files', 'k8s', '--namespaces', 'kubernetes.security', '--output', 'sarif'], workspace)
    expect([sarif.code, (JSON.parse(sarif.stdout) as { readonly version: string }).version]).toEqual([1, '2.1.0'])
  })

  test('help has an example', async () => expect((await fermata(['scan', '--help'], folderWith({}))).stdout).toMatch(/Example: .*fermata scan/))
})

const boutique = join(import.meta.dirname, '../../../shared/inputs/online-boutique')
const whenThere = existsSync(boutique) ? describe : describe.skip
whenThere('a public shop of eleven services, as it is (skipped where ../shared/inputs is not at hand)', () => {
  const open = (): Workspace => {
    const workspace = folderWith({ 'policy/security.rego': security })
    cpSync(boutique, join(workspace.path, 'shop'), { recursive: true })
    return workspace
  }
  const lineAt = (workspace: Workspace, file: string, line: number) => readFileSync(join(workspace.path, file), 'utf8').split('\n')[line - 1]?.trim()

  test('keeps to baseline, opens one load balancer to the internet, and each finding is on its line', async () => {
    const workspace = open()
    const ended = await runAction('policy-scan', workspace, { inputs: { files: 'shop/kustomize/base', policies: 'policy', namespaces: 'kubernetes.security', pack: 'pss-baseline@1.35, kube-best-practice' } })
    const found = reasonsOf(ended, workspace, 'FM-POLICY-DENIED').map(({ rule, location }) => [rule, location?.kind === 'file' ? lineAt(workspace, location.file, location.line ?? 0) : undefined])
    expect(found.toSorted()).toEqual([['fermata.kube_best_practice/deny_public_load_balancer', 'metadata:'], ['kubernetes.security/deny', 'metadata:']])
    expect(reportOf(ended, workspace).summary).toBe('2 failures and 0 warnings in 36 documents in 12 files.')
  })

  test('lacks nothing of restricted but a seccomp profile, told at each container', async () => {
    const workspace = open()
    const ended = await runAction('policy-scan', workspace, { inputs: { files: 'shop/kustomize/base', pack: 'pss-restricted@1.35' } })
    const found = reasonsOf(ended, workspace, 'FM-POLICY-DENIED')
    expect(new Set(found.map(({ rule, remedy }) => `${rule}: ${remedy}`))).toEqual(new Set(['fermata.pss_restricted/deny_seccomp_profile_restricted: Set securityContext.seccompProfile.type: RuntimeDefault.']))
    expect(found).toHaveLength(13)
    for (const { location, message } of found) {
      const line = location?.kind === 'file' ? lineAt(workspace, location.file, location.line ?? 0) : ''
      expect([message, line]).toEqual([message, expect.stringMatching(/^(- name: \S+|securityContext:)$/)])
    }
  })
})
