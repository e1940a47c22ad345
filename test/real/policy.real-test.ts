import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { createPolicyEngine } from '@fermata/opa'
import { packs } from '@fermata/policy'
import type { PolicyQuestion } from '@fermata/ports'
import { Ajv } from 'ajv'
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { places } from '../../scripts/tools/places.ts'
import { fermata } from '../e2e/support/steps.ts'
import { folderWith, removeFolders, type Workspace } from '../e2e/support/workspace.ts'
import { generatedManifests } from './policy/manifests.ts'
import { judgedNatively, nativeVersion } from './policy/native-opa.ts'

jest.setTimeout(180_000)
afterAll(removeFolders)

const root = join(import.meta.dirname, '../..')
const fixtures = join(root, 'test/fixtures/policies')
const engine = createPolicyEngine(new AbortController().signal)
const inputs = generatedManifests(500, 20_261_121).map((value) => ({ value }))

type Policy = Pick<PolicyQuestion, 'modules' | 'data' | 'regoVersion'> & { readonly namespace: string }

function modulesIn(folder: string): PolicyQuestion['modules'] {
  return readdirSync(folder).filter((name) => name.endsWith('.rego')).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}

/** Every policy of this repository: its packs, at the oldest and the newest version of Kubernetes that they know, and what tests are written with. */
function policies(): readonly (readonly [string, Policy])[] {
  const sources = join(root, 'packages/policy/packs')
  const ours = packs.flatMap(({ name, minors }) => {
    const versions: readonly (number | undefined)[] = minors ?? [undefined]
    const modules = [...modulesIn(join(sources, 'lib')), ...modulesIn(join(sources, name))]
    return versions.map((minor): readonly [string, Policy] => [`${name}${minor === undefined ? '' : `@1.${minor}`}`, { modules, data: minor === undefined ? {} : { fermata: { kubernetes: { minor } } }, regoVersion: 'v1', namespace: `fermata.${name.replaceAll('-', '_')}` }])
  })
  return [
    ...ours,
    ['given', { modules: modulesIn(join(fixtures, 'given')), data: {}, regoVersion: 'v0', namespace: 'kubernetes.security' }],
    ['forms', { modules: modulesIn(join(fixtures, 'forms')), data: { known: { team: ['shop', 'pay'], tier: ['front', 'back'] } }, regoVersion: 'v1', namespace: 'forms' }],
    ['builtins', { modules: modulesIn(join(fixtures, 'builtins')), data: {}, regoVersion: 'v1', namespace: 'builtins' }],
  ]
}

/** The results of a rule as a sorted list of JSON, for rules that found something. */
function listed(rules: Readonly<Record<string, readonly unknown[]>>): unknown {
  return Object.fromEntries(Object.entries(rules).filter(([, found]) => found.length > 0).map(([rule, found]) => [rule, found.map(sorted).toSorted()]).toSorted(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)))
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, held: unknown) => (typeof held === 'object' && held !== null && !Array.isArray(held) ? Object.fromEntries(Object.entries(held).toSorted(([a], [b]) => (a < b ? -1 : 1))) : held))
}

describe('the engine and OPA that is built for this machine', () => {
  test('are of the same version', async () => {
    const answer = await engine.judge({ modules: [], data: {}, regoVersion: 'v1', namespaces: [], strict: false, seconds: 60, inputs: [] })
    expect(answer.engine).toBe(nativeVersion())
  })

  test.each(policies())('agree about %s and 500 generated inputs', async (_, { namespace, ...policy }) => {
    const question: PolicyQuestion = { ...policy, namespaces: [namespace], strict: false, seconds: 120, inputs }
    const answer = await engine.judge(question)
    expect([answer.errors, answer.timedOut]).toEqual([[], false])
    const asked = new Set(answer.namespaces.filter(({ name }) => name === namespace).flatMap(({ rules }) => rules.map(({ name }) => name)))
    const ours = inputs.map((): Record<string, unknown[]> => ({}))
    for (const { input, rule, outcomes = [] } of answer.results) (ours[input] as Record<string, unknown[]>)[rule] = outcomes.map(({ value }) => value)
    const theirs = judgedNatively(question, namespace).map((found) => Object.fromEntries(Object.entries(found).filter((entry): entry is [string, unknown[]] => asked.has(entry[0]) && Array.isArray(entry[1]))))
    expect(theirs.some((found) => Object.values(found).some((results) => results.length > 0))).toBe(true)
    expect(ours.map(listed)).toEqual(theirs.map(listed))
    // A place is told for each result, and it is a place in that input or beneath one.
    for (const { input, outcomes = [] } of answer.results) {
      for (const { paths = [] } of outcomes) expect(paths.filter((path) => !leadsInto(inputs[input]?.value, path))).toEqual([])
    }
  })
})

/** Whether a path exists up to its last step, or ends at the first thing that is missing. */
function leadsInto(value: unknown, path: readonly (string | number)[]): boolean {
  const [first, ...rest] = path
  if (first === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, first)) return true
  return leadsInto((value as Readonly<Record<string | number, unknown>>)[first], rest)
}

const samples: Readonly<Record<string, string>> = {
  'k8s/a.yaml': 'kind: Deployment\nmetadata: {name: cart, labels: {team: shop, tier: middle}}\nspec:\n  replicas: 1\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n      - {name: server, image: "proxy:latest", ports: [{containerPort: 80}]}\n---\nkind: Service\nmetadata: {name: cart, labels: {owner: shop}}\nspec: {type: LoadBalancer}\n',
  'k8s/b.yaml': 'kind: Deployment\nmetadata: {name: old, labels: {team: legacy, owner: shop}}\nspec:\n  replicas: 0\n  template:\n    spec:\n      securityContext: {runAsNonRoot: true}\n      containers:\n      - {name: server, image: "registry.example/old:1", resources: {limits: {memory: 1Gi}}}\n',
  'k8s/c.json': '[{"kind": "Deployment", "metadata": {"name": "x", "labels": {"owner": "x"}}, "spec": {"replicas": 3, "template": {"spec": {"containers": []}}}}]',
}

function sampled(policy: string): Workspace {
  const workspace = folderWith(samples)
  cpSync(join(fixtures, policy), join(workspace.path, 'policy'), { recursive: true })
  return workspace
}

interface ByConftest {
  readonly filename: string
  readonly failures?: readonly { readonly msg: string }[]
  readonly warnings?: readonly { readonly msg: string }[]
  readonly exceptions?: readonly unknown[]
}

describe('conftest', () => {
  test.each([
    ['given', 'kubernetes.security', ['--rego-version', 'v0'], [], 1],
    ['forms', 'forms', ['--data', 'policy'], [], 1],
    ['forms', 'nowhere', ['--data', 'policy'], [], 0],
    ['builtins', 'builtins', [], [], 0],
    ['builtins', 'builtins', ['--fail-on-warn'], ['--fail-severity', 'warning'], 1],
    ['forms', 'forms', ['--data', 'policy', '--no-fail'], ['--fail-severity', 'never'], 0],
  ])('and policy-scan find the same with %s, namespace %s, %j, and end alike', async (policy, namespace, flags, ours, code) => {
    const workspace = sampled(policy)
    const theirs = spawnSync(join(places.bin, 'conftest'), ['test', '--output', 'json', '--namespace', namespace, ...flags, 'k8s'], { cwd: workspace.path, encoding: 'utf8' })
    const typed = await fermata(['scan', '--compat', 'conftest', '--files', 'k8s', '--policies', 'policy', '--namespaces', namespace, ...(flags.includes('--data') ? ['--data', 'policy'] : []), ...ours, '--output', 'json'], workspace)
    expect([theirs.status, typed.code]).toEqual([code, code])
    const report = JSON.parse(typed.stdout) as { readonly reasons: readonly { readonly code: string; readonly message: string; readonly location: { readonly file: string } }[] }
    const found = (wanted: string) => report.reasons.filter((reason) => reason.code === wanted).map(({ location, message }) => `${location.file} ${message.replace(/ \[[^[]*(\[[^\]]*\][^[]*)*\]$/, '')}`).toSorted()
    const told = (kind: 'failures' | 'warnings') => (JSON.parse(theirs.stdout) as readonly ByConftest[]).flatMap((file) => (file[kind] ?? []).map(({ msg }) => `${file.filename} ${msg}`)).toSorted()
    expect({ failures: found('FM-POLICY-DENIED'), warnings: found('FM-POLICY-WARNED') }).toEqual({ failures: told('failures'), warnings: told('warnings') })
  })
})

test('SARIF is valid by its schema: with findings, exceptions, what was not judged, and hostile text', async () => {
  const { id: _, $schema: __, ...schema } = JSON.parse(readFileSync(join(places.share('sarif-schema'), 'sarif-2.1.0.json'), 'utf8')) as Readonly<Record<string, unknown>>
  // One of its patterns is none for a regular expression with Unicode, which is Ajv's default.
  const valid = new Ajv({ unicodeRegExp: false, strict: false, allErrors: true, formats: { uri: (text: string) => URL.canParse(text), 'uri-reference': (text: string) => URL.canParse(text, 'file:///'), 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) } }).compile(schema)
  const workspace = sampled('forms')
  workspace.write({ 'k8s/b: ü#%.yaml': 'kind: [', 'k8s/d.json': JSON.stringify({ kind: 'Deployment', metadata: { name: 'x\n::error::y\u001b[0m{0}' }, spec: { replicas: 0 } }), 'accepted.yaml': 'exceptions:\n- {rule: "forms/*", files: [k8s/a.yaml], owner: o, reason: "because {0}", expires: 2126-01-01}\n- {rule: forms/deny, owner: o, reason: r, expires: 2020-01-01}\n' })
  const typed = await fermata(['scan', '--files', 'k8s', '--namespaces', 'forms', '--data', 'policy', '--exceptions', 'accepted.yaml', '--pack', 'pss-restricted,kube-best-practice', '--output', 'sarif'], workspace)
  const log = JSON.parse(typed.stdout) as { readonly runs: readonly { readonly results: readonly { readonly suppressions?: unknown }[] }[] }
  expect(valid(log) ? [] : valid.errors).toEqual([])
  const results = log.runs[0]?.results ?? []
  expect([results.length > 20, results.some(({ suppressions }) => suppressions !== undefined)]).toEqual([true, true])
})
