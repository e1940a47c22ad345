import { describe, expect, jest, test } from '@jest/globals'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runStep } from './testing/step.ts'

/** Each test starts processes; a machine that has other work must not fail them. */
jest.setTimeout(60_000)

const commands = (log: string, command: string) => log.split('\n').filter((line) => line.startsWith(`::${command}`))

describe('verdicts', () => {
  test.each`
    does        | verdict           | code | errors | warnings
    ${'pass'}   | ${'pass'}         | ${0} | ${0}   | ${0}
    ${'warn'}   | ${'warn'}         | ${0} | ${0}   | ${1}
    ${'fail'}   | ${'fail'}         | ${1} | ${2}   | ${0}
    ${'wonder'} | ${'inconclusive'} | ${1} | ${2}   | ${0}
  `('$does ends with $verdict and code $code', async ({ does, verdict, code, errors, warnings }) => {
    const run = await runStep({ inputs: { does: does as string } })
    expect(run.code).toBe(code)
    expect(run.outputs).toMatchObject({ verdict, answer: '42', report: 'fermata-report/report.json', 'report-html': 'fermata-report/report.html' })
    expect(run.report()['verdict']).toBe(verdict)
    expect(run.summary).toMatch(/^### (✅|⚠️|❌|❔) /)
    expect(commands(run.log, 'error')).toHaveLength(errors as number)
    expect(commands(run.log, 'warning')).toHaveLength(warnings as number)
    expect(run.state['fermata-ended']).toBe('true')
    for (const name of ['report.json', 'report.html', 'summary.md', 'junit.xml']) expect(existsSync(join(run.workspace, 'fermata-report', name))).toBe(true)
  })
})

describe('runs without an answer', () => {
  test('every bad input is named, before anything is done', async () => {
    const run = await runStep({ inputs: { does: 'pass', amount: 'many', colour: 'green' } })
    expect(run.code).toBe(1)
    expect(commands(run.log, 'error').join('\n')).toMatch(/Input amount: "many" expected a whole number[\s\S]*Input colour: "green" expected one of red, blue/)
    expect(run.outputs).toMatchObject({ verdict: 'fail', summary: '2 problems in the configuration; nothing was done.', report: 'fermata-report/report.json' })
    expect(run.state['fermata-ended']).toBeUndefined()
  })

  test('a problem of a file is shown at its line', async () => {
    const run = await runStep({ inputs: { does: 'configuration' } })
    expect(commands(run.log, 'error')[0]).toBe('::error title=FM-RUNNER-CONFIGURATION,file=fermata.yaml,line=12,col=5::No service is called `crat`. Did you mean cart?')
    expect(commands(run.log, 'error')[1]).toContain('title=FM-CATALOG-CYCLE')
  })

  test('what the world refused never passes, whatever the severity it was thrown with', async () => {
    const run = await runStep({ inputs: { does: 'environment', 'on-inconclusive': 'pass' } })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ verdict: 'inconclusive', summary: 'Cannot list pods in shop.' })
    expect(commands(run.log, 'error')).toEqual(['::error title=FM-KUBE-FORBIDDEN::Cannot list pods in shop. Bind a role.'])
  })

  test.each`
    does              | says
    ${'bug'}          | ${'TypeError: x is undefined'}
    ${'lost-promise'} | ${'RangeError: nobody waited'}
  `('$does asks for a report, and shows its stack only under debug', async ({ does, says }) => {
    const run = await runStep({ inputs: { does: does as string } })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ verdict: 'inconclusive', summary: `Fermata failed: ${says}` })
    expect(run.log).toContain('Please report it')
    expect(run.log).not.toMatch(/:\d+:\d+/)
    expect((await runStep({ inputs: { does: does as string }, env: { RUNNER_DEBUG: '1' } })).log).toMatch(/^::debug::.*fake-action\.mjs:\d+:\d+/m)
  })

  test('a working directory that is none is said, and the report lies where the step started', async () => {
    const run = await runStep({ inputs: { 'working-directory': 'nowhere' } })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ verdict: 'fail', report: 'fermata-report/report.json', 'report-html': 'fermata-report/report.html' })
    expect(run.report()).toMatchObject({ verdict: 'fail' })
    expect(run.log).toContain('The working directory "nowhere" is no folder.')
  })

  test('a report that leads outside is not written, and the run does not pass', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'fermata-outside-'))
    const workspace = mkdtempSync(join(tmpdir(), 'fermata-step-'))
    symlinkSync(outside, join(workspace, 'link'))
    for (const folder of ['../out', 'link/deep', outside]) {
      const run = await runStep({ inputs: { 'report-dir': folder }, workspace })
      expect([folder, run.code, run.outputs['verdict'], run.outputs['report']]).toEqual([folder, 1, 'inconclusive', ''])
      expect(run.log).toContain('leads outside of the working directory')
    }
    expect(existsSync(join(outside, 'deep'))).toBe(false)
  })
})

describe('what comes from outside', () => {
  test('no text becomes a command to the runner', async () => {
    const run = await runStep({ inputs: { does: 'hostile' } })
    const found = run.log.split('\n').filter((line) => /^\s*::|##\[/.test(line))
    expect(found.map((line) => line.split(/[ :]+/)[1])).toEqual(['debug', 'error', 'error'])
    expect(run.log).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
    expect(run.outputs).toMatchObject({ verdict: 'fail', summary: '::error::gotcha ::set-output name=a::b' })
    expect(run.summary).not.toContain('<img')
  })

  test('secrets are masked before anything is printed, line by line, and are in no file and no output', async () => {
    const run = await runStep({ inputs: { does: 'secret', 'the-token': 'first-line\n{\nsecond-line' } })
    expect(run.log.indexOf('::add-mask::second-line')).toBeLessThan(run.log.indexOf('token is'))
    expect(commands(run.log, 'add-mask')).toEqual(['::add-mask::first-line%0A{%0Asecond-line', '::add-mask::first-line', '::add-mask::second-line'])
    const places = [run.log.replaceAll(/^::add-mask::.*$/gm, ''), JSON.stringify(run.outputs), run.summary, ...['report.json', 'report.html', 'summary.md', 'junit.xml'].map((name) => readFileSync(join(run.workspace, 'fermata-report', name), 'utf8'))]
    for (const place of places) expect(place).not.toMatch(/first-line|second-line/)
    expect(run.outputs['summary']).toBe('used ***')
  })

  test('names that a shell or a page would trip over are files like others', async () => {
    const run = await runStep({ inputs: { does: 'files' } })
    expect(run.outputs['summary']).toBe('hello')
    expect(readFileSync(join(run.workspace, 'made/of it/a|b <i>.txt'), 'utf8')).toBe('hello')
  })

  test('paths of outputs begin at the workspace, where later steps begin', async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'fermata-step-'))
    mkdirSync(join(workspace, 'apps/shop'), { recursive: true })
    const run = await runStep({ workspace, inputs: { 'working-directory': 'apps/shop', 'report-dir': 'out' } })
    expect(run.outputs['report']).toBe('apps/shop/out/report.json')
    expect(existsSync(join(workspace, 'apps/shop/out/report.json'))).toBe(true)
  })

  test('the event is read, and a missing one is a run by hand', async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'fermata-step-'))
    writeFileSync(join(workspace, 'event.json'), '{"after":"abc"}')
    const env = { GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: join(workspace, 'event.json'), GITHUB_SHA: 'abc', GITHUB_REF: 'refs/heads/main' }
    expect(JSON.parse((await runStep({ inputs: { does: 'event' }, env })).outputs['summary'] ?? '')).toEqual({ event: 'push', payload: { after: 'abc' }, sha: 'abc', ref: 'refs/heads/main' })
    expect(JSON.parse((await runStep({ inputs: { does: 'event' }, env: { ...env, GITHUB_EVENT_PATH: join(workspace, 'none') } })).outputs['summary'] ?? '')).toMatchObject({ event: 'local' })
    writeFileSync(join(workspace, 'event.json'), 'not json')
    expect((await runStep({ inputs: { does: 'event' }, env })).log).toContain('FM-RUNNER-EVENT')
  })
})

describe('a runner that takes nothing', () => {
  test.each(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE'])('%s leads to a folder: the step fails and says so', async (name) => {
    const run = await runStep({ inputs: { does: 'pass' }, env: { [name]: tmpdir() } })
    expect(run.code).toBe(1)
    expect(commands(run.log, 'error').at(-1)).toMatch(/The result could not be handed over: .*(EISDIR|Cannot write the job summary)/)
  })
})

describe('limits', () => {
  test('outputs of more than 1 MB fail before anything is lost without a word', async () => {
    const run = await runStep({ inputs: { does: 'large', amount: String(520_000) } })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ verdict: 'fail', small: 'y' })
    expect(run.outputs['answer']).toBeUndefined()
    expect(run.log).toContain('FM-RUNNER-OUTPUT-TOO-LARGE')
    expect((await runStep({ inputs: { does: 'large', amount: '500000' } })).outputs['answer']).toHaveLength(500_000)
  })

  test('ten annotations of a kind, the verdict among them', async () => {
    const errors = commands((await runStep({ inputs: { does: 'many', amount: '30' } })).log, 'error')
    expect(errors).toHaveLength(10)
    expect(errors.slice(-2)).toEqual(['::error::22 more in the summary', '::error::Many problems.'])
  })

  test('a summary that is nearly full gets what still fits, since one byte more would hide all of it', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'fermata-summary-')), 'summary')
    for (const left of [100, 2_000]) {
      writeFileSync(file, 'x'.repeat(1024 * 1024 - left))
      expect((await runStep({ inputs: { does: 'many', amount: '200' }, env: { GITHUB_STEP_SUMMARY: file } })).code).toBe(1)
      const text = readFileSync(file, 'utf8').slice(1024 * 1024 - left)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(left)
      if (left >= 2_000) expect(text).toMatch(/^### ❌ Many problems\.[\s\S]*_Cut to fit: \d+ reasons/)
    }
  })

  test('an open socket or timer does not keep the step alive', async () => {
    expect((await runStep({ inputs: { does: 'open-socket' } })).code).toBe(0)
  })
})
