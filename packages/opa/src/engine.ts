import type { PolicyAnswer, PolicyEngine } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { opaReason } from './codes.ts'
import { engineSeal } from './engine-seal.ts'
import { failed } from './failed.ts'
import { mostMemory, type Ended } from './run-program.ts'
import { startThread } from './thread.ts'

/** What the engine writes; see packages/policy/engine/protocol.go. */
type Written = Omit<PolicyAnswer, 'engine' | 'engineHash' | 'errors' | 'prints' | 'timedOut'> & { readonly version: string } & Partial<Pick<PolicyAnswer, 'errors' | 'prints' | 'timedOut'>>

/** The engine ends by itself when its time is up. Where a built-in function of OPA does not look at the clock, it is ended this much later. */
const graceMs = 2_000

/**
 * The engine begins to load at once, in a thread of its own: it takes a quarter of a second, in which the caller can
 * read its files.
 * @param signal ends the thread, also in the middle of a judgement: then `judge` rejects with Cancelled
 */
export function createPolicyEngine(signal: AbortSignal): PolicyEngine {
  let thread = startThread(signal)
  return {
    judge: async (question) => {
      if (!thread.alive()) thread = startThread(signal)
      const { version, ...written } = answerOf(await thread.ask(JSON.stringify(question), question.seconds * 1_000 + graceMs))
      return { errors: [], prints: [], timedOut: false, ...written, engine: `OPA ${version}`, engineHash: engineSeal.program }
    },
  }
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
