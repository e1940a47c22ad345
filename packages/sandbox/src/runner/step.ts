import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A step of a workflow that uses a JavaScript action. */
export interface Step {
  /** The file that action.yml names: `dist/detect-changed-services.js`. */
  readonly main: string
  /** The checkout. */
  readonly workspace: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly event?: { readonly name: string; readonly payload: unknown; readonly sha?: string; readonly ref?: string }
  readonly environment?: Readonly<Record<string, string>>
  /** State that an earlier step of the same action kept. */
  readonly state?: Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
}

export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts an action as the GitHub runner would: its environment files, its variables, and no others of ours. */
export function startStep(step: Step): Started {
  const folder = mkdtempSync(join(tmpdir(), 'fermata-step-'))
  const file = (name: string, content = '') => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const files = { output: file('output'), state: file('state'), summary: file('summary') }
  mkdirSync(join(folder, 'temp'))
  const child = spawn(process.execPath, [step.main], {
    cwd: step.workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: step.workspace,
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '4711',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/release.yml@refs/heads/main',
      GITHUB_OUTPUT: files.output,
      GITHUB_STATE: files.state,
      GITHUB_STEP_SUMMARY: files.summary,
      RUNNER_TEMP: join(folder, 'temp'),
      ...(step.event && { GITHUB_EVENT_NAME: step.event.name, GITHUB_EVENT_PATH: file('event.json', JSON.stringify(step.event.payload)), GITHUB_SHA: step.event.sha ?? '', GITHUB_REF: step.event.ref ?? '' }),
      ...prefixed('INPUT_', step.inputs, (name) => name.replaceAll(' ', '_').toUpperCase()),
      ...prefixed('STATE_', step.state, (name) => name),
      ...step.environment,
    },
  })
  const ended = collect(child, files, step.onLine).finally(() => rmSync(folder, { recursive: true, force: true }))
  return { process: child, ended }
}

export function runStep(step: Step): Promise<Ended> {
  return startStep(step).ended
}

function collect(child: ChildProcess, files: { readonly output: string; readonly state: string; readonly summary: string }, onLine: Step['onLine']): Promise<Ended> {
  let log = ''
  let rest = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine?.(line)
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ code, signal, log, outputs: variables(readFileSync(files.output, 'utf8')), state: variables(readFileSync(files.state, 'utf8')), summary: readFileSync(files.summary, 'utf8') })
    })
  })
}

/** `name<<delimiter`, the value, the delimiter: the form of GitHub's environment files. */
function variables(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const begin = /^([^<=]+)<<(.+)$/.exec(lines[at] as string)
    if (begin === null) continue
    const end = lines.indexOf(begin[2] as string, at + 1)
    found[begin[1] as string] = lines.slice(at + 1, end).join('\n')
    at = end
  }
  return found
}

function prefixed(prefix: string, values: Readonly<Record<string, string>> | undefined, name: (key: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [prefix + name(key), value]))
}
