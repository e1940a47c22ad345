import { describe, expect, jest, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runStep, type StepWish } from './testing/step.ts'

jest.setTimeout(60_000)

/** Sends signals, the next one each time that a line with the next mark is printed. */
function signalling(...steps: readonly (readonly [mark: string, signal: NodeJS.Signals])[]): NonNullable<StepWish['onLine']> {
  const left = [...steps]
  return (line, kill) => {
    if (left[0] !== undefined && line.includes(left[0][0])) kill((left.shift() as (typeof steps)[number])[1])
  }
}

describe('one signal', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s aborts, and the report is still written', async (signal) => {
    const run = await runStep({ inputs: { does: 'wait' }, onLine: signalling(['waiting', signal]) })
    expect(run.code).toBe(130)
    expect(run.outputs).toMatchObject({ verdict: 'inconclusive', summary: `Stopped by ${signal}.`, report: 'fermata-report/report.json' })
    expect(run.report()['reasons']).toEqual([expect.objectContaining({ code: 'FM-RUNNER-CANCELLED' })])
    expect(run.state).toEqual({ begun: 'yes' })
  })

  test('a use case has time to clean up, and says what became of it', async () => {
    const run = await runStep({ inputs: { does: 'clean-up' }, onLine: signalling(['waiting', 'SIGINT']) })
    expect(run.log).toMatch(/SIGINT: stopping[\s\S]*aborted \d+[\s\S]*cleaned up/)
    expect(run.outputs['summary']).toBe('Stopped; everything was put back.')
    expect(run.code).toBe(130)
  })
})

test('a second signal does not wait for a use case that does not hear: the report is written, the code is 130', async () => {
  const run = await runStep({ inputs: { does: 'deaf' }, onLine: signalling(['waiting', 'SIGINT'], ['stopping', 'SIGTERM']) })
  expect(run.code).toBe(130)
  expect(run.outputs['summary']).toContain('had not finished cleaning up')
  expect(existsSync(join(run.workspace, 'fermata-report/report.html'))).toBe(true)
})

describe('the post step', () => {
  test('puts back what a stopped main step had kept', async () => {
    const main = await runStep({ inputs: { does: 'clean-up' }, onLine: signalling(['waiting', 'SIGINT']) })
    const kept = Object.fromEntries(Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]))
    const post = await runStep({ phase: 'post', env: kept })
    expect(post.code).toBe(0)
    expect(post.log).toContain('putting back {"stable":100}')
    expect(post.summary).toContain('Put back')
    expect(existsSync(join(post.workspace, 'fermata-report/post/report.json'))).toBe(true)
  })

  test('does nothing after a main step that came to its end', async () => {
    const main = await runStep({ inputs: { does: 'fail' } })
    const post = await runStep({ phase: 'post', env: Object.fromEntries(Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value])) })
    expect(post.log).toBe('fake-gate: nothing was left behind.\n')
    expect(post.summary).toBe('')
  })
})
