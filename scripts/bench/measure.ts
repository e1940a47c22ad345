import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Candidate {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** The exit code of a run that went as it should; default 0. */
  readonly exits?: number
}

/** Medians over the runs. CPU and memory only of Node processes, which write them down themselves. */
export interface Measured {
  readonly name: string
  readonly wallMs: number
  readonly cpuMs: number | undefined
  readonly peakMb: number | undefined
}

/** Runs the candidates in turn, A B C A B C, so that a machine whose speed drifts is the same for all; the first round is not counted. */
export function measure(candidates: readonly Candidate[], rounds: number): readonly Measured[] {
  const folder = mkdtempSync(join(tmpdir(), 'fermata-bench-'))
  const seen = new Map(candidates.map((candidate) => [candidate, [] as { wallMs: number; cpuMs?: number; peakMb?: number }[]]))
  for (let round = 0; round <= rounds; round++) {
    for (const candidate of candidates) {
      const sample = once(candidate, join(folder, 'usage.json'))
      if (round > 0) seen.get(candidate)?.push(sample)
    }
  }
  rmSync(folder, { recursive: true })
  return [...seen].map(([{ name }, samples]) => ({
    name,
    wallMs: median(samples.map((sample) => sample.wallMs)) as number,
    cpuMs: median(samples.flatMap((sample) => sample.cpuMs ?? [])),
    peakMb: median(samples.flatMap((sample) => sample.peakMb ?? [])),
  }))
}

function once({ name, file, args, cwd, env, exits = 0 }: Candidate, usage: string): { wallMs: number; cpuMs?: number; peakMb?: number } {
  rmSync(usage, { force: true })
  const begin = performance.now()
  const done = spawnSync(file, args, {
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_OPTIONS: `--import ${join(import.meta.dirname, 'usage.mjs')}`, FERMATA_BENCH_USAGE: usage, ...env },
    maxBuffer: 256 * 1024 * 1024,
  })
  const wallMs = performance.now() - begin
  if (done.status !== exits) throw new Error(`${name} ended with ${done.status ?? done.signal}: ${done.stderr.toString().slice(-2000)}${done.stdout.toString().slice(-2000)}`)
  return { wallMs, ...(existsSync(usage) && (JSON.parse(readFileSync(usage, 'utf8')) as { cpuMs: number; peakMb: number })) }
}

export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** A table whose first row is the reference: every other row says how many times as much it takes. */
export function printTable(title: string, rows: readonly Measured[]): void {
  const [reference] = rows
  const ratio = (value: number | undefined, of: number | undefined) => (value === undefined || of === undefined ? '' : ` (${(value / of).toFixed(2)}x)`)
  const shown = rows.map((row) => [row.name, `${row.wallMs.toFixed(0)} ms${ratio(row.wallMs, reference?.wallMs)}`, row.cpuMs === undefined ? '' : `${row.cpuMs.toFixed(0)} ms${ratio(row.cpuMs, reference?.cpuMs)}`, row.peakMb === undefined ? '' : `${row.peakMb.toFixed(0)} MB`])
  const head = ['', 'wall', 'CPU', 'peak memory']
  const widths = head.map((cell, column) => Math.max(cell.length, ...shown.map((row) => (row[column] as string).length)))
  console.log(`\n${title}`)
  for (const row of [head, ...shown]) console.log(row.map((cell, column) => cell.padEnd(widths[column] as number)).join('  '))
}
