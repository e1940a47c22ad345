import type { WASI } from 'node:wasi'
import { failed } from './failed.ts'
import { wasm, type WasmFunctions, type WasmMemory, type WasmModule } from './wasm.ts'

export interface Ended {
  readonly output: string
  readonly errors: string
  readonly code: number
}

/** In bytes: what the engine may use. A policy that asks for more ends the engine, not the machine. */
export const mostMemory = 2 ** 31

/** Numbers of WASI preview 1. */
const success = 0
const badDescriptor = 8

/**
 * Runs a program that reads its standard input and writes its standard output, both in memory: no file is opened for
 * it, and none can be. Node's WASI gives it clock and random numbers.
 * @throws EnvironmentError when it traps
 */
export async function runProgram(program: WasmModule, input: string): Promise<Ended> {
  // It ends after its answer: it may use memory rather than time to collect it, until memory becomes scarce.
  const wasi = new (quietWasi())({ version: 'preview1', args: ['policy-engine'], env: { GOGC: '1500', GOMEMLIMIT: String(mostMemory * 0.75) }, returnOnExit: true })
  const streams = memoryStreams(Buffer.from(input))
  const instance = await wasm.instantiate(program, { wasi_snapshot_preview1: { ...wasi.wasiImport, ...streams.imports } })
  streams.attach(instance.exports['memory'] as WasmMemory)
  try {
    const code = wasi.start(instance)
    return { ...streams.written(), code }
  } catch (cause) {
    throw failed(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** Node calls WASI experimental on the standard error of whoever loads it. This is about one sandboxed program that the tests hold. */
function quietWasi(): typeof WASI {
  const say = process.emitWarning
  process.emitWarning = () => undefined
  try {
    return process.getBuiltinModule('node:wasi').WASI
  } finally {
    process.emitWarning = say
  }
}

interface Streams {
  readonly imports: WasmFunctions
  attach(memory: WasmMemory): void
  written(): { readonly output: string; readonly errors: string }
}

/** fd_read of descriptor 0 and fd_write of 1 and 2, over lists of (address, length) in the memory of the program. */
function memoryStreams(input: Buffer): Streams {
  const output: Buffer[] = []
  const errors: Buffer[] = []
  let memory: WasmMemory | undefined
  let at = 0
  const each = (list: number, count: number, act: (part: Buffer) => number): number => {
    const { buffer } = memory as WasmMemory
    const view = new DataView(buffer)
    let total = 0
    for (let index = 0; index < count; index++) total += act(Buffer.from(buffer, view.getUint32(list + index * 8, true), view.getUint32(list + index * 8 + 4, true)))
    return total
  }
  const tell = (address: number, count: number) => {
    new DataView((memory as WasmMemory).buffer).setUint32(address, count, true)
    return success
  }
  const read = (part: Buffer) => {
    const copied = input.copy(part, 0, at)
    at += copied
    return copied
  }
  const keepIn = (stream: Buffer[]) => (part: Buffer) => {
    stream.push(Buffer.from(part))
    return part.length
  }
  return {
    imports: {
      fd_read: (descriptor: number, list: number, count: number, told: number) => (descriptor === 0 ? tell(told, each(list, count, read)) : badDescriptor),
      fd_write: (descriptor: number, list: number, count: number, told: number) => (descriptor === 1 || descriptor === 2 ? tell(told, each(list, count, keepIn(descriptor === 1 ? output : errors))) : badDescriptor),
    },
    attach: (owned) => {
      memory = owned
    },
    written: () => ({ output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() }),
  }
}
