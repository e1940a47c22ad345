import { expect, test } from '@jest/globals'
import { engineSeal } from '@fermata/opa'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { embeddedPacks } from '../../scripts/build/embedded-packs.ts'
import { engineSource } from '../../scripts/build/engine-source.ts'

const root = join(import.meta.dirname, '../..')

test('the committed engine is built of these sources: when this fails, run `node scripts/engine.ts`', () => {
  expect(engineSource(root)).toBe(engineSeal.source)
})

test('the committed engine is the one that its seal names', () => {
  expect(createHash('sha256').update(readFileSync(join(root, 'packages/opa/engine/policy-engine.wasm.zst'))).digest('hex')).toBe(engineSeal.packed)
})

test('the packs in the program are those of the folder: when this fails, run `node scripts/packs.ts`', () => {
  expect(readFileSync(join(root, 'packages/policy/src/packs/embedded.ts'), 'utf8')).toBe(embeddedPacks(root))
})
