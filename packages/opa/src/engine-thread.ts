import { EnvironmentError } from '@fermata/verdict'
import { parentPort, type MessagePort } from 'node:worker_threads'
import { loadProgram } from './program.ts'
import { runProgram } from './run-program.ts'
import type { FromThread } from './thread.ts'

/**
 * The thread in which the engine runs: a policy that never ends keeps it busy, and nobody else.
 * It begins to load the engine at once, and answers each question that comes with one message.
 */
const port = parentPort as MessagePort
const tell = (message: FromThread) => port.postMessage(message)
const program = loadProgram()
// Whoever asks hears of it. Nobody may ask.
program.catch(() => undefined)

port.on('message', async (question: string) => {
  try {
    const loaded = await program
    tell({ is: 'running' })
    tell({ is: 'ended', ...(await runProgram(loaded, question)) })
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    tell({ is: 'refused', reason: error.reason })
  }
})
