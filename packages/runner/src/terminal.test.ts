import { describe, expect, jest, test } from '@jest/globals'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { screen } from './testing/screen.ts'
import { bundled } from './testing/step.ts'

jest.setTimeout(60_000)

const entry = bundled('fake-command')
const environment = { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color' }

/** util-linux's `script` gives a program a terminal of its own. */
const hasTerminal = spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') === true
if (!hasTerminal) process.stderr.write('terminal.test: the tests in a terminal are skipped, there is no util-linux script\n')

interface Shown {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(file: string, args: readonly string[], onOutput: (text: string) => void = () => {}): Promise<Shown> {
  const child = spawn(file, args, { cwd: mkdtempSync(join(tmpdir(), 'fermata-command-')), env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    onOutput(stdout)
  })
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr })))
}

describe('in a pipe', () => {
  test('stdout holds the result and nothing else, stderr a line for each change', async () => {
    const run = await start(process.execPath, [entry])
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('FAILED')
    expect(run.stdout).not.toContain('applying')
    const lines = run.stderr.trimEnd().split('\n')
    expect(lines).toHaveLength(31)
    expect(lines.filter((line) => !/service-\d+ |^warning a message in between$/.test(line))).toEqual([])
    expect(run.stderr).not.toContain('\u001b')
  })
})

const inTerminal = hasTerminal ? describe : describe.skip
inTerminal.each([
  [24, 80],
  [10, 40],
])('in a terminal of %d rows and %d columns', (rows, columns) => {
  const command = (argument: string) => `stty rows ${rows} cols ${columns}; exec '${process.execPath}' '${entry}' ${argument}`

  test('the drawing never takes more than the screen, and the verdict is the last text on it', async () => {
    const terminal = screen()
    const run = await start('script', ['-qec', command(''), '/dev/null'])
    terminal.write(run.stdout)
    expect(run.code).toBe(1)
    expect(terminal.mostTakenBack()).toBeLessThan(rows)
    expect(terminal.hasCursor()).toBe(true)
    const shown = terminal.shown()
    expect(shown.filter((line) => line.startsWith('warning'))).toEqual(['warning a message in between'])
    expect(shown.filter((line) => line.includes('15/15 done'))).toHaveLength(1)
    expect(shown.slice(-2)).toEqual(['✖ FAILED  service-6 failed. (1 s)', 'report: fermata-report/report.html'])
    for (const line of shown.slice(1, shown.findIndex((text) => text.includes('FM-FAKE')))) expect(line.length).toBeLessThanOrEqual(columns)
  })

  test('Ctrl-C gives the cursor back', async () => {
    const terminal = screen()
    let sent = false
    const run = await start('script', ['-qec', `echo $$; ${command('wait')}`, '/dev/null'], (text) => {
      const pid = Number(/^(\d+)/.exec(text)?.[1])
      if (sent || !text.includes('waiting')) return
      sent = true
      process.kill(pid, 'SIGINT')
    })
    terminal.write(run.stdout)
    expect(run.code).toBe(130)
    expect(terminal.hasCursor()).toBe(true)
    expect(terminal.shown().at(-2)).toMatch(/^\? INCONCLUSIVE {2}Stopped by SIGINT\. /)
  })
})
