import type { Instant } from '@fermata/ports'

/** What came of one attempt. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  /** No connection, or one that broke. */
  | { readonly kind: 'unanswered'; readonly says: string }
  /** Our own limit of time. */
  | { readonly kind: 'late'; readonly milliseconds: number }
  | { readonly kind: 'too-large'; readonly bytes: number }

/** Attempts in all, and milliseconds. A server that asks for a longer wait than `longest` is not waited for. */
export const patience = { attempts: 3, first: 500, longest: 30_000 } as const

/**
 * Milliseconds until the next attempt, or undefined when there is none.
 * A query that took too long is not repeated, nor is anything that the API itself has judged.
 * @param attempt how many were made, from 1
 * @param repeatable false for a request that must not be carried out twice
 */
export function nextAttemptIn(outcome: Outcome, attempt: number, repeatable: boolean, now: Instant): number | undefined {
  if (attempt >= patience.attempts || !mayPass(outcome, repeatable)) return undefined
  const asked = outcome.kind === 'answered' ? retryAfterMs(outcome.headers['retry-after'], now) : undefined
  const wait = asked ?? patience.first * 2 ** (attempt - 1)
  return wait <= patience.longest ? wait : undefined
}

function mayPass(outcome: Outcome, repeatable: boolean): boolean {
  switch (outcome.kind) {
    case 'late':
    case 'too-large':
      return false
    case 'unanswered':
      return repeatable
    case 'answered':
      // A request that was refused for its rate was not carried out.
      if (outcome.status === 429) return true
      return repeatable && [500, 502, 503, 504].includes(outcome.status) && !/"errorType"\s*:\s*"(timeout|canceled)"/.test(outcome.body)
  }
}

/** `Retry-After` as seconds or as a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | undefined, now: Instant): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header)) return Number(header) * 1_000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
