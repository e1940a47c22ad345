import { EnvironmentError } from '@fermata/verdict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { zstdDecompress } from 'node:zlib'
import { opaReason } from './codes.ts'
import { engineSeal } from './engine-seal.ts'
import { mostMemory } from './run-program.ts'
import { wasm, type WasmModule } from './wasm.ts'

/** Set when dist is built, where the engine lies beside the program that is started. */
declare const FERMATA_VERSION: string | undefined
export const isBuilt = typeof FERMATA_VERSION === 'string'

/**
 * Reads, checks, unpacks and compiles the engine.
 * The hash is of the packed file: what comes out of it is then what went in.
 * @throws EnvironmentError when the file is missing or another
 */
export async function loadProgram(file: string = engineFile()): Promise<WasmModule> {
  const packed = await readPacked(file)
  const hash = createHash('sha256').update(packed).digest('hex')
  if (hash !== engineSeal.packed) throw new EnvironmentError(opaReason('FM-ENGINE-CHANGED', { says: `${file} is not the policy engine of this version: its SHA-256 is ${hash}, and ${engineSeal.packed} is expected.` }))
  setFlagsFromString(`--wasm-max-mem-pages=${mostMemory / 65_536}`)
  compileOnce()
  // In one piece: gathered from the usual pieces of 64 kB it takes twice as long.
  return wasm.compile(await promisify(zstdDecompress)(packed, { maxOutputLength: engineSeal.bytes, chunkSize: engineSeal.bytes }))
}

/**
 * The engine runs for a second and ends. Compiling its functions a second time, better, takes longer than they then
 * run, and the process cannot end before that is done: measured, 0.9 s instead of 1.7 s for one manifest.
 */
function compileOnce(): void {
  setFlagsFromString('--no-wasm-tier-up')
  setFlagsFromString('--no-wasm-dynamic-tiering')
}

function engineFile(): string {
  return isBuilt ? join(import.meta.dirname, 'policy-engine.wasm.zst') : join(import.meta.dirname, '../engine/policy-engine.wasm.zst')
}

async function readPacked(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new EnvironmentError(opaReason('FM-ENGINE-MISSING', { says: `The policy engine cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.` }), { cause })
  }
}
