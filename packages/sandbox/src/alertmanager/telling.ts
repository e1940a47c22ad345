import type { Clock, Instant } from '@fermata/ports'
import { isResolved, type KnownAlert } from './alert.ts'
import type { WebhookConfig } from './config.ts'
import type { Group } from './groups.ts'
import { reasonToTell, type Told, webhookBody } from './notification.ts'

/** One message to one webhook. */
export interface Delivery {
  readonly url: string
  readonly receiver: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface TellingWish {
  readonly clock: Clock
  /** Answers with a status of HTTP, or rejects when there was no answer. */
  readonly deliver: (delivery: Delivery) => Promise<number>
  readonly externalUrl: () => string
  readonly stopped: () => boolean
}

/** To one webhook of a receiver, what is new about a group. True when there is nothing more to tell now. */
export type Tell = (group: Pick<Group, 'key' | 'labels' | 'route'>, alerts: readonly KnownAlert[], to: { readonly webhook: Required<WebhookConfig>; readonly place: number; readonly now: Instant }) => Promise<boolean>

/** How long one notification is tried at least, and the wait before it is tried again, which grows. Milliseconds. */
const least = 10_000
const pause = { first: 500, factor: 1.5 } as const

/** Remembers what it has told, and tells only what is new. */
export function openTelling({ clock, deliver, externalUrl, stopped }: TellingWish): Tell {
  const told = new Map<string, Told>()

  /** A refusal (4xx) is final for this notification; a failure is tried again until its time is over. */
  async function delivered(delivery: Delivery, until: Instant): Promise<boolean> {
    for (let wait: number = pause.first; ; wait *= pause.factor) {
      const status = await deliver(delivery).catch(() => 0) // No answer is what 0 stands for; it is tried again.
      if (status >= 200 && status < 300) return true
      if ((status > 0 && status < 500) || clock.now() + wait > until || stopped()) return false
      await clock.sleep(wait)
    }
  }

  return async ({ key, labels, route }, alerts, { webhook, place, now }) => {
    if (alerts.length === 0) return true
    const entry = `${key} ${route.receiver} ${place}`
    const state = { at: now, firing: namesOf(alerts.filter((alert) => !isResolved(alert, now))), resolved: namesOf(alerts.filter((alert) => isResolved(alert, now))) }
    const reason = reasonToTell(told.get(entry), state, route.repeatIntervalMs, webhook.send_resolved)
    if (reason === undefined) return true
    const sent = webhook.send_resolved ? alerts : alerts.filter((alert) => !isResolved(alert, now))
    const body = () => webhookBody({ receiver: route.receiver, reason, groupKey: key, groupLabels: labels, alerts: sent, now, maxAlerts: webhook.max_alerts, externalUrl: externalUrl() })
    if (sent.length > 0 && !(await delivered({ url: webhook.url, receiver: route.receiver, body: body() }, now + Math.max(least, route.groupIntervalMs)))) return false
    told.set(entry, { ...state, at: clock.now() })
    return true
  }
}

function namesOf(alerts: readonly KnownAlert[]): ReadonlySet<string> {
  return new Set(alerts.map(({ fingerprint }) => fingerprint))
}
