import { createHash } from 'node:crypto'
import type { Alerts, Clock, Instant, Labels, Metrics } from '@fermata/ports'
import { type Evidence, evidence } from '@fermata/verdict'

/** An alert as the monitoring has it now. */
export interface LiveAlert {
  readonly name: string
  readonly labels: Labels
  readonly since: Instant
  /** Silenced, inhibited or muted. */
  readonly suppressed: boolean
  /** The same for every run that sees the same alert, and another when it fires anew. */
  readonly key: string
}

/** For a beginning that is not known: before everything that could have caused it. */
const longAgo = 0

/** A label that names a service, and its value. */
export interface Of {
  readonly label: string
  readonly service: string
}

/** Who can be asked whether an alert fires. */
export interface Monitoring {
  /** Those of this name that fire now, in order of their beginning; of one service, or all. */
  firing(name: string, of?: Of): Promise<{ readonly alerts: readonly LiveAlert[]; readonly evidence: Evidence; readonly warnings: readonly string[] }>
}

/** @throws MonitoringError */
export function byAlertmanager(alerts: Alerts, clock: Clock): Monitoring {
  return {
    async firing(name, of) {
      const found = await alerts.alerts({ matchers: [matcher('alertname', name), ...(of === undefined ? [] : [matcher(of.label, of.service)])] })
      const live = found.map(({ labels, startsAt, state, fingerprint }): LiveAlert => ({ name, labels, since: startsAt, suppressed: state === 'suppressed', key: keyOf(fingerprint, startsAt) }))
      return { alerts: inOrder(live), evidence: evidence(idOf(name, of), 'alertmanager', `alerts with ${selectorOf(name, of)}`, clock.now(), found), warnings: [] }
    },
  }
}

/**
 * Prometheus itself knows which of its rules fire, and since when: the value of ALERTS_FOR_STATE is the second at which the
 * expression became true. It knows nothing of silences.
 * @throws MonitoringError
 */
export function byPrometheus(metrics: Metrics, clock: Clock): Monitoring {
  return {
    async firing(name, of) {
      const selector = selectorOf(name, of)
      const query = `ALERTS_FOR_STATE{${selector}} and ignoring (alertstate) ALERTS{${selector},alertstate="firing"}`
      const now = clock.now()
      const answer = await metrics.query(query, now)
      const points = answer.value.kind === 'vector' ? answer.value.points : []
      const live = points.map(({ labels, value: second }): LiveAlert => ({ name, labels, since: Number.isFinite(second) ? second * 1_000 : longAgo, suppressed: false, key: keyOf(JSON.stringify(Object.entries(labels).toSorted()), second) }))
      return { alerts: inOrder(live), evidence: evidence(idOf(name, of), 'prometheus', query, now, answer.value, answer.warnings), warnings: answer.warnings }
    },
  }
}

function selectorOf(name: string, of: Of | undefined): string {
  return `alertname=${JSON.stringify(name)}${of === undefined ? '' : `,${of.label}=${JSON.stringify(of.service)}`}`
}

function idOf(name: string, of: Of | undefined): string {
  return `alerts-${name}${of === undefined ? '' : `-${of.service}`}`
}

function matcher(name: string, value: string) {
  return { name, value, isRegex: false, isEqual: true }
}

function inOrder(live: readonly LiveAlert[]): readonly LiveAlert[] {
  return live.toSorted((a, b) => a.since - b.since || (a.key < b.key ? -1 : 1))
}

function keyOf(fingerprint: string, since: number): string {
  return createHash('sha256').update(`${fingerprint} ${since}`).digest('hex').slice(0, 12)
}
