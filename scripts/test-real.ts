import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Builds what test/real needs, and runs it: most suites two at a time, since they wait for clocks more than they compute, and those
 * that measure alone afterwards, so that nobody disturbs their figures.
 * Usage: node scripts/test-real.ts [what jest is to run, in one row]
 */
const root = join(import.meta.dirname, '..')
const tools = ['zizmor', 'github-openapi', 'sarif-schema', 'actionlint', 'opa', 'conftest', 'act', 'etcd', 'kwok', 'alertmanager', 'prometheus', 'kubernetes']
const measuring = 'test/real/(release|chaos)\\.real-test'

/** 0 when all went well. */
function run(file: string, ...args: readonly string[]): number {
  return spawnSync(process.execPath, ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', join(root, file), ...args], { cwd: root, stdio: 'inherit' }).status ?? 1
}

const jest = (...args: readonly string[]): number => run('node_modules/jest/bin/jest.js', '--config', 'jest.real.config.mjs', ...args)

const built = run('scripts/tools.ts', ...tools)
if (built !== 0) process.exit(built)
const wanted = process.argv.slice(2)
const ends = wanted.length > 0 ? [jest('--runInBand', ...wanted)] : [jest('--maxWorkers=2', '--testPathIgnorePatterns', measuring), jest('--runInBand', '--testPathPatterns', measuring)]
process.exit(Math.max(...ends))
