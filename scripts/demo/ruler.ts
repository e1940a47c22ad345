import { type Program, startProgram } from './programs.ts'

/** A rule as Prometheus has it in a file of rules. */
export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

interface Vector {
  readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] }
}

interface Firing {
  readonly rule: AlertRule
  readonly labels: Readonly<Record<string, string>>
  readonly since: Date
}

/** Milliseconds. */
const evaluateEvery = 400
const resendFor = 10_000

/**
 * What a Prometheus does with its rules, beside one that has none: asks each expression, and tells Alertmanager which alerts fire and which have ended.
 */
export function startRuler(rules: readonly AlertRule[], prometheus: string, alertmanager: string): Program {
  const firing = new Map<string, Firing>()
  async function evaluate(): Promise<void> {
    const now = new Date()
    const found = new Set<string>()
    for (const rule of rules) {
      for (const { metric } of await ask(prometheus, rule.expr)) {
        const { __name__, ...own } = metric
        const labels = { ...own, ...rule.labels, alertname: rule.alert }
        const name = JSON.stringify(labels)
        found.add(name)
        if (!firing.has(name)) firing.set(name, { rule, labels, since: now })
      }
    }
    const alerts = [...firing].map(([name, { rule, labels, since }]) => ({ labels, annotations: rule.annotations ?? {}, startsAt: since.toISOString(), endsAt: new Date(found.has(name) ? now.getTime() + resendFor : now).toISOString() }))
    for (const name of firing.keys()) if (!found.has(name)) firing.delete(name)
    if (alerts.length > 0) await tell(alertmanager, alerts)
  }
  return startProgram(evaluateEvery, evaluate)
}

async function ask(prometheus: string, expression: string): Promise<Vector['data']['result']> {
  const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`)
  if (!answer.ok) throw new Error(`Prometheus answered ${answer.status} to ${expression}: ${await answer.text()}`)
  return ((await answer.json()) as Vector).data.result
}

async function tell(alertmanager: string, alerts: readonly object[]): Promise<void> {
  const answer = await fetch(`${alertmanager}/api/v2/alerts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(alerts) })
  if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status} to alerts: ${await answer.text()}`)
}
