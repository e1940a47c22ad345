import type { PolicyAnswer, PolicyEngine, PolicyQuestion } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { availableParallelism } from 'node:os'
import { opaReason } from './codes.ts'
import { engineSeal } from './engine-seal.ts'
import { failed } from './failed.ts'
import { loadProgram } from './program.ts'
import { mostMemory, type Ended } from './run-program.ts'
import { share, sharesOf, together } from './shares.ts'
import { type EngineThread, startThread } from './thread.ts'
import type { WasmModule } from './wasm.ts'

/** What the engine writes; see packages/policy/engine/protocol.go. */
type Written = Omit<PolicyAnswer, 'engine' | 'engineHash' | 'errors' | 'prints' | 'timedOut'> & { readonly version: string } & Partial<Pick<PolicyAnswer, 'errors' | 'prints' | 'timedOut'>>

/** The engine ends by itself when its time is up. Where a built-in function of OPA does not look at the clock, it is ended this much later. */
const graceMs = 2_000

/**
 * The engine begins to load at once, and its thread to start: that takes a quarter of a second, in which the caller can
 * read its files. Many inputs are shared among threads.
 * @param signal ends the threads, also in the middle of a judgement: then `judge` rejects with Cancelled
 * @param cores how many threads may be busy at once
 */
export function createPolicyEngine(signal: AbortSignal, cores: number = availableParallelism()): PolicyEngine {
  const program = loadProgram()
  // Whoever asks hears of it. Nobody may ask.
  program.catch(() => undefined)
  let first = startThread(signal)
  return {
    judge: async (question) => {
      if (!first.alive()) first = startThread(signal)
      const shares = share(question, sharesOf(question.inputs.length, cores))
      const helpers = shares.slice(1).map(() => startThread(signal))
      const threads = [first, ...helpers]
      try {
        const loaded = await program
        return together(await Promise.all(shares.map((one, at) => asked(threads[at] as EngineThread, loaded, one.question))), shares)
      } catch (error) {
        // What the others are still doing is of no use.
        first.end()
        throw error
      } finally {
        for (const helper of helpers) helper.end()
      }
    },
  }
}

async function asked(thread: EngineThread, program: WasmModule, question: PolicyQuestion): Promise<PolicyAnswer> {
  const { version, ...written } = answerOf(await thread.ask({ program, question: JSON.stringify(question) }, question.seconds * 1_000 + graceMs))
  return { errors: [], prints: [], timedOut: false, ...written, engine: `OPA ${version}`, engineHash: engineSeal.program }
}

function answerOf({ output, errors, code }: Ended): Written {
  if (code === 0) return parse(output)
  if (/out of memory|cannot allocate/.test(errors)) throw new EnvironmentError(opaReason('FM-ENGINE-MEMORY', { says: `The policies needed more than ${mostMemory / 2 ** 30} GiB of memory.` }))
  throw failed(errors.trim() === '' ? `it ended with code ${code}` : firstLines(errors))
}

function parse(output: string): Written {
  try {
    return JSON.parse(output) as Written
  } catch (cause) {
    throw failed('its answer was cut off', { cause })
  }
}

/** A panic of Go begins with what happened; the rest are stacks. */
function firstLines(errors: string): string {
  return errors.split('\n').slice(0, 3).join(' ').slice(0, 500)
}
