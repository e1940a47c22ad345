import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pages } from './docs/pages.ts'
import { sources } from './docs/sources.ts'

/** Writes the generated documents; with `--check` it only compares, and fails where one differs. */
const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const wanted = pages({ ...sources, read })
const present = readdirSync(join(root, 'docs/reference'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1).replaceAll('\\', '/'))
const stale = present.filter((path) => !wanted.has(path))
const different = [...wanted].filter(([path, text]) => !existsSync(join(root, path)) || read(path) !== text)

if (process.argv.includes('--check')) {
  for (const path of stale) console.error(`${path}: nothing prints this file any longer`)
  for (const [path] of different) console.error(`${path}: differs from what its source says`)
  if (stale.length + different.length > 0) console.error('docs: run `npm run docs` and commit the result')
  else console.error(`docs: ${wanted.size} generated files are current`)
  process.exitCode = stale.length + different.length > 0 ? 1 : 0
} else {
  for (const path of stale) rmSync(join(root, path))
  for (const [path, text] of different) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    console.error(`wrote ${path}`)
  }
}
