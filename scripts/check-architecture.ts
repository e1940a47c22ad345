import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkArchitecture } from './architecture/check.ts'

const root = join(import.meta.dirname, '..')
const files = ['packages', 'actions'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .map((path) => `${top}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && path.includes('/src/'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
)
const violations = checkArchitecture(files)
for (const { path, line, says } of violations) console.error(`${path}:${line}: ${says}`)
console.error(violations.length === 0 ? `architecture: ${files.length} files, no violation` : `architecture: ${violations.length} violations`)
process.exitCode = violations.length === 0 ? 0 : 1
