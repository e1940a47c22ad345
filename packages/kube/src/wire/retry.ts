import type { Clock, Random } from '@fermata/ports'

export interface RetryPolicy {
  /** Attempts in all. */
  readonly attempts: number
  /** Milliseconds before the second attempt, doubled before each further one. */
  readonly first: number
  readonly longest: number
}

export const patientRetry: RetryPolicy = { attempts: 6, first: 500, longest: 8_000 }
/** For the first words with a server: a wrong address should be told soon. */
export const briefRetry: RetryPolicy = { attempts: 3, first: 500, longest: 2_000 }

/** What an attempt came to. `again` may name how long the server wants us to wait, in milliseconds. */
export type Attempt<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'again'; readonly error: unknown; readonly after?: number | undefined }

/**
 * Tries until done or out of attempts, and then throws the last error.
 * Waits half of an exponential step and a random part of the other half ("equal jitter"), so that fifty services that failed together do not return together;
 * at least as long as the server asked for, but never longer than 30 s.
 */
export async function withRetry<T>(policy: RetryPolicy, time: { readonly clock: Clock; readonly random: Random; readonly signal?: AbortSignal | undefined }, attempt: (number: number) => Promise<Attempt<T>>): Promise<T> {
  for (let number = 1; ; number++) {
    const outcome = await attempt(number)
    if (outcome.kind === 'done') return outcome.value
    if (number >= policy.attempts) throw outcome.error
    const step = Math.min(policy.longest, policy.first * 2 ** (number - 1))
    const jittered = step / 2 + (step / 2) * time.random.next()
    await time.clock.sleep(Math.min(30_000, Math.max(jittered, outcome.after ?? 0)), time.signal)
  }
}

/** Milliseconds, from the seconds or the date of RFC 9110, 10.2.3. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
