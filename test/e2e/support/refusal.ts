import { expect } from '@jest/globals'
import type { Ended } from '@fermata/sandbox'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { reportOf } from './steps.ts'
import type { Workspace } from './workspace.ts'

/** What a person must be told when a run is refused or fails. */
export interface Refusal {
  readonly code: string
  /** What the message must name, so that the cause is clear. */
  readonly says: RegExp
  readonly remedy?: RegExp
  /** `file:line:column`, where the cause lies in a file. */
  readonly at?: string
  /** Default: fail. */
  readonly verdict?: 'fail' | 'inconclusive'
}

/** The step failed, said why, and handed over everything that a later step reads. */
export function expectRefusal(ended: Ended, workspace: Workspace, { code, says, remedy = /\S/, at, verdict = 'fail' }: Refusal): void {
  expectHandedOver(ended, workspace)
  const report = reportOf(ended, workspace)
  const reason = report.reasons.find((one) => one.code === code && says.test(one.message))
  if (reason === undefined) throw new Error(`No ${code} that says ${says} among:\n${report.reasons.map((one) => `${one.code} ${one.message}`).join('\n')}`)
  // Some sentences say both: "The line is indented with a tab. YAML allows spaces only."
  expect(`${reason.message} ${reason.remedy ?? ''}`).toMatch(remedy)
  if (at !== undefined) expect(placeOf(reason.location)).toBe(at)
  expect([ended.code, report.verdict]).toEqual([1, verdict])
  expect(ended.log).toMatch(/^::error[ :]/m)
}

/** What every run owes, whatever became of it. */
export function expectHandedOver(ended: Ended, workspace: Pick<Workspace, 'path'>): void {
  const { verdict, summary, report, 'report-html': html } = ended.outputs
  expect({ verdict, summary, report, html }).toEqual({ verdict: expect.stringMatching(/^(pass|warn|fail|inconclusive)$/), summary: expect.stringMatching(/^[^\n]+$/), report: expect.stringMatching(/report\.json$/), html: expect.stringMatching(/report\.html$/) })
  expect(existsSync(join(workspace.path, html as string))).toBe(true)
  expect(reportOf(ended, workspace)).toMatchObject({ verdict, summary })
  expect(ended.summary).toContain('##')
}

function placeOf(location: unknown): string {
  const { file, line, column } = (location ?? {}) as { readonly file?: string; readonly line?: number; readonly column?: number }
  return [file, line, column].filter((part) => part !== undefined).join(':')
}
