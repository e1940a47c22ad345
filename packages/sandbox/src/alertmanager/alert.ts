import type { Instant } from '@fermata/ports'
import type { Labels } from './labels.ts'

/** What the server knows of an alert. */
export interface KnownAlert {
  readonly fingerprint: string
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: Instant
  readonly endsAt: Instant
  readonly updatedAt: Instant
  /** `endsAt` was not told, but is when it will be taken for resolved. */
  readonly timeout: boolean
  readonly generatorUrl: string
}

export function isResolved({ endsAt }: KnownAlert, now: Instant): boolean {
  return endsAt <= now
}

/** What comes of two reports of the same alert whose times overlap: the earliest start, and the end that was told rather than assumed. */
export function combined(older: KnownAlert, newer: KnownAlert, now: Instant): KnownAlert {
  const overlap = (newer.endsAt > older.startsAt && newer.endsAt < older.endsAt) || (newer.startsAt > older.startsAt && newer.startsAt < older.endsAt)
  if (!overlap) return newer
  const startsAt = Math.min(older.startsAt, newer.startsAt)
  const laterEnd = older.endsAt > newer.endsAt
  const keepsEnd = laterEnd && (isResolved(newer, now) ? isResolved(older, now) : !older.timeout)
  return { ...newer, startsAt, endsAt: keepsEnd ? older.endsAt : newer.endsAt }
}
