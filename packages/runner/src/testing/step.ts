import { buildSync } from 'esbuild'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An entry of this folder as one file, since a process that reads a hundred sources is ten times as slow to start. */
export function bundled(name: 'fake-action' | 'fake-command'): string {
  const outfile = join(mkdtempSync(join(tmpdir(), 'fermata-entry-')), `${name}.mjs`)
  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
  buildSync({ entryPoints: [join(import.meta.dirname, `${name}.ts`)], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node24', keepNames: true, banner: { js: banner }, logLevel: 'error' })
  return outfile
}

const entry = bundled('fake-action')

export interface StepRun {
  readonly code: number | null
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
  /** The workspace of the job. */
  readonly workspace: string
  readonly report: () => Readonly<Record<string, unknown>>
}

export interface StepWish {
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly workspace?: string
  readonly phase?: 'main' | 'post'
  /** Called with each line of the log and the means to send a signal. */
  readonly onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void
}

/** Runs the fake action as the runner would: a process of its own, inputs in the environment, files for what it gives back. */
export function runStep({ inputs = {}, env = {}, workspace = mkdtempSync(join(tmpdir(), 'fermata-step-')), phase = 'main', onLine }: StepWish): Promise<StepRun> {
  const desk = join(workspace, '.runner')
  mkdirSync(desk, { recursive: true })
  const file = (name: string) => {
    writeFileSync(join(desk, name), '')
    return join(desk, name)
  }
  const given = {
    PATH: process.env['PATH'] ?? '',
    GITHUB_ACTIONS: 'true',
    NO_COLOR: '1',
    GITHUB_OUTPUT: file('output'),
    GITHUB_STATE: file('state'),
    GITHUB_STEP_SUMMARY: file('summary'),
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ...env,
  }
  const child = spawn(process.execPath, [entry, phase], { cwd: workspace, env: given, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  const heard = (chunk: Buffer) => {
    const lines = chunk.toString()
    log += lines
    for (const line of lines.split('\n')) onLine?.(line, (signal) => child.kill(signal))
  }
  child.stdout.on('data', heard)
  child.stderr.on('data', heard)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code,
        log,
        outputs: keyValues(readFileSync(join(desk, 'output'), 'utf8')),
        state: keyValues(readFileSync(join(desk, 'state'), 'utf8')),
        summary: readFileSync(join(desk, 'summary'), 'utf8'),
        workspace,
        report: () => {
          const path = join(workspace, 'fermata-report/report.json')
          return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>) : {}
        },
      }),
    )
  })
}

/** The file format of outputs and state: `name<<delimiter`, the value, the delimiter. */
function keyValues(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/^([^\n]*?)<<(ghadelimiter_[\w-]+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , value]) => [name, value] as [string, string]))
}
