import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { engineSeal } from '../../packages/opa/src/engine-seal.ts'
import { engineSource } from './engine-source.ts'

/**
 * The committed policy engine, for a build without Go. It must be the one that was sealed, and built of today's sources:
 * else the build ends with what to do.
 */
export function sealedEngine(root: string): { readonly packed: Buffer; readonly licences: string } {
  const folder = join(root, 'packages/opa/engine')
  const packed = readFileSync(join(folder, 'policy-engine.wasm.zst'))
  const hash = createHash('sha256').update(packed).digest('hex')
  if (hash !== engineSeal.packed) throw new Error(`packages/opa/engine/policy-engine.wasm.zst is not the sealed one (${hash}, not ${engineSeal.packed}). Take it from git, or build it with \`npm run build:engine\`.`)
  if (engineSource(root) !== engineSeal.source) throw new Error('packages/policy/engine was changed after the engine was built. Build it with `npm run build:engine`, which needs Go.')
  return { packed, licences: readFileSync(join(folder, 'licenses.txt'), 'utf8') }
}
