import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One hash over everything that the policy engine is built from, so that a change of it is seen without Go. */
export function engineSource(root: string): string {
  const folder = join(root, 'packages/policy/engine')
  const hash = createHash('sha256')
  const files = readdirSync(folder).filter((name) => (name.endsWith('.go') && !name.endsWith('_test.go')) || name === 'go.mod' || name === 'go.sum')
  for (const name of files.toSorted()) hash.update(`${name}\n`).update(readFileSync(join(folder, name)))
  return hash.digest('hex')
}
