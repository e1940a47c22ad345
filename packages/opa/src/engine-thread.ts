import { EnvironmentError } from '@fermata/verdict'
import { parentPort, type MessagePort } from 'node:worker_threads'
import { runProgram } from './run-program.ts'
import type { FromThread, ToThread } from './thread.ts'

/**
 * The thread in which the engine runs: a policy that never ends keeps it busy, and nobody else.
 * It answers each question that comes with one message.
 */
const port = parentPort as MessagePort
const tell = (message: FromThread) => port.postMessage(message)

port.on('message', async ({ program, question }: ToThread) => {
  try {
    tell({ is: 'running' })
    tell({ is: 'ended', ...(await runProgram(program, question)) })
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    tell({ is: 'refused', reason: error.reason })
  }
})
