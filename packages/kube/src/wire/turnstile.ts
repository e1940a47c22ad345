/** Lets so many in at once, in the order of arrival. */
export interface Turnstile {
  /** Rejects with the reason of the signal when it is aborted while waiting. */
  pass<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>
}

export function turnstile(places: number): Turnstile {
  let free = places
  const waiting: (() => void)[] = []

  function enter(signal: AbortSignal | undefined): Promise<void> {
    if (free > 0) {
      free--
      return Promise.resolve()
    }
    return new Promise((settle, refuse) => {
      const leave = () => {
        waiting.splice(waiting.indexOf(go), 1)
        refuse(signal?.reason)
      }
      const go = () => {
        signal?.removeEventListener('abort', leave)
        settle()
      }
      waiting.push(go)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  return {
    pass: async (work, signal) => {
      signal?.throwIfAborted()
      await enter(signal)
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) free++
        else next()
      }
    },
  }
}
