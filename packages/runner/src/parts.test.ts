import { describe, expect, test } from '@jest/globals'
import { buildReport, Cancelled, ConfigurationError, EnvironmentError, type Severity } from '@fermata/verdict'
import * as fc from 'fast-check'
import { endingOf, exitCodeOf } from './ending.ts'
import { invocationFrom } from './invocation.ts'
import { outputLimit, withinOutputLimit } from './outputs.ts'
import { hideSecrets, secretKeeper } from './secrets.ts'
import { systemClock } from './time.ts'

const run = { capability: 'x', startedAt: 0, endedAt: 1, signal: new AbortController().signal }
const stopped = { ...run, signal: AbortSignal.abort(new Cancelled('Stopped by SIGINT.')) }

describe('exit codes', () => {
  const environment = (severity: Severity) => new EnvironmentError({ code: 'FM-X', severity, message: 'm' })
  test.each([
    ['a configuration error', new ConfigurationError([{ says: 'm' }]), run, 2],
    ['an unjudged environment', environment('inconclusive'), run, 3],
    ['a harmless severity that was thrown', environment('note'), run, 3],
    ['an environment that failed', environment('error'), run, 1],
    ['a cancellation', new Cancelled('m'), run, 130],
    ['the error of an aborted wait', new DOMException('aborted', 'AbortError'), stopped, 130],
    ['the same without an abort', new DOMException('aborted', 'AbortError'), run, 4],
    ['anything else', 'a string', run, 4],
  ] as const)('%s', (_, error, of, code) => {
    const ending = endingOf(error, of)
    expect(exitCodeOf(ending)).toBe(code)
    expect(['fail', 'inconclusive']).toContain(ending.report.verdict)
  })

  test.each([['note', 0], ['warning', 0], ['error', 1], ['inconclusive', 3]] as const)('a report whose worst reason is a %s', (severity, code) => {
    expect(exitCodeOf({ by: 'answering', report: buildReport({ capability: 'x', summary: 's', startedAt: 0, endedAt: 0, reasons: [{ code: 'FM-X', severity, message: 'm' }], onInconclusive: 'fail' }) })).toBe(code)
  })
})

describe('secrets', () => {
  test('no text still holds one, also where one is part of another', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 4, maxLength: 8 }).filter((value) => value.trim().length >= 4 && !value.includes('*')), { minLength: 1, maxLength: 5 }), fc.array(fc.string(), { maxLength: 5 }), (values, rest) => {
        const secrets = secretKeeper()
        for (const value of values) secrets.add(value)
        const hidden = secrets.hideIn(rest.flatMap((text, index) => [text, values[index] ?? '']).join(' '))
        for (const value of values) expect(hidden.includes(value)).toBe(false)
      }),
    )
  })

  test('an empty one hides nothing, and the brace of a key file stays readable', () => {
    const told: string[] = []
    const secrets = secretKeeper((value) => told.push(value))
    secrets.add('')
    secrets.add('{\n  "key": "abc"\n}')
    expect(told).toEqual(['{\n  "key": "abc"\n}', '"key": "abc"'])
    expect(secrets.hideIn('a { b } "key": "abc"')).toBe('a { b } ***')
  })

  test('a structure keeps its shape', () => {
    const secrets = secretKeeper()
    secrets.add('sesame')
    expect(hideSecrets({ a: ['open sesame', 1, null], sesame: { b: undefined } }, secrets)).toEqual({ a: ['open ***', 1, null], '***': { b: undefined } })
  })
})

describe('outputs', () => {
  const report = (outputs: Record<string, string>) => buildReport({ capability: 'x', summary: 's', startedAt: 0, endedAt: 0, reasons: [], outputs, onInconclusive: 'fail' })

  test('counted in UTF-16: half a megabyte of letters is all that fits', () => {
    expect(withinOutputLimit(report({ a: 'x'.repeat(outputLimit / 2 - 10_000) })).verdict).toBe('pass')
    expect(withinOutputLimit(report({ a: 'x'.repeat(outputLimit / 2) }))).toMatchObject({ verdict: 'fail', outputs: {} })
  })

  test('the largest are left out first, until the rest fits', () => {
    const cut = withinOutputLimit(report({ big: 'x'.repeat(600_000), mid: 'x'.repeat(400_000), small: 'y' }))
    expect(Object.keys(cut.outputs)).toEqual(['mid', 'small'])
    expect(cut.reasons[0]?.message).toContain('big (1200006 bytes)')
  })
})

describe('who runs us', () => {
  const env = { GITHUB_REPOSITORY: 'a/b', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '2', GITHUB_SERVER_URL: 'https://ghe.example', GITHUB_WORKFLOW_REF: 'a/b/.github/workflows/release.yml@refs/heads/main', GITHUB_ACTOR: 'me', RUNNER_TEMP: '/t' }

  test('a step of a workflow', () => {
    expect(invocationFrom(env)).toEqual({ trigger: { event: 'local', payload: undefined, sha: undefined, ref: undefined }, repository: 'a/b', workflow: 'release.yml', runId: '7', runAttempt: 2, actor: 'me', runUrl: 'https://ghe.example/a/b/actions/runs/7', temporary: '/t' })
  })

  test('a person', () => {
    expect(invocationFrom({ GITHUB_REPOSITORY: '' })).toMatchObject({ repository: undefined, workflow: undefined, runId: 'local', runAttempt: 1, runUrl: undefined })
  })
})

describe('the clock', () => {
  test('a sleep ends when it is aborted, with the reason', async () => {
    const controller = new AbortController()
    const slept = systemClock.sleep(60_000, controller.signal)
    controller.abort(new Cancelled('enough'))
    await expect(slept).rejects.toThrow('enough')
    await expect(systemClock.sleep(60_000, controller.signal)).rejects.toThrow('enough')
  })

  test('and by itself', async () => {
    const before = systemClock.now()
    await systemClock.sleep(2)
    expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  })
})
