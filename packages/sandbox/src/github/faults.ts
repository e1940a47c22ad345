import type { Reply } from './reply.ts'
import { problem } from './reply.ts'

/** What may go wrong on the way, on order. */
export type FaultKind =
  /** Refused before anything is done. */
  | { readonly kind: 'status'; readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  /** The hourly limit is used up. Seconds since the epoch. */
  | { readonly kind: 'primary-limit'; readonly resetsAt: number }
  /** Too much in too short a time. Seconds; undefined: GitHub gives none. */
  | { readonly kind: 'secondary-limit'; readonly retryAfter?: number }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'reset' }
  /** It is done, and the connection breaks in the middle of the answer. */
  | { readonly kind: 'cut' }
  /** Half of the answer arrives, and says that it is all. */
  | { readonly kind: 'halved' }
  /** A proxy or a login page answers instead, with 200. */
  | { readonly kind: 'html' }
  /** Nothing is ever answered. */
  | { readonly kind: 'silence' }
  /** The answer comes after so many milliseconds. */
  | { readonly kind: 'slow'; readonly milliseconds: number }

export type Fault = FaultKind & {
  /** Which requests, as `GET /repos/shop/shop/pulls/7`. Default: all. */
  readonly on?: RegExp
  /** How many of them. Default: 1. */
  readonly times?: number
}

/** Faults wait in the order in which they were ordered; each request takes at most one. */
export interface Faults {
  order(fault: Fault): void
  take(request: string): Fault | undefined
}

export function faultQueue(): Faults {
  const waiting: { readonly fault: Fault; left: number }[] = []
  return {
    order: (fault) => waiting.push({ fault, left: fault.times ?? 1 }),
    take(request) {
      const next = waiting.find(({ fault, left }) => left > 0 && (fault.on === undefined || fault.on.test(request)))
      if (next !== undefined) next.left--
      return next?.fault
    },
  }
}

/** The answer of a fault that is one, in GitHub's words. */
export function faultReply(fault: Fault): Reply | undefined {
  switch (fault.kind) {
    case 'status':
      return problem(fault.status, fault.message ?? 'Server Error', fault.headers)
    case 'primary-limit':
      return usedUp(fault.resetsAt)
    case 'secondary-limit':
      return problem(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) })
    case 'reset':
    case 'cut':
    case 'halved':
    case 'html':
    case 'silence':
    case 'slow':
      return undefined
  }
}

/** The hourly limit. Seconds since the epoch. */
export function usedUp(resetsAt: number): Reply {
  return problem(403, 'API rate limit exceeded for installation.', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetsAt) })
}
