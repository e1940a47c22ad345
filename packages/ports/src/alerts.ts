import type { Labels, MetricsWish } from './metrics.ts'
import type { Instant } from './time.ts'

/** `name="value"`, `name!="value"`, `name=~"value"`, `name!~"value"`. An absent label matches as an empty one. */
export interface LabelMatcher {
  readonly name: string
  readonly value: string
  readonly isRegex: boolean
  readonly isEqual: boolean
}

export interface Alert {
  /** The same for the same labels, on every server. */
  readonly fingerprint: string
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: Instant
  /** When it counts as resolved if nobody repeats it. */
  readonly endsAt: Instant
  readonly updatedAt: Instant
  readonly generatorUrl: string | undefined
  /** `suppressed`: silenced, inhibited or muted. */
  readonly state: 'unprocessed' | 'active' | 'suppressed'
  /** Ids of silences. */
  readonly silencedBy: readonly string[]
  /** Fingerprints of alerts. */
  readonly inhibitedBy: readonly string[]
  readonly mutedBy: readonly string[]
  readonly receivers: readonly string[]
}

/** Absent switches are on: all alerts that are not resolved. */
export interface AlertFilter {
  readonly matchers?: readonly LabelMatcher[]
  readonly active?: boolean
  readonly silenced?: boolean
  readonly inhibited?: boolean
  readonly unprocessed?: boolean
  /** A regular expression for the whole name of a receiver. */
  readonly receiver?: string
}

export interface SilenceWish {
  readonly matchers: readonly LabelMatcher[]
  readonly startsAt: Instant
  readonly endsAt: Instant
  readonly createdBy: string
  readonly comment: string
}

export interface Silence extends SilenceWish {
  readonly id: string
  readonly state: 'pending' | 'active' | 'expired'
  readonly updatedAt: Instant
}

export type AlertsWish = MetricsWish

/** An Alertmanager, API v2. Transient failures are retried inside; what is thrown is final and is a MonitoringError. */
export interface Alerts {
  /** For reports: the base address, without credentials. */
  readonly identity: { readonly url: string }
  /** Alerts that fire now, of all that the server has heard of. */
  alerts(filter?: AlertFilter): Promise<readonly Alert[]>
  /** Pending, active and recently expired ones, those whose own matchers name what is asked for. */
  silences(matchers?: readonly LabelMatcher[]): Promise<readonly Silence[]>
  /** Its id. It is not sent again after a broken connection: it may have been created. */
  silence(wish: SilenceWish): Promise<string>
  /** Ends it now. False when there is no such silence, or when it has ended before. */
  expire(id: string): Promise<boolean>
  status(): Promise<{ readonly version: string; readonly cluster: 'ready' | 'settling' | 'disabled'; readonly startedAt: Instant }>
}
