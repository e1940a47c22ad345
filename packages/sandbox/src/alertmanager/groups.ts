import type { SandboxClock } from '../clock.ts'
import { isResolved, type KnownAlert } from './alert.ts'
import { type Plan, type Route, routesFor } from './config.ts'
import { type Labels, labelsText } from './labels.ts'
import { type Delivery, openTelling } from './telling.ts'

export interface Group {
  readonly route: Route
  readonly labels: Labels
  readonly key: string
  readonly alerts: Map<string, KnownAlert>
}

export interface Groups {
  /** Takes an alert into the groups of its routes. */
  insert(alert: KnownAlert): void
  list(): readonly Group[]
  stop(): void
}

export interface GroupsWish {
  readonly clock: SandboxClock
  readonly plan: Plan
  readonly isMuted: (alert: KnownAlert) => boolean
  /** Answers with a status of HTTP, or rejects when there was no answer. */
  readonly deliver: (delivery: Delivery) => Promise<number>
  readonly externalUrl: () => string
}

/** Gathers alerts, waits, and tells: once for a group, again when it changes, and from time to time while it fires. */
export function openGroups({ clock, plan, isMuted, deliver, externalUrl }: GroupsWish): Groups {
  const groups = new Map<string, Group>()
  const tell = openTelling({ clock, deliver, externalUrl, stopped: () => stopped })
  let stopped = false

  function insert(alert: KnownAlert): void {
    for (const route of routesFor(plan.route, alert.labels)) {
      const labels = route.groupBy === 'all' ? alert.labels : Object.fromEntries(Object.entries(alert.labels).filter(([name]) => route.groupBy.includes(name)))
      const key = `${route.key}:${labelsText(labels)}`
      const known = groups.get(key)
      if (known !== undefined) {
        known.alerts.set(alert.fingerprint, alert)
        continue
      }
      const group: Group = { route, labels, key, alerts: new Map([[alert.fingerprint, alert]]) }
      groups.set(key, group)
      flushIn(group, alert.startsAt + route.groupWaitMs < clock.now() ? 0 : route.groupWaitMs)
    }
  }

  function flushIn(group: Group, milliseconds: number): void {
    clock.after(milliseconds, () => {
      if (stopped) return
      const due = clock.now() + group.route.groupIntervalMs
      void flush(group).then((gone) => {
        if (gone) groups.delete(group.key)
        else if (!stopped) flushIn(group, Math.max(0, due - clock.now()))
      })
    })
  }

  /** True when nothing is left in the group. */
  async function flush(group: Group): Promise<boolean> {
    const now = clock.now()
    const alerts = [...group.alerts.values()]
    const heard = alerts.filter((alert) => !isMuted(alert))
    const webhooks = plan.receivers.get(group.route.receiver) ?? []
    const results = await Promise.all(webhooks.map((webhook, place) => tell(group, heard, { webhook, place, now })))
    if (results.every((done) => done)) for (const alert of alerts) if (isResolved(alert, now) && group.alerts.get(alert.fingerprint) === alert) group.alerts.delete(alert.fingerprint)
    return group.alerts.size === 0
  }

  return {
    insert,
    list: () => [...groups.values()],
    stop() {
      stopped = true
    },
  }
}
