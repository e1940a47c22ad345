import { type Catalog, type Environment, readCatalog } from '@fermata/catalog'
import { journalsIn } from '@fermata/custody'
import type { Ports } from '@fermata/ports'
import { ConfigurationError, didYouMean, type Reason, type Report } from '@fermata/verdict'
import { byAlertmanager, byPrometheus, type Monitoring } from './alert/live.ts'
import { readDispatch, type Hint } from './alert/read-dispatch.ts'
import { serviceOf } from './alert/service-of.ts'
import { because } from './codes.ts'
import { readAllowed } from './ladder/allowed.ts'
import { type Ledger, ledgerSchema } from './ladder/ledger.ts'
import { showReceiver } from './receiver/receiver.ts'
import { reportOf } from './report.ts'
import type { HealRequest } from './request.ts'
import { type Case, type Practice, treat, type Treatment } from './treat.ts'

export type HealPorts = Pick<Ports, 'alerts' | 'clock' | 'cluster' | 'files' | 'forge' | 'invocation' | 'log' | 'metrics' | 'random' | 'signal'>

/**
 * Repairs what an alert is about, if it still fires, and proves it; or shows what it would do.
 * @throws ConfigurationError for what the caller must change; EnvironmentError where cluster or monitoring cannot be asked
 */
export async function heal(request: HealRequest, ports: HealPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  if (request.mode === 'receiver') return showReceiver(request, ports, startedAt)
  const allowed = readAllowed(request.actions)
  const dispatch = readDispatch(await payloadOf(request, ports))
  const catalog = await readCatalog(ports.files, request.config)
  const environment = environmentOf(catalog, request.environment)
  const { cases, reasons } = casesOf(dispatch.hints, catalog)
  const early = [...dispatch.reasons, ...reasons]
  const monitored = cases.length === 0 ? undefined : await monitoringOf(request, ports)
  if (monitored === undefined) return reportOf(request, ports, startedAt, [], cases.length === 0 ? early : [...early, because('FM-HEAL-NO-LIVE-STATE', { says: 'Neither Alertmanager nor Prometheus can be asked whether the alert still fires.' })])
  const connected = await ports.cluster({ kubeconfig: request.kubeconfig, context: request.context ?? environment?.context, namespace: request.namespace ?? environment?.namespace })
  const cluster = connected.under(undefined)
  const namespace = request.namespace ?? environment?.namespace ?? cluster.identity.namespace
  const practice: Practice = {
    ...monitored,
    catalog,
    namespace,
    cluster,
    files: ports.files,
    forge: ports.forge,
    journals: journalsIn<Ledger>(cluster, namespace, ledgerSchema),
    rules: { allowed, cooldown: request.cooldown, maxActions: request['max-actions'], stepTimeout: request['step-timeout'] },
    healthyFor: request['healthy-for'],
    rollbackWindow: request['rollback-window'],
    dryRun: request.mode === 'plan',
    me: `heal-${ports.invocation.runId}-${ports.invocation.runAttempt}-${Math.floor(ports.random.next() * 1e9).toString(36)}`,
    runUrl: ports.invocation.runUrl,
    ports,
  }
  const treatments: Treatment[] = []
  for (const one of cases) {
    ports.signal.throwIfAborted()
    treatments.push(await treat(one, practice))
  }
  return reportOf(request, ports, startedAt, treatments, early)
}

/** The file that was named, else the event of this run. */
async function payloadOf({ event }: HealRequest, { files, invocation }: HealPorts): Promise<unknown> {
  if (event === undefined) {
    if (invocation.trigger.payload === undefined) throw new ConfigurationError([{ says: 'There is no alert: this run was started by no event.', remedy: 'Name a file with the input event, or start the run by a repository_dispatch.' }])
    return invocation.trigger.payload
  }
  const bytes = await files.read(event)
  if (bytes === undefined) throw new ConfigurationError([{ says: `Input event: there is no file ${event}.`, remedy: 'Name the file that holds the alert as JSON.' }])
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new ConfigurationError([{ says: `Input event: ${event} holds no JSON (${error.message}).`, remedy: 'Write the alert as Alertmanager or GitHub sends it.' }])
  }
}

function environmentOf(catalog: Catalog, name: string | undefined): Environment | undefined {
  const found = name === undefined ? undefined : catalog.environments.get(name)
  if (name === undefined || found !== undefined) return found
  const meant = didYouMean(name, [...catalog.environments.keys()])
  throw new ConfigurationError([{ says: `Input environment: ${catalog.file} has no environment ${JSON.stringify(name)}.`, remedy: meant === undefined ? 'Name one that is defined under environments.' : `Did you mean ${meant}?` }])
}

/** One case for each service and alert, in the order of the dispatch: ten alerts of ten pods are one. */
function casesOf(hints: readonly Hint[], catalog: Catalog): { readonly cases: readonly Case[]; readonly reasons: readonly Reason[] } {
  const cases = new Map<string, Case>()
  const reasons = new Map<string, Reason>()
  for (const { labels } of hints) {
    const alert = labels['alertname'] ?? ''
    const found = serviceOf(labels, catalog.services)
    if (found === undefined) reasons.set(alert, because('FM-HEAL-UNKNOWN-SERVICE', { says: `The alert ${JSON.stringify(alert)} names no service of ${catalog.file}${labels['service'] === undefined ? '' : ` (service is ${JSON.stringify(labels['service'])})`}.` }))
    else cases.set(`${found.service} ${alert}`, { service: found.service, alert, label: found.label })
  }
  return { cases: [...cases.values()], reasons: [...reasons.values()] }
}

async function monitoringOf(request: HealRequest, ports: HealPorts): Promise<Pick<Practice, 'monitoring' | 'metrics'> | undefined> {
  const { 'prometheus-url': prometheus, 'alertmanager-url': alertmanager } = request
  const metrics = prometheus === undefined ? undefined : await ports.metrics({ url: prometheus, token: request['prometheus-token'] })
  const monitoring: Monitoring | undefined = alertmanager !== undefined ? byAlertmanager(await ports.alerts({ url: alertmanager, token: request['alertmanager-token'] }), ports.clock) : metrics && byPrometheus(metrics, ports.clock)
  return monitoring && { monitoring, metrics }
}
