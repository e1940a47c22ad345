import type { AnswerBehaviour } from '@fermata/sandbox'
import { askOnce } from './traffic.ts'

/** What a program does again and again while a story is told. */
export interface Program {
  /** Ends it. @throws what has gone wrong in it meanwhile */
  stop(): Promise<void>
}

/** Runs a turn every so many milliseconds, one after the other. */
export function startProgram(everyMs: number, turn: () => Promise<void>): Program {
  const over = new AbortController()
  const running = (async () => {
    while (!over.signal.aborted) {
      await turn()
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  })()
  // A program that has failed says so when it is ended.
  running.catch(() => {})
  return {
    async stop() {
      over.abort()
      await running
    },
  }
}

export interface Caller {
  readonly gateway: string
  /** A Service, from one of whose pods is asked. */
  readonly from: string
  readonly to: string
  readonly behave: (behaviours: readonly AnswerBehaviour[]) => Promise<void>
  /** How the caller answers while nobody answers it. */
  readonly while: readonly AnswerBehaviour[]
}

/** Plays a program that needs the answer of another service for its own: it asks through the gateway, as its pods would, and fails as it was told while no answer comes. */
export function startCaller({ gateway, from, to, behave, while: meanwhile }: Caller): Program {
  let answered = true
  return startProgram(50, async () => {
    const status = await askOnce(gateway, to, from)
    const now = status >= 200 && status < 500
    if (now !== answered) await behave(now ? [] : meanwhile)
    answered = now
  })
}
