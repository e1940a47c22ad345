import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { embeddedPacks } from './build/embedded-packs.ts'

/** Writes the Rego of the packs into the module that carries them: the house needs no files at run time. */
const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'packages/policy/src/packs/embedded.ts'), embeddedPacks(root))
