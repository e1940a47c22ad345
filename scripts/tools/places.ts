import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** Everything below .tools is ignored by git. */
export const places = {
  bin: join(root, '.tools/bin'),
  share: (name: string) => join(root, '.tools/share', name),
  /** What was built, and of what. */
  stamps: join(root, '.tools/stamps'),
  /** Where something may be put together. */
  vendor: (name: string) => join(root, '.tools/vendor', name),
} as const

/** The folder that pins a component. */
export function pinsOf(recipe: { readonly name: string; readonly pins?: string }): string {
  return join(root, 'tools', recipe.pins ?? recipe.name)
}

/** Runs a program whose failure ends everything. What was done so far is kept. */
export function run(program: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): void {
  const done = spawnSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } })
  if (done.status === 0) return
  console.error(`tools: ${program} ${args[0]} failed in ${cwd}${done.error === undefined ? '' : ` (${done.error.message})`}. Run \`npm run tools\` again to go on from here.`)
  process.exit(1)
}
