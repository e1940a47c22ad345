import type { PolicyAnswer, PolicyEngine } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { opaReason } from './codes.ts'
import { engineSeal } from './engine-seal.ts'
import { loadProgram } from './program.ts'
import { runProgram } from './run-program.ts'
import type { WasmModule } from './wasm.ts'

/** What the engine writes; see packages/policy/engine/protocol.go. */
type Written = Omit<PolicyAnswer, 'engine' | 'engineHash' | 'errors' | 'prints' | 'timedOut'> & { readonly version: string } & Partial<Pick<PolicyAnswer, 'errors' | 'prints' | 'timedOut'>>

/**
 * The engine begins to load at once: it takes a quarter of a second, in which the caller can read its files.
 * @param load for tests
 */
export function createPolicyEngine(load: () => Promise<WasmModule> = loadProgram): PolicyEngine {
  const program = load()
  // Whoever asks hears of it. Nobody may ask.
  program.catch(() => undefined)
  return {
    judge: async (question) => {
      const { output, errors, code } = await runProgram(await program, JSON.stringify(question))
      if (code !== 0) throw failed(errors.trim() === '' ? `it ended with code ${code}` : lastLines(errors))
      const { version, ...written } = parse(output)
      return { errors: [], prints: [], timedOut: false, ...written, engine: `OPA ${version}`, engineHash: engineSeal.program }
    },
  }
}

function parse(output: string): Written {
  try {
    return JSON.parse(output) as Written
  } catch (cause) {
    throw failed('its answer was cut off', { cause })
  }
}

/** A panic of Go begins with what happened; the rest are stacks. */
function lastLines(errors: string): string {
  return errors.split('\n').slice(0, 3).join(' ').slice(0, 500)
}

export function failed(why: string, options?: ErrorOptions): EnvironmentError {
  return new EnvironmentError(opaReason('FM-ENGINE-FAILED', { says: `The policy engine gave no answer: ${why}.` }), options)
}
