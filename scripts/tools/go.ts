import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pinsOf, places, run } from './places.ts'
import type { GoRecipe } from './recipes.ts'

/** `go1.26.8`, or undefined where there is no Go. */
export function goVersion(): string | undefined {
  const asked = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.trim() : undefined
}

export function buildWithGo(recipe: GoRecipe): void {
  const module = pinsOf(recipe)
  const place = recipe.prepare === undefined ? module : vendored(module, recipe.name)
  for (const [program, path] of Object.entries(recipe.programs)) {
    const flags = ['-trimpath', '-buildvcs=false', `-mod=${recipe.prepare === undefined ? 'readonly' : 'vendor'}`, '-ldflags', `-s -w ${recipe.ldflags ?? ''}`]
    go(place, ['build', ...flags, '-o', join(places.bin, program), path])
  }
  for (const folder of recipe.files ?? []) copyFromModule(recipe, folder)
}

/** A copy of the module outside of the sources, with its dependencies beside it and a page where the web UI would be. */
function vendored(module: string, name: string): string {
  const place = places.vendor(name)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  for (const file of ['go.mod', 'go.sum']) writeFileSync(join(place, file), readFileSync(join(module, file)))
  go(place, ['mod', 'vendor', '-e'])
  const page = join(place, 'vendor/github.com/prometheus/alertmanager/ui/app/dist')
  mkdirSync(page, { recursive: true })
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>Alertmanager</title>\n')
  return place
}

/** Files that a component brings in its module beside its program. */
function copyFromModule(recipe: GoRecipe, { module, folder }: NonNullable<GoRecipe['files']>[number]): void {
  const found = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', module], { cwd: pinsOf(recipe), encoding: 'utf8' })
  cpSync(join(found.stdout.trim(), folder), join(places.share(recipe.name), folder), { recursive: true, mode: 0 })
  spawnSync('chmod', ['-R', 'u+w', places.share(recipe.name)])
}

function go(cwd: string, args: readonly string[]): void {
  run('go', args, cwd, { CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'local' })
}
