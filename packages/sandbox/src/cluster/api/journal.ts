import type { Instant } from '@fermata/ports'
import type { RequestShape } from './faults.ts'

/** One request, with what became of it. */
export interface RequestEntry extends RequestShape {
  readonly at: Instant
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly code: number
  readonly dryRun: boolean
  readonly manager: string
  readonly userAgent: string
}

export interface Requests {
  all(): readonly RequestEntry[]
  /** How many requests have these properties: `count({ verb: 'list', resource: 'pods' })`. */
  count(where?: Partial<RequestEntry>): number
  /** What the stand-in refused because it does not do it (501). */
  unknown(): readonly RequestEntry[]
  clear(): void
}

export interface RequestBook extends Requests { add(entry: RequestEntry): void }

export function createRequests(): RequestBook {
  let entries: RequestEntry[] = []
  return {
    add: (entry) => { entries.push(entry) },
    all: () => entries,
    count: (where = {}) => entries.filter((entry) => (Object.keys(where) as (keyof RequestEntry)[]).every((field) => entry[field] === where[field])).length,
    unknown: () => entries.filter((entry) => entry.code === 501),
    clear: () => { entries = [] },
  }
}
