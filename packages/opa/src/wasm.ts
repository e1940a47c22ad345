/** What the standard library of TypeScript declares only together with the browser's document. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string
}
export interface WasmMemory {
  readonly buffer: ArrayBuffer
}
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>
}
export type WasmFunctions = Readonly<Record<string, (...numbers: number[]) => number>>

interface WasmCompiler {
  compile(program: Uint8Array): Promise<WasmModule>
  instantiate(program: WasmModule, imports: Readonly<Record<string, object>>): Promise<WasmInstance>
}

export const wasm = (globalThis as unknown as { readonly WebAssembly: WasmCompiler }).WebAssembly
