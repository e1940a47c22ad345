import { EnvironmentError, type ReasonCode } from '@fermata/verdict'
import type { Instant } from './time.ts'

/** Names and values of labels. The name of a metric is the label `__name__`. */
export type Labels = Readonly<Record<string, string>>

/** NaN and the infinities are values like others: what a division by nothing gives is told, not hidden. */
export interface MetricSample {
  readonly at: Instant
  readonly value: number
}

export interface MetricPoint extends MetricSample {
  readonly labels: Labels
}

/** Samples in order of time, where there are any: a gap is a gap. */
export interface MetricSeries {
  readonly labels: Labels
  readonly samples: readonly MetricSample[]
}

/** What an expression came to at one instant. An empty vector means that there is no data, and is no number. */
export type MetricValue =
  | { readonly kind: 'vector'; readonly points: readonly MetricPoint[] }
  | { readonly kind: 'matrix'; readonly series: readonly MetricSeries[] }
  | { readonly kind: 'scalar'; readonly sample: MetricSample }
  | { readonly kind: 'string'; readonly text: string }

/** `warnings` mean that the answer may be partial, `infos` that the expression may not mean what it says. */
export interface MetricsAnswer<T> {
  readonly value: T
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}

/** Both ends belong to it. */
export interface Timespan {
  readonly from: Instant
  readonly to: Instant
}

/** Which metrics server a use case wants to talk to. */
export interface MetricsWish {
  /** Base address, with the path prefix if it has one. A user and password in it are sent as basic authentication. */
  readonly url: string
  /** Sent as bearer token. */
  readonly token?: string | undefined
}

/** A server that answers PromQL. Transient failures are retried inside; what is thrown is final and is a MonitoringError. */
export interface Metrics {
  /** For reports: the base address, without credentials. */
  readonly identity: { readonly url: string }
  query(expression: string, at: Instant): Promise<MetricsAnswer<MetricValue>>
  /** At most 11,000 steps. */
  queryRange(expression: string, over: Timespan & { readonly stepMs: number }): Promise<MetricsAnswer<readonly MetricSeries[]>>
  /** Label sets of the series that had samples in the time, by selectors such as `up{job="cart"}`. */
  series(selectors: readonly string[], over: Timespan): Promise<MetricsAnswer<readonly Labels[]>>
  /** Values of a label, of series that had samples in the time; of all series when no selector is given. */
  labelValues(label: string, selectors: readonly string[], over: Timespan): Promise<MetricsAnswer<readonly string[]>>
  /** Who answers, and how long it remembers: `15d`, `30d or 10GiB`; undefined where the server does not say. */
  server(): Promise<{ readonly version: string; readonly retention: string | undefined }>
}

/** Every way to give no answer. The first two are about what was asked, the rest about the world. */
export const monitoringErrorKinds = [
  'bad-query', 'execution', 'timeout', 'unavailable', 'unauthorized', 'forbidden', 'not-found', 'rate-limited', 'redirected', 'unreachable', 'unreadable', 'too-large', 'native-histogram', 'refused',
] as const
export type MonitoringErrorKind = (typeof monitoringErrorKinds)[number]

export interface MonitoringErrorDetails {
  readonly status?: number | undefined
  readonly remedy?: string
  readonly cause?: unknown
}

/** Why a metrics or alerts server gave no answer that a decision could rest on. The message names request, server and its own words. */
export class MonitoringError extends EnvironmentError {
  override readonly name = 'MonitoringError'
  readonly kind: MonitoringErrorKind
  /** Of HTTP, where there was an answer. */
  readonly status: number | undefined
  constructor(kind: MonitoringErrorKind, message: string, details: MonitoringErrorDetails = {}) {
    super({ code: monitoringErrorCode(kind), severity: 'inconclusive', message, ...(details.remedy !== undefined && { remedy: details.remedy }) }, { cause: details.cause })
    this.kind = kind
    this.status = details.status
  }
}

/** `FM-PROMETHEUS-BAD-QUERY`, ...; their meanings are in the code table of the adapter. */
export function monitoringErrorCode(kind: MonitoringErrorKind): ReasonCode {
  return `FM-PROMETHEUS-${kind.toUpperCase()}`
}
