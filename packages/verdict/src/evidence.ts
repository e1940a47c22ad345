/** What was asked of whom, when, and what came back: enough to decide again offline. */
export interface Evidence {
  readonly id: string
  /** Who answered: `git`, `kubernetes`, `prometheus`, `github`, `file`. */
  readonly source: string
  readonly query: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly result: unknown
  readonly warnings: readonly string[]
}

/** @param at milliseconds since the epoch */
export function evidence(id: string, source: string, query: string, at: number, result: unknown, warnings: readonly string[] = []): Evidence {
  return { id, source, query, at: new Date(at).toISOString(), result, warnings }
}
