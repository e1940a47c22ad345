import { afterAll, describe, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judgeTexts } from '../testing/judge.ts'

/** Kubernetes' own fixtures, where they are at hand. */
const archive = join(import.meta.dirname, '../../../../../shared/inputs/pod-security-baseline-fixtures.tar.gz')
const folder = mkdtempSync(join(tmpdir(), 'fermata-pods-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const there = existsSync(archive) && spawnSync('tar', ['xzf', archive, '-C', folder]).status === 0

/** What stands on the line that a finding of a check points to. */
const lineOf: Readonly<Record<string, RegExp>> = {
  apparmorprofile: /container\.apparmor\.security\.beta\.kubernetes\.io\/|type: Unconfined/,
  capabilitiesbaseline: /^ *- \S+$/,
  hostnamespaces: /^ *host(Network|PID|IPC): true$/,
  hostpathvolumes: /hostPath:/,
  hostports: /hostPort: \d+/,
  hostprobesandhostlifecycle: /^ *host: \S+/,
  privileged: /^ *privileged: true$/,
  procmount: /^ *procMount: \S+/,
  seccompprofilebaseline: /^ *type: Unconfined$/,
  selinuxoptions: /^ *(type|user|role): \S+/,
  sysctls: /^ *- name: \S+|^ *name: \S+/,
  windowshostprocess: /^ *hostProcess: true$/,
}

/** Kubernetes takes a Windows host process only together with the network of the host. */
const checksOfFile = (name: string) => (checkOfFile(name) === 'windowshostprocess' ? ['hostnamespaces', 'windowshostprocess'] : [checkOfFile(name)])
const checkOfFile = (name: string) => name.replace(/\d+\.yaml$/, '').replaceAll('_', '')
const checkOfRule = (rule: string) => rule.replace(/^.*\/deny_/, '').replaceAll('_', '')

const whenThere = there ? describe : describe.skip
whenThere('the fixtures of Kubernetes for level baseline (skipped where ../shared/inputs is not at hand)', () => {
  /** The oldest that the pack knows, and those in which a rule changed. */
  const minors = [25, 27, 29, 31, 32, 34, 35]
  test.each(minors)('version 1.%s: nothing in what must pass, the named check in what must fail, on its line', async (minor) => {
    const texts = Object.fromEntries(['pass', 'fail'].flatMap((outcome) => {
      const names = readdirSync(join(folder, `baseline/v1.${minor}/${outcome}`))
      return names.map((name) => [`${outcome}/${name}`, readFileSync(join(folder, `baseline/v1.${minor}/${outcome}`, name), 'utf8')])
    }))
    const { findings, oddities, documents } = await judgeTexts({ pack: `pss-baseline@1.${minor}` }, texts)
    expect(oddities).toEqual([])
    expect(documents.length).toBe(Object.keys(texts).length)
    expect(findings.filter(({ document }) => document.file.startsWith('pass/')).map(({ document, rule }) => `${document.file} ${rule}`)).toEqual([])
    const failing = Object.keys(texts).filter((file) => file.startsWith('fail/'))
    const checksOf = (file: string) => [...new Set(findings.filter(({ document }) => document.file === file).map(({ rule }) => checkOfRule(rule)))].toSorted()
    expect(failing.map((file) => [file, checksOf(file)])).toEqual(failing.map((file) => [file, checksOfFile(file.slice(5))]))
    for (const { document, where, rule } of findings) {
      const line = where.kind === 'file' ? (texts[document.file] as string).split('\n')[(where.line ?? 0) - 1] : undefined
      expect({ file: document.file, line }).toEqual({ file: document.file, line: expect.stringMatching(lineOf[checkOfRule(rule)] as RegExp) })
    }
  }, 60_000)
})

const pod = (spec: string) => `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n${spec.split('\n').map((line) => `  ${line}`).join('\n')}\n`
const good = 'securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}\ncontainers:\n- name: a\n  securityContext:\n    allowPrivilegeEscalation: false\n    capabilities: {drop: [ALL]}'

describe('level restricted', () => {
  test('takes a pod that says all that is asked', async () => {
    expect((await judgeTexts({ pack: 'pss-restricted@1.35' }, { 'p.yaml': pod(good) })).findings).toEqual([])
  })

  test('takes a volume without a source, which is an emptyDir', async () => {
    expect((await judgeTexts({ pack: 'pss-restricted@1.35' }, { 'p.yaml': pod(`${good}\nvolumes: [{name: v}]`) })).findings).toEqual([])
  })

  test.each([
    ['nothing said at all', 'containers:\n- name: a', ['allow_privilege_escalation', 'capabilities_restricted', 'run_as_non_root', 'seccomp_profile_restricted']],
    ['privilege escalation', good.replace('Escalation: false', 'Escalation: true'), ['allow_privilege_escalation']],
    ['capabilities that are kept', good.replace('[ALL]', '[NET_RAW]'), ['capabilities_restricted']],
    ['a capability that baseline allows', good.replace('{drop: [ALL]}', '{drop: [ALL], add: [CHOWN]}'), ['capabilities_restricted']],
    ['user 0', good.replace('allowPriv', 'runAsUser: 0\n    allowPriv'), ['run_as_user']],
    ['root by the container', good.replace('allowPriv', 'runAsNonRoot: false\n    allowPriv'), ['run_as_non_root']],
    ['a volume of another type', `${good}\nvolumes: [{name: n, nfs: {server: s, path: /}}]`, ['restricted_volumes']],
    ['an init container that says nothing', `${good}\ninitContainers: [{name: i}]`, ['allow_privilege_escalation', 'capabilities_restricted']],
    ['the /proc of a user namespace', `hostUsers: false\n${good.replace('allowPriv', 'procMount: Unmasked\n    allowPriv')}`, ['proc_mount_restricted']],
  ])('%s', async (_, spec, expected) => {
    const { findings } = await judgeTexts({ pack: 'pss-restricted@1.35' }, { 'p.yaml': pod(spec) })
    expect([...new Set(findings.map(({ rule }) => rule.replace(/^.*deny_/, '')))].toSorted()).toEqual(expected)
  })

  test.each([
    ['a pod of Windows needs none of what Windows does not have', `os: {name: windows}\nsecurityContext: {runAsNonRoot: true}\ncontainers: [{name: a}]`],
    ['a pod in a user namespace may run as root', `hostUsers: false\n${good.replace('runAsNonRoot: true, ', '')}`],
  ])('%s', async (_, spec) => {
    expect((await judgeTexts({ pack: 'pss-restricted@1.35' }, { 'p.yaml': pod(spec) })).findings).toEqual([])
  })
})

describe('what runs a pod is told by its shape', () => {
  const template = 'spec:\n      hostNetwork: true\n      containers: [{name: a}]'
  test.each([
    ['a Deployment', `kind: Deployment\nspec:\n  template:\n    ${template}`, 6],
    ['a kind of others', `kind: Rollout\nspec:\n  template:\n    ${template}`, 6],
    ['a PodTemplate', 'kind: PodTemplate\ntemplate:\n  spec:\n    hostNetwork: true', 4],
    ['a CronJob', 'kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          hostNetwork: true\n          containers: [{name: a}]', 8],
    ['an item of a list', `kind: List\nitems:\n- kind: Pod\n  spec:\n    hostNetwork: true`, 5],
  ])('%s', async (_, text, line) => {
    const { findings } = await judgeTexts({ pack: 'pss-baseline' }, { 'a.yaml': text })
    expect(findings.map(({ rule, where }) => [rule, where])).toEqual([['fermata.pss_baseline/deny_host_namespaces', { kind: 'file', file: 'a.yaml', line, column: expect.any(Number) }]])
  })
})
