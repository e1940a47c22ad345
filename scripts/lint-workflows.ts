import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** GitHub's language service imports JSON in a way that Node refuses, so it is bundled first (0.2 s) and then run. */
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'fermata-lint-'))
const outfile = join(folder, 'workflows.mjs')
try {
  await build({
    entryPoints: [join(import.meta.dirname, 'lint/workflows.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  process.exitCode = spawnSync(process.execPath, [outfile, root], { stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
