import { EnvironmentError } from '@fermata/verdict'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { loadProgram } from './program.ts'
import { runProgram } from './run-program.ts'
import type { FromThread, ThreadWish } from './thread.ts'

/**
 * The thread in which the engine runs: a policy that never ends keeps it busy, and nobody else.
 * It begins to load the engine at once, unless it was given one, and answers each question that comes with one message.
 */
const port = parentPort as MessagePort
const tell = (message: FromThread) => port.postMessage(message)
const program = (workerData as ThreadWish).program ?? loadProgram()
// Whoever asks hears of it. Nobody may ask.
Promise.resolve(program).catch(() => undefined)

port.on('message', async (question: string) => {
  try {
    const loaded = await program
    tell({ is: 'running', program: loaded })
    tell({ is: 'ended', ...(await runProgram(loaded, question)) })
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    tell({ is: 'refused', reason: error.reason })
  }
})
