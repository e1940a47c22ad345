import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface TellingReport {
  readonly capability: string
  readonly verdict: string
  readonly outputs: Readonly<Record<string, string>>
  readonly reasons: readonly { readonly code: string }[]
}

export interface ToldDemo {
  readonly code: number | null
  readonly said: string
  /** The report of each chapter, in order. */
  readonly chapters: readonly TellingReport[]
  /** The report of all of them. */
  readonly html: string
}

/** Milliseconds. A story that hangs is ended, and says how far it came. */
const patience = 240_000

/** The demo as a person starts it, in an empty folder. */
export function tellDemo(...args: readonly string[]): ToldDemo {
  const folder = mkdtempSync(join(tmpdir(), 'fermata-demo-test-'))
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../scripts/demo.ts'), ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: patience, env: { ...process.env, NO_COLOR: '1' } })
    const said = `${stdout}${stderr}`
    const out = join(folder, 'demo-report')
    const names = !existsSync(out) ? [] : readdirSync(out).filter((name) => name !== 'index.html').toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    return { code: status, said, chapters: names.map((name) => JSON.parse(readFileSync(join(out, name, 'report.json'), 'utf8')) as TellingReport), html: names.length === 0 ? '' : readFileSync(join(out, 'index.html'), 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Capability and verdict of each chapter. */
export function courseOf({ chapters }: ToldDemo): readonly string[] {
  return chapters.map(({ capability, verdict }) => `${capability} ${verdict}`)
}

/** @throws Error with what it has said, when the story did not end as it must */
export function wellTold(told: ToldDemo): ToldDemo {
  if (told.code !== 0) throw new Error(`The demo ended with ${told.code}:\n${told.said.slice(-4000)}`)
  return told
}
