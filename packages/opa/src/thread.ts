import { Cancelled, EnvironmentError, type Reason } from '@fermata/verdict'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { opaReason } from './codes.ts'
import { failed } from './failed.ts'
import { isBuilt } from './program.ts'
import type { Ended } from './run-program.ts'
import type { WasmModule } from './wasm.ts'

/** What the thread of the engine is asked. */
export interface ToThread {
  readonly program: WasmModule
  readonly question: string
}

/** What the thread of the engine says. */
export type FromThread = { readonly is: 'running' } | ({ readonly is: 'ended' } & Ended) | { readonly is: 'refused'; readonly reason: Reason }

export interface EngineThread {
  /**
   * Asks one question, when the one before is answered.
   * Rejects with an EnvironmentError when there is no answer in time or at all, and with Cancelled when the signal of the
   * thread says so; the thread has then ended.
   * @param limitMs how long the engine may run, the start of its thread not counted
   */
  ask(asked: ToThread, limitMs: number): Promise<Ended>
  /** Whether it can be asked again. */
  alive(): boolean
  end(): void
}

/** @param signal ends the thread, whatever it is doing */
export function startThread(signal: AbortSignal): EngineThread {
  const worker = new Worker(join(import.meta.dirname, isBuilt ? 'policy-engine-thread.js' : 'engine-thread.ts'))
  let ended = false
  const end = () => {
    ended = true
    void worker.terminate()
  }
  let why: Error | undefined
  worker.on('error', (error: Error) => {
    why ??= failed(error.message, { cause: error })
  })
  worker.once('exit', () => {
    ended = true
    signal.removeEventListener('abort', end)
  })
  signal.addEventListener('abort', end, { once: true })
  // It waits for questions forever. That must not keep the process alive.
  worker.unref()
  return {
    alive: () => !ended,
    end,
    ask: async (asked, limitMs) => {
      const { promise, resolve, reject } = Promise.withResolvers<Ended>()
      let timer: NodeJS.Timeout | undefined
      const tooLong = () => {
        why = new EnvironmentError(opaReason('FM-ENGINE-STUCK', { says: `The policies did not end within ${limitMs / 1_000} s, and what they were doing cannot be asked to stop.` }))
        end()
      }
      const gone = () => reject(signal.aborted ? new Cancelled('Stopped while policies were being judged.') : (why ?? failed('its thread ended')))
      const hear = (message: FromThread) => {
        switch (message.is) {
          case 'running':
            timer = setTimeout(tooLong, limitMs)
            return
          case 'ended':
            return resolve(message)
          case 'refused':
            return reject(new EnvironmentError(message.reason))
        }
      }
      worker.on('message', hear).once('exit', gone)
      if (ended || signal.aborted) gone()
      worker.ref()
      worker.postMessage(asked, [])
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        worker.off('message', hear).off('exit', gone)
        worker.unref()
      }
    },
  }
}
