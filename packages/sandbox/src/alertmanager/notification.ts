import type { Instant } from '@fermata/ports'
import { isResolved, type KnownAlert } from './alert.ts'
import { commonOf, compareAlertLabels, type Labels } from './labels.ts'

/** Why a group is told of, in Alertmanager's words. */
export type NotifyReason = 'first notification' | 'new alerts added' | 'some alerts resolved' | 'all alerts resolved' | 'repeat interval elapsed'

/** The last notification of a group to a webhook. */
export interface Told {
  readonly at: Instant
  readonly firing: ReadonlySet<string>
  readonly resolved: ReadonlySet<string>
}

/** Undefined: there is nothing to tell. */
export function reasonToTell(last: Told | undefined, now: Told, repeatMs: number, sendsResolved: boolean): NotifyReason | undefined {
  if (last === undefined) return now.firing.size > 0 ? 'first notification' : undefined
  if (!isWithin(now.firing, last.firing)) return last.firing.size === 0 ? 'first notification' : 'new alerts added'
  if (now.firing.size === 0) return last.firing.size > 0 ? 'all alerts resolved' : undefined
  if (sendsResolved && !isWithin(now.resolved, last.resolved)) return 'some alerts resolved'
  return last.at < now.at - repeatMs ? 'repeat interval elapsed' : undefined
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((one) => whole.has(one))
}

/** Time as in the JSON of Go: no digits of the second that are zero. */
export function timeText(at: Instant): string {
  return new Date(at).toISOString().replace(/\.?0*Z$/, 'Z')
}

export interface NotificationOf {
  readonly receiver: string
  readonly reason: NotifyReason
  readonly groupKey: string
  readonly groupLabels: Labels
  readonly alerts: readonly KnownAlert[]
  readonly now: Instant
  /** 0: no limit. */
  readonly maxAlerts: number
  readonly externalUrl: string
}

/** The body of a webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export function webhookBody({ receiver, reason, groupKey, groupLabels, alerts, now, maxAlerts, externalUrl }: NotificationOf): Readonly<Record<string, unknown>> {
  const sorted = alerts.toSorted((a, b) => compareAlertLabels(a.labels, b.labels))
  const told = maxAlerts > 0 ? sorted.slice(0, maxAlerts) : sorted
  return {
    receiver: receiver.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&'),
    status: told.some((alert) => !isResolved(alert, now)) ? 'firing' : 'resolved',
    alerts: told.map((alert) => ({
      status: isResolved(alert, now) ? 'resolved' : 'firing',
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: timeText(alert.startsAt),
      endsAt: isResolved(alert, now) ? timeText(alert.endsAt) : '0001-01-01T00:00:00Z',
      generatorURL: alert.generatorUrl,
      fingerprint: alert.fingerprint,
    })),
    notification_reason: reason,
    groupLabels,
    commonLabels: commonOf(told.map(({ labels }) => labels)),
    commonAnnotations: commonOf(told.map(({ annotations }) => annotations)),
    routeLabels: {},
    externalURL: externalUrl,
    version: '4',
    groupKey,
    truncatedAlerts: sorted.length - told.length,
  }
}
