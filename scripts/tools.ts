import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recipes, type Recipe } from './tools/recipes.ts'

/**
 * Builds the real components that tests run against, into the ignored folder .tools/bin: only what is missing or has
 * changed. Cut off, it goes on where it was: Go keeps what it has compiled.
 * Usage: node scripts/tools.ts [name ...]
 */
const root = join(import.meta.dirname, '..')
const bin = join(root, '.tools/bin')
const stamps = join(root, '.tools/stamps')

const go = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' })
if (go.status !== 0) {
  console.error('The real components are built with Go 1.26 or newer, and there is no `go` on this machine. Install it, or run `npm test`, which needs Node and git alone.')
  process.exit(2)
}
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !recipes.some((recipe) => recipe.name === name))
if (unknown.length > 0) {
  console.error(`No such tool: ${unknown.join(', ')}. There are: ${recipes.map((recipe) => recipe.name).join(', ')}.`)
  process.exit(2)
}
mkdirSync(bin, { recursive: true })
mkdirSync(stamps, { recursive: true })

const due = recipes.filter((recipe) => (wanted.length === 0 || wanted.includes(recipe.name)) && !isCurrent(recipe))
if (due.length === 0) console.error('tools: all are built')
for (const [index, recipe] of due.entries()) {
  const begin = performance.now()
  console.error(`tools: ${index + 1} of ${due.length}: ${recipe.name} (${Object.keys(recipe.programs).join(', ')})`)
  build(recipe)
  for (const folder of recipe.files ?? []) copyFromModule(recipe, folder)
  writeFileSync(join(stamps, recipe.name), stampOf(recipe))
  console.error(`tools: ${recipe.name} took ${Math.round((performance.now() - begin) / 1000)} s`)
}

function isCurrent(recipe: Recipe): boolean {
  const stamp = join(stamps, recipe.name)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(recipe) && Object.keys(recipe.programs).every((program) => existsSync(join(bin, program)))
}

/** What the programs were made of: the pinned modules, how they are built, and by which compiler. */
function stampOf(recipe: Recipe): string {
  const module = join(root, 'tools', recipe.name)
  const hash = createHash('sha256').update(JSON.stringify(recipe)).update(go.stdout)
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(module, file)))
  return hash.digest('hex')
}

function build(recipe: Recipe): void {
  const module = join(root, 'tools', recipe.name)
  const place = recipe.prepare === undefined ? module : vendored(module, recipe.name)
  for (const [program, path] of Object.entries(recipe.programs)) {
    const flags = ['-trimpath', '-buildvcs=false', `-mod=${recipe.prepare === undefined ? 'readonly' : 'vendor'}`, '-ldflags', `-s -w ${recipe.ldflags ?? ''}`]
    run(place, ['build', ...flags, '-o', join(bin, program), path])
  }
}

/** A copy of the module outside of the sources, with its dependencies beside it and a page where the web UI would be. */
function vendored(module: string, name: string): string {
  const place = join(root, '.tools/vendor', name)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  for (const file of ['go.mod', 'go.sum']) writeFileSync(join(place, file), readFileSync(join(module, file)))
  run(place, ['mod', 'vendor', '-e'])
  const page = join(place, 'vendor/github.com/prometheus/alertmanager/ui/app/dist')
  mkdirSync(page, { recursive: true })
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>Alertmanager</title>\n')
  return place
}

/** Files that a component brings in its module beside its program. */
function copyFromModule(recipe: Recipe, { module, folder }: NonNullable<Recipe['files']>[number]): void {
  const found = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', module], { cwd: join(root, 'tools', recipe.name), encoding: 'utf8' })
  cpSync(join(found.stdout.trim(), folder), join(root, '.tools/share', recipe.name, folder), { recursive: true, mode: 0 })
  spawnSync('chmod', ['-R', 'u+w', join(root, '.tools/share', recipe.name)])
}

function run(cwd: string, args: readonly string[]): void {
  const done = spawnSync('go', args, { cwd, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'local' } })
  if (done.status === 0) return
  console.error(`tools: go ${args[0]} failed in ${cwd}. Run \`npm run tools\` again to go on from here.`)
  process.exit(1)
}
