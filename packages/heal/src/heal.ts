import type { Catalog } from '@fermata/catalog'
import { ConfigurationError, type Reason, type Report } from '@fermata/verdict'
import { readDispatch, type Hint } from './alert/read-dispatch.ts'
import { namesService, serviceOf } from './alert/service-of.ts'
import type { Monitoring } from './alert/live.ts'
import { because } from './codes.ts'
import type { HealPorts } from './heal-ports.ts'
import { readAllowed } from './ladder/allowed.ts'
import { monitoringOf } from './alert/monitoring.ts'
import { showReceiver } from './receiver/receiver.ts'
import { reportOf } from './report.ts'
import type { HealRequest } from './request.ts'
import { findPlace, readSite } from './place.ts'
import { holderKept, holderOf, type Practice } from './practice.ts'
import { sweep } from './sweep.ts'
import { type Case, treat, type Treatment } from './treat.ts'

/**
 * Repairs what an alert is about, if it still fires, and proves it; or shows what it would do, or puts right what killed runs have left.
 * @throws ConfigurationError for what the caller must change; EnvironmentError where cluster or monitoring cannot be asked
 */
export async function heal(request: HealRequest, ports: HealPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  if (request.mode === 'receiver') return showReceiver(request, ports, startedAt)
  if (request.mode === 'sweep') return sweep(request, ports)
  const allowed = readAllowed(request.actions)
  const dispatch = readDispatch(await payloadOf(request, ports))
  const site = await readSite(request, ports)
  const named = casesOf(dispatch.hints, site.catalog)
  const nothing = named.cases.length + named.unnamed.length === 0
  const monitored = nothing ? undefined : await monitoringOf(request, ports)
  if (monitored === undefined) return reportOf(request, ports, startedAt, [], [...dispatch.reasons, ...named.reasons, ...(nothing ? [] : [because('FM-HEAL-NO-LIVE-STATE', { says: 'Neither Alertmanager nor Prometheus can be asked whether the alert still fires.' })])])
  const asked = await askWhose(named.unnamed, site.catalog, monitored.monitoring)
  const [cases, early] = [[...named.cases, ...asked.cases], [...dispatch.reasons, ...named.reasons, ...asked.reasons]]
  if (cases.length === 0) return reportOf(request, ports, startedAt, [], early)
  const place = await findPlace(request, ports, site)
  const practice: Practice = {
    ...monitored,
    ...place,
    files: ports.files,
    forge: ports.forge,
    rules: { allowed, cooldown: request.cooldown, maxActions: request['max-actions'], stepTimeout: request['step-timeout'] },
    healthyFor: request['healthy-for'],
    rollbackWindow: request['rollback-window'],
    dryRun: request.mode === 'plan',
    me: holderOf(ports),
    runUrl: ports.invocation.runUrl,
    ports,
  }
  if (!practice.dryRun) ports.keep(holderKept, practice.me)
  return reportOf(request, ports, startedAt, await treatAll(cases, practice), early)
}

/** Services that one run looks after side by side. */
const atOnce = 4

/** The alerts of one service come one after the other. Where one treatment breaks, those under way still come to their end. */
async function treatAll(cases: readonly Case[], practice: Practice): Promise<readonly Treatment[]> {
  const waiting = [...Map.groupBy(cases, ({ service }) => service).values()]
  const done = new Map<Case, Treatment>()
  let broken = false
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !broken; next = waiting.shift()) {
      for (const one of next) {
        practice.ports.signal.throwIfAborted()
        done.set(one, await treat(one, practice))
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, () => work().catch((error: unknown) => {
    broken = true
    throw error
  })))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return cases.flatMap((one) => done.get(one) ?? [])
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

interface Found {
  readonly cases: readonly Case[]
  readonly reasons: readonly Reason[]
  /** Names of alerts whose dispatch names no service. */
  readonly unnamed: readonly string[]
}

/** One case for each service and alert, in the order of the dispatch: ten alerts of ten pods are one. */
function casesOf(hints: readonly Hint[], catalog: Catalog): Found {
  const cases = new Map<string, Case>()
  const reasons = new Map<string, Reason>()
  const unnamed = new Set<string>()
  for (const { labels } of hints) {
    const alert = labels['alertname'] ?? ''
    const found = serviceOf(labels, catalog.services)
    if (found !== undefined) cases.set(`${found.service} ${alert}`, { ...found, alert })
    else if (namesService(labels)) reasons.set(alert, because('FM-HEAL-UNKNOWN-SERVICE', { says: `The alert ${JSON.stringify(alert)} names no service of ${catalog.file}${labels['service'] === undefined ? '' : ` (service is ${JSON.stringify(labels['service'])})`}.` }))
    else unnamed.add(alert)
  }
  return { cases: [...cases.values()], reasons: [...reasons.values()], unnamed: [...unnamed] }
}

/** A dispatch that says `HighErrorRate` and no more: the alerts of that name that fire say whose they are. */
async function askWhose(unnamed: readonly string[], catalog: Catalog, monitoring: Monitoring): Promise<Pick<Found, 'cases' | 'reasons'>> {
  const cases: Case[] = []
  const reasons: Reason[] = []
  for (const name of unnamed) {
    const { alerts, warnings } = await monitoring.firing(name)
    const found = casesOf(alerts.map(({ labels }) => ({ status: 'firing', labels: { ...labels, alertname: name }, startsAt: undefined, fingerprint: undefined })), catalog)
    cases.push(...found.cases)
    if (alerts.length === 0) reasons.push(warnings.length > 0 ? because('FM-HEAL-NO-LIVE-STATE', { says: `Whether ${JSON.stringify(name)} fires is not known: ${warnings.join('; ')}.` }) : because('FM-HEAL-NOT-FIRING', { says: `No alert ${JSON.stringify(name)} fires, and the dispatch names no service.` }))
    else if (found.cases.length === 0) reasons.push(because('FM-HEAL-UNKNOWN-SERVICE', { says: `Neither the dispatch nor the alerts ${JSON.stringify(name)} that fire name a service of ${catalog.file}.` }))
  }
  return { cases, reasons }
}
