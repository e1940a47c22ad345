import { at, type Instant, type Labels, mapAt, textAt } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'

/** What a dispatch says of one alert. A hint: whether it is true is asked elsewhere. */
export interface Hint {
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  readonly startsAt: Instant | undefined
  readonly fingerprint: string | undefined
}

export interface Dispatch {
  readonly hints: readonly Hint[]
  readonly reasons: readonly Reason[]
}

/** Alerts that one run looks at. */
const mostAlerts = 50
/** Characters of a label's value; Prometheus has no limit, and nobody reads more. */
const longestValue = 1_024
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/**
 * Reads an alert in any of its forms: the event of a repository_dispatch, its client_payload, the body that starts one, what
 * an Alertmanager webhook (version 4) or Grafana sends, and the short form `{"alert": "HighErrorRate", "severity": "critical"}`.
 * All of it is text from outside. Without an alert there is a reason and no hint.
 */
export function readDispatch(payload: unknown): Dispatch {
  const carried = at(payload, 'client_payload')
  const body = carried === undefined ? payload : carried
  if (typeof body === 'string') return unreadable('it is a text and no mapping')
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return unreadable('it is no mapping')
  const alerts = at(body, 'alerts')
  if (Array.isArray(alerts)) return fromAlertmanager(body, alerts)
  if (alerts === undefined && (at(body, 'alert') !== undefined || at(body, 'alertname') !== undefined)) return fromShortForm(body)
  return unreadable(alerts === undefined ? 'it has neither `alerts` nor `alert`' : '`alerts` is no list')
}

function unreadable(why: string): Dispatch {
  return { hints: [], reasons: [because('FM-HEAL-PAYLOAD', { says: `The dispatch carries no alert: ${why}.` })] }
}

function fromAlertmanager(body: unknown, alerts: readonly unknown[]): Dispatch {
  if (alerts.length === 0) return unreadable('its list of alerts is empty')
  const reasons: Reason[] = []
  if (alerts.length > mostAlerts) reasons.push(because('FM-HEAL-TOO-MANY-ALERTS', { says: `The dispatch carries ${alerts.length} alerts; the first ${mostAlerts} are looked at.` }))
  const hints = alerts.slice(0, mostAlerts).flatMap((alert): readonly Hint[] => {
    const labels = readLabels(mapAt(alert, 'labels'))
    reasons.push(...labels.reasons)
    if (labels.read['alertname'] === undefined) return []
    const startsAt = Date.parse(textAt(alert, 'startsAt') ?? '')
    return [{ status: statusIn(at(alert, 'status') ?? at(body, 'status')), labels: labels.read, startsAt: Number.isNaN(startsAt) ? undefined : startsAt, fingerprint: textAt(alert, 'fingerprint') }]
  })
  if (hints.length === 0) return { hints, reasons: [...reasons, ...unreadable('no alert of it has a label `alertname`').reasons] }
  return { hints, reasons: once(reasons) }
}

/** `{"alert": name, "severity": ..., "service": ...}`: every other word of it is a label. */
function fromShortForm(body: object): Dispatch {
  const { alert, alertname, status, startsAt, fingerprint, ...rest } = body as Readonly<Record<string, unknown>>
  const { read, reasons } = readLabels({ ...mapAt(rest, 'labels'), ...Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value !== 'object')), alertname: alert ?? alertname })
  if (read['alertname'] === undefined) return unreadable('`alert` is no text')
  const began = typeof startsAt === 'string' ? Date.parse(startsAt) : Number.NaN
  return { hints: [{ status: statusIn(status), labels: read, startsAt: Number.isNaN(began) ? undefined : began, fingerprint: typeof fingerprint === 'string' ? fingerprint : undefined }], reasons }
}

function statusIn(status: unknown): Hint['status'] {
  return status === 'resolved' ? 'resolved' : 'firing'
}

function readLabels(written: Readonly<Record<string, unknown>>): { readonly read: Labels; readonly reasons: readonly Reason[] } {
  const coerced: string[] = []
  const read: Record<string, string> = {}
  for (const [name, value] of Object.entries(written)) {
    if (!labelName.test(name) || name === '__proto__') continue
    if (typeof value === 'string') read[name] = value.slice(0, longestValue)
    else if (typeof value === 'number' || typeof value === 'boolean') {
      read[name] = String(value)
      coerced.push(name)
    }
  }
  return { read, reasons: coerced.map((name) => because('FM-HEAL-COERCED', { says: `The label ${name} came as ${typeof written[name]} and not as text.` })) }
}

function once(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((reason) => [reason.message, reason])).values()]
}
