import type { Instant } from '@fermata/ports'

/** Why a request gave no data. `headers` have lower-case names. */
export type Failure =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly says: string }
  | { readonly kind: 'unanswered'; readonly says: string }

/** Attempts in all, and milliseconds between them. A server that asks for a longer wait than `longest` is not waited for. */
export const patience = { attempts: 4, first: 1_000, limited: 60_000, longest: 60_000 } as const

/** What stands behind a refusal for reasons of quantity, or undefined where quantity is not the reason. */
export type Limit =
  | { readonly kind: 'primary'; readonly resetsAt: Instant | undefined }
  | { readonly kind: 'secondary'; readonly waitMs: number }

/**
 * The primary limit is recognised by its counter, the secondary one by `retry-after` or by GitHub's words.
 * Without `retry-after` GitHub asks to wait a minute:
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
 */
export function limitBehind(failure: Failure, now: Instant): Limit | undefined {
  if (failure.kind !== 'answered' || (failure.status !== 403 && failure.status !== 429)) return undefined
  const wait = retryAfterMs(failure.headers['retry-after'], now)
  if (wait !== undefined) return { kind: 'secondary', waitMs: wait }
  if (failure.headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(failure.headers['x-ratelimit-reset'] ?? Number.NaN) * 1_000
    return { kind: 'primary', resetsAt: Number.isFinite(reset) ? reset : undefined }
  }
  if (failure.status === 429 || /secondary rate limit|abuse detection/i.test(failure.says)) return { kind: 'secondary', waitMs: patience.limited }
  return undefined
}

/**
 * Milliseconds until the next attempt, or undefined when there is none.
 * A request that may have been carried out is repeated only if that does no harm; one refused for its rate was not carried out.
 * @param attempt how many were made, from 1
 */
export function nextAttemptIn(failure: Failure, attempt: number, repeatable: boolean, now: Instant): number | undefined {
  if (attempt >= patience.attempts) return undefined
  const limit = limitBehind(failure, now)
  if (limit !== undefined) return limit.kind === 'secondary' && limit.waitMs <= patience.longest ? limit.waitMs : undefined
  const mayPass = failure.kind === 'unanswered' || [500, 502, 503, 504].includes(failure.status)
  if (!mayPass || !repeatable) return undefined
  const asked = failure.kind === 'answered' ? retryAfterMs(failure.headers['retry-after'], now) : undefined
  const wait = asked ?? patience.first * 2 ** (attempt - 1)
  return wait <= patience.longest ? wait : undefined
}

/** `Retry-After` as seconds or as a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | undefined, now: Instant): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header)) return Number(header) * 1_000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
