import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Told {
  readonly code: number | null
  readonly verdict: string
  readonly undone: readonly string[]
  readonly held: readonly string[]
  readonly codes: readonly string[]
}

/** The demo as a person starts it. */
function demo(cluster: 'sandbox' | 'real'): Told {
  const folder = mkdtempSync(join(tmpdir(), 'fermata-demo-test-'))
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../scripts/demo.ts'), '--cluster', cluster], { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
    if (status !== 0) throw new Error(`The demo ended with ${status}:\n${stdout.slice(-3000)}${stderr.slice(-1000)}`)
    const report = JSON.parse(readFileSync(join(folder, 'demo-report/4-orchestrated-deploy/report.json'), 'utf8')) as { readonly verdict: string; readonly outputs: Readonly<Record<string, string>>; readonly reasons: readonly { readonly code: string }[] }
    const list = (name: string): readonly string[] => JSON.parse(report.outputs[name] ?? 'null') as readonly string[]
    return { code: status, verdict: report.verdict, undone: list('rolled-back'), held: list('held'), codes: report.reasons.map(({ code }) => code).toSorted() }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('the demo tells the same story on the sandbox and on a real control plane', () => {
  const real = demo('real')
  expect(real).toMatchObject({ code: 0, verdict: 'fail', undone: ['checkout', 'payments'], held: ['storefront'] })
  expect(demo('sandbox')).toEqual(real)
}, 300_000)
