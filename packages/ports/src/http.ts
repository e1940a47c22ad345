/** Ways in which an address gives no answer. `broken`: connected, and the connection ended before an answer came. */
export const probeFailures = ['timeout', 'refused', 'broken', 'unresolved', 'unreachable', 'tls', 'no-http', 'cancelled'] as const
export type ProbeFailure = (typeof probeFailures)[number]

/** What one question to an address came to. Milliseconds run from the start of the question to the end of the answer, or to its failure. */
export type ProbeAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string; /** The body was longer than what is kept of it. */ readonly cut: boolean; readonly ms: number }
  | { readonly kind: 'failed'; readonly failure: ProbeFailure; readonly says: string; readonly ms: number }

export interface ProbeWish {
  readonly url: string
  /** Default: GET. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole question: name, connection, request and answer. */
  readonly timeoutMs: number
  /** Default: true. */
  readonly verifyTls?: boolean
}

/** Asks addresses as a user of them would. */
export interface Http {
  /**
   * Asks once, on a connection of its own, and follows no redirect: the answer is that of the address that was asked.
   * Never rejects: that there is no answer is the answer.
   */
  probe(wish: ProbeWish, signal?: AbortSignal): Promise<ProbeAnswer>
}
