import { describe, expect, test } from '@jest/globals'
import { ConfigurationError, type Problem } from '@fermata/verdict'
import fc from 'fast-check'
import { networkPartition } from '../faults/network-partition.ts'
import { podKill } from '../faults/pod-kill.ts'
import { faultKinds } from '../faults/registry.ts'
import { experimentJsonSchema } from './json-schema.ts'
import { parseExperiment } from './read.ts'

const read = (text: string, file = 'chaos.yaml') => parseExperiment(text, file, faultKinds)
function problemsOf(text: string, file?: string): readonly Problem[] {
  try {
    read(text, file)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  throw new Error('was accepted')
}

const own = (change: Readonly<Record<string, string>> = {}) => {
  const parts = { title: 'title: it holds', target: 'target: {workload: Deployment/cart}', fault: 'fault: {kind: pod-kill}', steady: 'steady_state: [{url: "http://cart/"}]', ...change }
  return Object.values(parts).join('\n')
}

describe('our own form', () => {
  test('says what it means, with defaults', () => {
    expect(read(own())).toMatchObject({ title: 'it holds', form: 'fermata', target: { by: 'workload', kind: 'Deployment', name: 'cart' }, amount: { count: 1 }, fault: { kind: 'pod-kill', lasts: 'a moment' }, pace: { everyMs: 100, consecutive: 5 }, steadyState: [{ method: 'GET', timeoutMs: 1_000, expects: [{ is: 'success' }] }], effect: [] })
    expect(read(own({ fault: 'fault: {kind: network-partition, duration: 1m30s}' }))).toMatchObject({ amount: { share: 1 }, fault: { lasts: 'until lifted', durationMs: 90_000 } })
    expect(read(own({ steady: 'steady_state: [{url: "https://cart/", status: [200, 204], contains: ok, max_latency: 200ms, timeout: 2s}]' }))).toMatchObject({ steadyState: [{ expects: [{ is: 'status', oneOf: [200, 204] }, { is: 'contains', text: 'ok' }], latencyMs: 200, timeoutMs: 2_000 }] })
  })

  test.each([
    ['no title', { title: '' }, /title/],
    ['an unknown key', { more: 'faults: []' }, /faults is not known here/],
    ['no target', { target: 'target: {}' }, /none of service, workload and selector/],
    ['two targets', { target: 'target: {service: cart, selector: app=cart}' }, /several of/],
    ['a selector that selects everything', { target: 'target: {selector: " "}' }, /select everything/],
    ['a strange workload', { target: 'target: {workload: Cart}' }, /such as Deployment\/cart/],
    ['an unknown fault', { fault: 'fault: {kind: pod-hug}' }, /no fault "pod-hug"/],
    ['a strange setting', { fault: 'fault: {kind: pod-kill, force: true}' }, /force/],
    ['a fault that lasts without a duration', { fault: 'fault: {kind: network-partition}' }, /no duration/],
    ['a fault of a moment with one', { fault: 'fault: {kind: pod-kill, duration: 5s}' }, /over in a moment/],
    ['a duration of nothing', { fault: 'fault: {kind: network-partition, duration: 0s}' }, /from 1s to 1h/],
    ['a day', { fault: 'fault: {kind: network-partition, duration: 1d}' }, /from 1s to 1h/],
    ['count and share', { fault: 'fault: {kind: pod-kill, count: 1, share: 50%}' }, /both given/],
    ['a share of nothing', { fault: 'fault: {kind: pod-kill, share: 0}' }, /share such as/],
    ['a count of none', { fault: 'fault: {kind: pod-kill, count: 0}' }, /count/],
    ['no probe', { steady: 'steady_state: []' }, /at least one address/],
    ['an address that is none', { steady: 'steady_state: [{url: cart}]' }, /http:\/\//],
    ['a file address', { steady: 'steady_state: [{url: "file:///etc/passwd"}]' }, /http:\/\//],
    ['a strange status', { steady: 'steady_state: [{url: "http://cart/", status: 42}]' }, /status/],
    ['too many samples', { sampling: 'sampling: {every: 1ms}' }, /10ms to 10s/],
    ['one good sample', { sampling: 'sampling: {consecutive: 1}' }, /consecutive/],
    ['a list', { title: '- a', target: '', fault: '', steady: '' }, /experiment/i],
    ['nothing', { title: '', target: '', fault: '', steady: '' }, /empty/],
    ['two documents', { more: '---\na: b' }, /more than one document/],
    ['no YAML', { more: '\tx: [' }, /./],
    ['a key twice', { more: 'title: again' }, /./],
    ['a prototype', { more: '__proto__: {a: 1}' }, /__proto__/],
  ])('%s is refused', (_, change, says) => {
    const problems = problemsOf(own(change as Readonly<Record<string, string>>))
    expect(problems.map((problem) => problem.says).join('\n')).toMatch(says)
    for (const problem of problems) expect(problem).toMatchObject({ code: 'FM-CHAOS-EXPERIMENT', where: { kind: 'file', file: 'chaos.yaml', line: expect.any(Number) } })
  })

  test('all problems are told together, at their lines', () => {
    expect(problemsOf(own({ fault: 'fault: {kind: pod-hug}', sampling: 'sampling: {every: 1ms}' })).map(({ where }) => (where?.kind === 'file' ? where.line : 0))).toEqual([3, 5])
  })

  test('no text makes it fail in another way than with problems', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.record({ title: fc.anything(), method: fc.anything(), 'steady-state-hypothesis': fc.anything(), fault: fc.anything(), target: fc.anything(), steady_state: fc.anything() }, { requiredKeys: [] }).map((value) => JSON.stringify(value) ?? '')), (text) => problemsOf(text, 'a.json').length > 0))
  })

  test('its JSON Schema knows each fault with its settings', () => {
    const { properties } = experimentJsonSchema([podKill, networkPartition]) as unknown as { readonly properties: { readonly fault: { readonly oneOf: readonly { readonly properties: object; readonly required: readonly string[] }[] } } }
    expect(properties.fault.oneOf.map((one) => [Object.keys(one.properties).toSorted(), one.required])).toEqual([
      [['by', 'count', 'grace', 'kind', 'share'], ['kind']],
      [['count', 'direction', 'duration', 'kind', 'share'], ['kind', 'duration']],
    ])
  })
})

describe('Chaos Toolkit', () => {
  const action = { type: 'action', name: 'kill a pod', provider: { type: 'python', module: 'chaosk8s.pod.actions', func: 'terminate_pods', arguments: { label_selector: 'app=cart', ns: 'shop', qty: 2, grace_period: 0 } } }
  const probe = { type: 'probe', name: 'cart answers', tolerance: 200, provider: { type: 'http', url: 'http://${host}/health', timeout: 2 } }
  const whole = (change: object = {}) => JSON.stringify({ version: '1.0.0', title: 'Cart bears it', description: 'A pod is lost.', tags: ['k8s'], configuration: { host: 'cart', port: { type: 'env', key: 'PORT', default: '80' } }, 'steady-state-hypothesis': { title: 'It answers', probes: [probe] }, method: [action], rollbacks: [], ...change })

  test('an experiment with http probes means the same here', () => {
    const found = read(whole(), 'x.json')
    expect(found).toMatchObject({ form: 'chaos-toolkit', title: 'Cart bears it', namespace: 'shop', target: { by: 'selector', selector: 'app=cart' }, amount: { count: 2 }, fault: { kind: 'pod-kill' }, steadyState: [{ url: 'http://cart/health', timeoutMs: 2_000, expects: [{ is: 'status', oneOf: [200] }] }] })
    expect(found.fault.touches({ id: 'c', namespace: 'shop', selector: {}, pods: [], victims: [{ name: 'a', uid: 'u' }] })[0]?.why).toContain('0 s of grace')
    const partition = { ...action, pauses: { after: 30 }, provider: { ...action.provider, module: 'chaosk8s.networking.actions', func: 'deny_all_ingress', arguments: { label_selectors: { app: 'cart' }, ns: 'shop' } } }
    const rollbacks = [{ ...action, provider: { type: 'python', module: 'chaosk8s.networking.actions', func: 'remove_deny_all_ingress' } }]
    expect(read(whole({ method: [partition], rollbacks }), 'x.json')).toMatchObject({ fault: { kind: 'network-partition', durationMs: 30_000 }, target: { selector: 'app=cart' }, amount: { share: 1 } })
  })

  test.each<[string, object, RegExp, string]>([
    ['a python provider that is not known', { method: [{ ...action, provider: { type: 'python', module: 'chaosaws.ec2.actions', func: 'stop_instance' } }] }, /python chaosaws\.ec2\.actions\.stop_instance/, 'FM-CHAOS-PROVIDER'],
    ['a process', { method: [{ ...action, provider: { type: 'process', path: 'rm', arguments: '-rf /' } }] }, /process "rm"/, 'FM-CHAOS-PROVIDER'],
    ['a process as probe', { 'steady-state-hypothesis': { title: 'x', probes: [{ ...probe, provider: { type: 'process', path: 'curl' } }] } }, /process "curl"/, 'FM-CHAOS-PROVIDER'],
    ['an unknown provider among known ones', { method: [action, { ...action, name: 'second', provider: { type: 'grpc' } }] }, /"second" of the method has the provider grpc/, 'FM-CHAOS-PROVIDER'],
    ['a rollback that is not known', { rollbacks: [{ type: 'action', name: 'heal', provider: { type: 'http', url: 'http://x/' } }] }, /Rollback "heal" has the provider http/, 'FM-CHAOS-PROVIDER'],
    ['a reference', { method: [{ ref: 'other' }] }, /ref "other"/, 'FM-CHAOS-PROVIDER'],
    ['no hypothesis', { 'steady-state-hypothesis': undefined }, /no steady-state hypothesis/, 'FM-CHAOS-EXPERIMENT'],
    ['no probes', { 'steady-state-hypothesis': { title: 'x' } }, /no steady-state hypothesis/, 'FM-CHAOS-EXPERIMENT'],
    ['no method', { method: [] }, /method is empty/, 'FM-CHAOS-EXPERIMENT'],
    ['no description', { description: '' }, /no description/, 'FM-CHAOS-EXPERIMENT'],
    ['no selector', { method: [{ ...action, provider: { ...action.provider, arguments: { ns: 'shop' } } }] }, /every pod of the namespace/, 'FM-CHAOS-EXPERIMENT'],
    ['an argument that is not known', { method: [{ ...action, provider: { ...action.provider, arguments: { label_selector: 'a=b', name_pattern: '.*' } } }] }, /"name_pattern" is not known/, 'FM-CHAOS-EXPERIMENT'],
    ['a tolerance that is not judged', { 'steady-state-hypothesis': { title: 'x', probes: [{ ...probe, tolerance: { type: 'jsonpath', path: '$.ok' } }] } }, /tolerance "jsonpath"/, 'FM-CHAOS-EXPERIMENT'],
    ['no tolerance', { 'steady-state-hypothesis': { title: 'x', probes: [{ ...probe, tolerance: undefined }] } }, /no tolerance/, 'FM-CHAOS-EXPERIMENT'],
    ['a value that is not known', { configuration: { host: { type: 'env', key: 'HOST' } } }, /\$\{host\} is not known/, 'FM-CHAOS-EXPERIMENT'],
    ['a partition without an end', { method: [{ ...action, provider: { type: 'python', module: 'chaosk8s.networking.actions', func: 'deny_all_egress', arguments: { label_selectors: { a: 'b' } } } }] }, /no duration/, 'FM-CHAOS-EXPERIMENT'],
  ])('%s is refused by name', (_, change, says, code) => {
    const problems = problemsOf(whole(change), 'x.json')
    expect(problems.map((problem) => problem.says).join('\n')).toMatch(says)
    expect(problems.map((problem) => problem.code)).toContain(code)
  })

  test('controls are named as not carried out', () => {
    expect(read(whole({ controls: [{ name: 'x', provider: { type: 'python', module: 'a' } }] }), 'x.json').ignored).toEqual(['controls: not carried out'])
  })
})
