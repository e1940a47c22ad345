import type { Metrics } from '@fermata/ports'
import type { HealPorts } from '../heal-ports.ts'
import type { HealRequest } from '../request.ts'
import { byAlertmanager, byPrometheus, type Monitoring } from './live.ts'

/** Who can be asked what fires: Alertmanager, which knows of silences, before Prometheus. Undefined where the caller names neither. */
export async function monitoringOf(request: HealRequest, ports: HealPorts): Promise<{ readonly monitoring: Monitoring; readonly metrics: Metrics | undefined } | undefined> {
  const { 'prometheus-url': prometheus, 'alertmanager-url': alertmanager } = request
  const metrics = prometheus === undefined ? undefined : await ports.metrics({ url: prometheus, token: request['prometheus-token'] })
  const monitoring: Monitoring | undefined = alertmanager !== undefined ? byAlertmanager(await ports.alerts({ url: alertmanager, token: request['alertmanager-token'] }), ports.clock) : metrics && byPrometheus(metrics, ports.clock)
  return monitoring && { monitoring, metrics }
}
