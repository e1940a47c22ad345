import { afterAll, expect, test } from '@jest/globals'
import type { PolicyQuestion } from '@fermata/ports'
import { Cancelled, EnvironmentError } from '@fermata/verdict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPolicyEngine, engineSeal } from './index.ts'
import { loadProgram } from './program.ts'
import { runProgram } from './run-program.ts'
import { wasm } from './wasm.ts'

const root = join(import.meta.dirname, '../../..')
const tests = new AbortController()
const engine = createPolicyEngine(tests.signal)
afterAll(() => tests.abort())

const asking = (text: string, ...values: readonly unknown[]): PolicyQuestion => ({
  modules: [{ name: 'policy/main.rego', text }],
  data: {},
  regoVersion: 'auto',
  namespaces: ['main'],
  strict: false,
  seconds: 60,
  inputs: values.map((value) => ({ value })),
})

test('one rule, one input: what it says, and where', async () => {
  const answer = await engine.judge(asking('package main\n\ndeny contains msg if {\n\tinput.spec.hostNetwork\n\tmsg := "host network"\n}\n', { spec: { hostNetwork: true } }, { spec: {} }))
  expect(answer).toMatchObject({ engine: `OPA ${engineSeal.opa}`, engineHash: engineSeal.program, errors: [], selected: ['main'], timedOut: false })
  expect(answer.results).toEqual([{ input: 0, namespace: 'main', rule: 'deny', shape: 'set', outcomes: [{ value: 'host network', paths: [['spec', 'hostNetwork']], definition: 0 }] }])
})

test('hostile text comes back as it was', async () => {
  const text = '::error::\u001b[31m\u2028"\\</script>\u0000 ümlaut 🎵'
  const answer = await engine.judge(asking('package main\ndeny contains input.text', { text }))
  expect(answer.results[0]?.outcomes?.[0]?.value).toBe(text)
})

test.each([
  ['what does not parse', 'package main\n\ndeny contains msg if {\n', { file: 'policy/main.rego', line: 4, code: 'rego_parse_error' }],
  ['what asks the network', 'package main\ndeny contains msg if { msg := http.send({"url": "http://127.0.0.1", "method": "get"}).raw_body }', { line: 2, code: 'rego_type_error', message: expect.stringContaining('http.send') }],
  ['an unsafe variable', 'package main\ndeny contains msg if { not input.x[y]; msg := "x" }', { line: 2, code: 'rego_unsafe_var_error' }],
])('%s is an error with its place, and nothing is judged', async (_, text, expected) => {
  const answer = await engine.judge(asking(text, {}))
  expect(answer.errors).toEqual(expect.arrayContaining([expect.objectContaining(expected)]))
  expect(answer.results).toEqual([])
})

test('the environment and the files of the machine are not there', async () => {
  const answer = await engine.judge(asking('package main\ndeny contains sprintf("%v", [object.get(opa.runtime(), "env", "none")])', {}))
  expect(answer.results[0]?.outcomes?.[0]?.value).toBe('none')
})

test('a policy that takes too long is stopped and says so', async () => {
  const answer = await engine.judge({ ...asking('package main\ndeny contains "x" if { all := numbers.range(1, 3000); some a in all; some b in all; a + b == -1 }', {}), seconds: 0.2 })
  expect(answer.timedOut).toBe(true)
})

test('one that cannot be stopped is ended, and the engine can be asked again', async () => {
  const endless = 'package main\ndeny contains "x" if { format_int(bits.lsh(1, 300000000), 10) == "1" }'
  await expect(engine.judge({ ...asking(endless, {}), seconds: 0.1 })).rejects.toThrow(expect.objectContaining({ reason: expect.objectContaining({ code: 'FM-ENGINE-STUCK' }) }))
  expect((await engine.judge(asking('package main\ndeny contains "x"', {}))).results).toHaveLength(1)
})

test('one that takes all memory ends the engine, and not the machine', async () => {
  const greedy = 'package main\ndeny contains "x" if { bits.lsh(1, 20000000000) == 0 }'
  await expect(engine.judge(asking(greedy, {}))).rejects.toThrow(expect.objectContaining({ reason: expect.objectContaining({ code: 'FM-ENGINE-MEMORY' }) }))
})

test('whoever cancels does not wait for a policy', async () => {
  const controller = new AbortController()
  const judged = createPolicyEngine(controller.signal).judge(asking('package main\ndeny contains "x" if { all := numbers.range(1, 30000); some a in all; some b in all; a + b == -1 }', {}))
  setTimeout(() => controller.abort(), 300)
  await expect(judged).rejects.toBeInstanceOf(Cancelled)
})

test('an engine that was changed or cut off is not run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fermata-engine-'))
  try {
    const file = join(folder, 'policy-engine.wasm.zst')
    writeFileSync(file, readFileSync(join(root, 'packages/opa/engine/policy-engine.wasm.zst')).subarray(0, 1000))
    await expect(loadProgram(file)).rejects.toThrow(expect.objectContaining({ reason: expect.objectContaining({ code: 'FM-ENGINE-CHANGED' }) }))
    await expect(loadProgram(join(folder, 'none'))).rejects.toThrow(expect.objectContaining({ reason: expect.objectContaining({ code: 'FM-ENGINE-MISSING' }) }))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an engine that traps is an error of the environment, never an empty answer', async () => {
  // (module (memory (export "memory") 1) (func (export "_start") unreachable))
  const trap = Buffer.from('0061736d01000000010401600000030201000503010001071302066d656d6f72790200065f737461727400000a05010300000b', 'hex')
  await expect(runProgram(await wasm.compile(trap), '')).rejects.toBeInstanceOf(EnvironmentError)
})

test('many inputs are shared among threads, and nobody can tell', async () => {
  const text = 'package main\n\ndeny contains msg if { input.n % 7 == 3; msg := sprintf("%d", [input.n]) }\n\ndeny_last contains "last" if { input.n == 899; input.m }\n\ndeny_none contains "x" if { input.n == -1; input.m }\n'
  const question = asking(text, ...Array.from({ length: 900 }, (_, n) => ({ n, m: true })))
  const shared = await createPolicyEngine(tests.signal, 3).judge(question)
  expect(shared.results.filter(({ rule }) => rule === 'deny').map(({ input }) => input)).toEqual(Array.from({ length: 900 }, (_, n) => n).filter((n) => n % 7 === 3))
  expect(shared.namespaces[0]?.rules.map(({ definitions }) => definitions[0]?.reached)).toEqual(['yes', 'yes', expect.stringMatching(/no|unknown/)])
  expect(shared.results).toEqual((await createPolicyEngine(tests.signal, 1).judge(question)).results)
})

test('when one of several threads fails there is no answer, and the next question has one', async () => {
  const shared = createPolicyEngine(tests.signal, 3)
  const values = Array.from({ length: 600 }, (_, n) => ({ n }))
  await expect(shared.judge(asking('package main\ndeny contains "x" if { input.n == 599; bits.lsh(1, 20000000000) == 0 }', ...values))).rejects.toThrow(/2 GiB/)
  expect((await shared.judge(asking('package main\ndeny contains "x" if input.n == 3', ...values))).results).toHaveLength(1)
})
