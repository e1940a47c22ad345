import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDetectRepository } from './bench/detect-repository.ts'
import { judgeBench } from './bench/judge.ts'
import { type Candidate, measure, printTable } from './bench/measure.ts'
import { policyBench } from './bench/policy.ts'

/** Figures beside their reference in the same run, as medians and ratios. Usage: npm run bench -- [start|detect|judge|policy ...] */
const dist = join(import.meta.dirname, '../dist')
const folder = mkdtempSync(join(tmpdir(), 'fermata-bench-'))
const empty: Candidate = { name: 'an empty Node', file: process.execPath, args: [join(folder, 'empty.mjs')] }
writeFileSync(join(folder, 'empty.mjs'), '')

const benches: Readonly<Record<string, () => Promise<void>>> = { start, detect, judge: async () => judgeBench(), policy: async () => policyBench(folder, empty) }
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`)
  process.exitCode = 2
} else {
  for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) await benches[name]?.()
}
rmSync(folder, { recursive: true, force: true })

/** What it costs to begin: a step in an empty folder, which loads all it needs, finds no catalog, and says so in its report. */
async function start(): Promise<void> {
  const nowhere = join(folder, 'nowhere')
  mkdirSync(nowhere)
  const begins = (name: string): Candidate => ({ name, file: process.execPath, args: [join(dist, `${name}.js`)], cwd: nowhere, env: runnerFiles(), exits: 1 })
  const help: Candidate = { name: 'fermata --help', file: process.execPath, args: [join(dist, 'fermata.js'), '--help'], cwd: nowhere }
  printTable('Start (30 runs)', measure([empty, begins('detect-changed-services'), begins('orchestrated-deploy'), help], 30))
}

function runnerFiles(): Readonly<Record<string, string>> {
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STATE: join(folder, 'state'), GITHUB_STEP_SUMMARY: join(folder, 'summary') }
  for (const file of Object.values(files)) writeFileSync(file, '')
  return { ...files, GITHUB_ACTIONS: 'true', RUNNER_TEMP: folder }
}

/** The whole step as a runner starts it: 5,000 services, 50,003 files, 2,112 changed paths. */
async function detect(): Promise<void> {
  const { path, base, head } = await makeDetectRepository(join(folder, 'repository'))
  const step: Candidate = {
    name: 'detect-changed-services',
    file: process.execPath,
    args: [join(dist, 'detect-changed-services.js')],
    cwd: path,
    env: { ...runnerFiles(), INPUT_BASE: base, INPUT_HEAD: head },
  }
  const git: Candidate = { name: 'git diff-tree alone', file: 'git', args: ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', base, head], cwd: path }
  const bare: Candidate = { name: 'js-yaml and git, nothing else', file: process.execPath, args: [join(import.meta.dirname, 'bench/bare.mjs'), base, head], cwd: path, env: runnerFiles() }
  printTable('Detection at 5,000 services, 50,003 files, 2,112 changed paths (15 runs)', measure([git, empty, bare, step], 15))
}
