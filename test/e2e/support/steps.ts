import { type Ended, type Started, startStep, type Step } from '@fermata/sandbox'
import type { Reason, Report } from '@fermata/verdict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Workspace } from './workspace.ts'

/** What users run; FERMATA_DIST names another build of it. */
export const dist = process.env['FERMATA_DIST'] ?? join(import.meta.dirname, '../../../dist')

/** Nobody listens here: a test never leaves the machine. */
export const nowhere = 'http://127.0.0.1:1'

/** What Node has compiled once is kept for the next process: the tests start hundreds. A runner starts one, and does without. */
const compiled = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../../node_modules/.cache/compiled') }

export type Action = 'detect-changed-services' | 'orchestrated-deploy' | 'chaos-gate' | 'slo-check' | 'self-heal' | 'policy-scan'

export type StepWish = Pick<Step, 'inputs' | 'event' | 'environment' | 'state' | 'onLine'>

/** Starts a step that uses an action. `-post` is what GitHub starts when the job ends. */
export function startAction(action: Action | `${Action}-post`, { path }: Pick<Workspace, 'path'>, { environment, ...wish }: StepWish = {}): Started {
  return startStep({ main: join(dist, `${action}.js`), workspace: path, ...wish, environment: { ...compiled, GITHUB_SERVER_URL: nowhere, GITHUB_API_URL: nowhere, ...environment } })
}

export function runAction(action: Action | `${Action}-post`, workspace: Pick<Workspace, 'path'>, wish: StepWish = {}): Promise<Ended> {
  return startAction(action, workspace, wish).ended
}

/** The report that the outputs of a step name. */
export function reportOf({ outputs, log }: Ended, { path }: Pick<Workspace, 'path'>): Report {
  const file = outputs['report']
  if (file === undefined || file === '') throw new Error(`The step has no report:\n${log}`)
  return JSON.parse(readFileSync(join(path, file), 'utf8')) as Report
}

export function reasonsOf(ended: Ended, workspace: Pick<Workspace, 'path'>, code: string): readonly Reason[] {
  return reportOf(ended, workspace).reasons.filter((reason) => reason.code === code)
}

/** An output that is a JSON list. */
export function listed({ outputs }: Pick<Ended, 'outputs'>, name: string): readonly string[] {
  return JSON.parse(outputs[name] ?? 'null') as readonly string[]
}

export interface Typed {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command line, as a person or another CI system would type it. */
export function fermata(args: readonly string[], { path }: Pick<Workspace, 'path'>, environment: Readonly<Record<string, string>> = {}): Promise<Typed> {
  const child = spawn(process.execPath, [join(dist, 'fermata.js'), ...args], { cwd: path, stdio: ['ignore', 'pipe', 'pipe'], env: { ...compiled, PATH: process.env['PATH'], HOME: path, NO_COLOR: '1', ...environment } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve({ code, stdout, stderr })))
}
