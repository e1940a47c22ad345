import { takeWarrant, takenBecause, type Warrant } from '@fermata/custody'
import { ClusterError } from '@fermata/ports'
import type { Evidence, Reason } from '@fermata/verdict'
import type { LiveAlert } from './alert/live.ts'
import { because } from './codes.ts'
import { closeIncidents, withoutIncidents } from './incident/close.ts'
import { type Incident, openIncident } from './incident/incident.ts'
import { bodyOf, commentOf, titleOf } from './incident/text.ts'
import { orderFor } from './ladder/allowed.ts'
import { remedies } from './ladder/index.ts'
import { type Deed, emptyLedger, isUnderWay, type Ledger, type Next, nextFor, type Rules, visitedIn, withDeed, withEnd } from './ladder/ledger.ts'
import type { Rung, Step } from './ladder/model.ts'
import { lookAt, type Seen } from './patient.ts'
import { settleLeftOvers, takeBack } from './left-over.ts'
import { leaseSeconds, ledgerOf, type Practice } from './practice.ts'
import { type Proven, verify } from './verify.ts'

/** What an alert asks to be looked at. */
export interface Case {
  readonly service: string
  readonly alert: string
  /** The label that names the service, and its value. */
  readonly label: string
}

/** What was done, tried, or not. */
export interface Treatment extends Case {
  readonly reasons: readonly Reason[]
  readonly evidence: readonly Evidence[]
  readonly taken: readonly { readonly rung: Rung; readonly says: string; readonly outcome: Exclude<Deed['state'], 'begun' | 'impossible'> | 'planned' }[]
  readonly incident: number | undefined
  readonly escalated: boolean
  /** Why nothing was done; undefined when something was. */
  readonly skipped: string | undefined
}

/**
 * Treats one service for one alert, if the alert still fires: up the ladder, one rung at a time, until something is proven to have helped.
 * @throws ClusterError, MonitoringError, EnvironmentError; the signal's reason when the run is stopped, after the way back
 */
export async function treat(one: Case, practice: Practice): Promise<Treatment> {
  const { alerts, evidence, warnings } = await practice.monitoring.firing(one.alert, one)
  const base = { ...one, evidence: [evidence], taken: [], incident: undefined, escalated: false }
  const active = alerts.find(({ suppressed }) => !suppressed)
  if (active === undefined) {
    if (alerts.length > 0) return skip(base, because('FM-HEAL-SUPPRESSED', { says: `${one.alert} of ${one.service} is silenced or inhibited.`, service: one.service, evidence: [evidence.id] }))
    if (warnings.length > 0) return skip(base, because('FM-HEAL-NO-LIVE-STATE', { says: `Whether ${one.alert} of ${one.service} fires is not known: ${warnings.join('; ')}.`, service: one.service, evidence: [evidence.id] }))
    return resolve(base, practice)
  }
  const seen = await lookAt(one.service, practice.namespace, practice.catalog, practice)
  if ('code' in seen) return skip(base, seen)
  if (practice.dryRun) return showPlan(base, active, seen, practice)
  const { ports, me } = practice
  const taken = await takeWarrant(practice.cluster, ports.clock, { namespace: practice.namespace, services: [one.service], holder: me, seconds: leaseSeconds, signal: ports.signal })
  if (taken.kind === 'taken') return skip(base, because('FM-HEAL-BUSY', { says: takenBecause(taken).message, service: one.service }))
  try {
    return await climb(base, active, taken.warrant, practice)
  } finally {
    await taken.warrant.release()
  }
}

function skip(base: Omit<Treatment, 'reasons' | 'skipped'>, reason: Reason): Treatment {
  return { ...base, reasons: [reason], skipped: reason.code }
}

/** The alert is silent: what stands open about it is closed. */
async function resolve(base: Omit<Treatment, 'reasons' | 'skipped'>, { journals, forge, runUrl, dryRun, rules, ports: { log, clock } }: Practice): Promise<Treatment> {
  const { service, alert } = base
  const over = because('FM-HEAL-NOT-FIRING', { says: `${alert} of ${service} does not fire.`, service, evidence: base.evidence.map(({ id }) => id) })
  const ledger = dryRun ? undefined : (await journals.open(ledgerOf(service)))?.page.entry
  const open = Object.entries(ledger?.incidents ?? {}).filter(([key]) => ledger?.deeds.some((deed) => deed.key === key && deed.alert === alert)).map(([key, number]) => ({ key, number, alert }))
  if (ledger === undefined || open.length === 0) return skip(base, over)
  // Who acts has yet to prove that the silence lasts, and closes it then.
  if (isUnderWay(ledger, rules, clock.now())) return skip(base, because('FM-HEAL-IN-PROGRESS', { says: `${alert} of ${service} does not fire; the run that acts on it closes its incident.`, service }))
  const troubles = await closeIncidents(service, open, { journals, forge, log, runUrl })
  return { ...base, incident: open[0]?.number, reasons: [because('FM-HEAL-RESOLVED', { says: `${alert} of ${service} has ended; ${open.map(({ number }) => `#${number}`).join(', ')} closed.`, service, evidence: base.evidence.map(({ id }) => id) }), ...troubles], skipped: undefined }
}

async function showPlan(base: Omit<Treatment, 'reasons' | 'skipped'>, alert: LiveAlert, seen: Seen, practice: Practice): Promise<Treatment> {
  const { service } = base
  const now = practice.ports.clock.now()
  let ledger = (await practice.journals.open(ledgerOf(service)))?.page.entry ?? emptyLedger(service, now)
  const reasons: Reason[] = []
  for (;;) {
    const next = nextFor(ledger, alert.key, rulesFor(practice, alert), now, practice.me)
    if (next.do !== 'try') return { ...base, reasons: [...reasons, whyNot(next, service, practice.rules)], escalated: next.do === 'give-up', skipped: next.code }
    const step = planOf(next.rung, alert, seen, ledger, practice)
    if (!('code' in step)) return { ...base, reasons: [...reasons, because('FM-HEAL-PLANNED', { says: step.says, service })], taken: [{ rung: step.rung, says: step.says, outcome: 'planned' }], skipped: undefined }
    reasons.push(step)
    ledger = withDeed(ledger, deedOf(alert, service, next.rung, practice, 'impossible', step.message))
  }
}

/** From rung to rung. Every deed stands in the ledger before it is done, over the version that it was decided on. */
async function climb(base: Omit<Treatment, 'reasons' | 'skipped'>, alert: LiveAlert, warrant: Warrant, practice: Practice): Promise<Treatment> {
  const { service } = base
  const { journals, ports } = practice
  const record = { ...base, reasons: [] as Reason[], evidence: [...base.evidence], taken: [] as Treatment['taken'][number][] }
  record.reasons.push(...(await settleLeftOvers(service, warrant, practice)))
  let incident: Incident | undefined
  const ended = (more: Partial<Treatment>): Treatment => ({ ...record, reasons: [...record.reasons, ...(incident?.troubles ?? [])], incident: incident?.number, escalated: false, skipped: undefined, ...more })
  for (;;) {
    let next: Next | undefined
    const page = await journals.change(ledgerOf(service), (current) => {
      const ledger = current?.entry ?? emptyLedger(service, ports.clock.now())
      next = nextFor(ledger, alert.key, rulesFor(practice, alert), ports.clock.now(), practice.me)
      return next.do === 'try' ? { entry: withDeed(ledger, deedOf(alert, service, next.rung, practice, 'begun', '')) } : undefined
    })
    const decided = next as Next
    if (decided.do === 'stop') {
      record.reasons.push(whyNot(decided, service, practice.rules))
      return ended(record.taken.length === 0 ? { skipped: decided.code } : {})
    }
    const ledger = page?.entry ?? emptyLedger(service, ports.clock.now())
    const firstOfIt = incident === undefined
    incident ??= await incidentOf(alert, service, ledger, practice)
    const number = incident.number
    if (firstOfIt && number !== undefined && ledger.incidents[alert.key] !== number) await change(practice, service, (entry) => ({ ...entry, incidents: { ...entry.incidents, [alert.key]: number } }))
    if (decided.do === 'give-up') {
      record.reasons.push(whyNot(decided, service, practice.rules))
      await incident.tell(commentOf(`A person is needed: ${whyNot(decided, service, practice.rules).message}`, practice.runUrl))
      return ended({ escalated: true })
    }
    const outcome = await attempt(decided.rung, alert, { service, warrant, ledger, practice, incident })
    record.reasons.push(...outcome.reasons)
    record.evidence.push(...outcome.evidence)
    if (outcome.step !== undefined && outcome.state !== 'impossible') record.taken.push({ rung: decided.rung, says: outcome.step.says, outcome: outcome.state })
    if (outcome.state === 'healed') return ended({})
    if (outcome.stop) return ended({ escalated: outcome.state !== 'impossible' })
  }
}

interface Bedside {
  readonly service: string
  readonly warrant: Warrant
  readonly ledger: Ledger
  readonly practice: Practice
  readonly incident: Incident
}

interface Attempted {
  readonly state: Exclude<Deed['state'], 'begun'>
  readonly step: Step | undefined
  readonly reasons: readonly Reason[]
  readonly evidence: readonly Evidence[]
  /** Nothing more is to be tried by this run. */
  readonly stop: boolean
}

/** One rung: look again, act, prove, and take back what did not help. */
async function attempt(rung: Rung, alert: LiveAlert, { service, warrant, ledger, practice, incident }: Bedside): Promise<Attempted> {
  const { ports, cluster, me, runUrl } = practice
  const end = (state: Attempted['state']) => change(practice, service, (entry) => withEnd(entry, { key: alert.key, rung, by: me }, state, ports.clock.now()))
  const seen = await lookAt(service, practice.namespace, practice.catalog, practice)
  const step = 'code' in seen ? seen : planOf(rung, alert, seen, ledger, practice)
  if ('code' in step) {
    await end('impossible')
    return { state: 'impossible', step: undefined, reasons: [step], evidence: [], stop: 'code' in seen }
  }
  await change(practice, service, (entry) => ({ ...entry, deeds: entry.deeds.map((deed) => (deed.state === 'begun' && deed.by === me && deed.rung === rung ? { ...deed, says: step.says, ...(step.undo !== undefined && { undo: step.undo }), ...(step.from !== undefined && { from: step.from }), ...(step.to !== undefined && { to: step.to }) } : deed)) }))
  warrant.assure()
  try {
    await cluster.patch(step.object, step.patch.kind, step.patch.body)
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    await end('impossible')
    const moved = error.kind === 'conflict'
    return { state: 'impossible', step: undefined, reasons: [because(moved ? 'FM-HEAL-CHANGED' : 'FM-HEAL-REFUSED', { says: error.reason.message, service })], evidence: [], stop: moved }
  }
  ports.log.progress({ at: ports.clock.now(), subject: service, phase: rung, state: 'running', says: step.says })
  await incident.tell(commentOf(step.says, runUrl))
  const proven = await prove(alert, step, service, practice, async () => {
    const undone = await takeBack(step.undo, practice.cluster, warrant)
    await end(undone === 'undone' ? 'undone' : 'failed')
  })
  const evidence = proven.evidence.map((one) => ({ ...one, id: `${service}-${rung}-${one.id}` }))
  if (proven.is === 'healed') {
    await end('healed')
    const reason = because('FM-HEAL-HEALED', { says: `${service} is well again: ${step.says}`, service, evidence: evidence.map(({ id }) => id) })
    ports.log.progress({ at: ports.clock.now(), subject: service, phase: 'healed', state: 'good' })
    await incident.close(commentOf(reason.message, runUrl))
    await change(practice, service, (entry) => withoutIncidents(entry, [alert.key]))
    return { state: 'healed', step, reasons: [reason], evidence, stop: true }
  }
  const back = await takeBack(step.undo, practice.cluster, warrant)
  const state = back === 'undone' ? 'undone' : 'failed'
  await end(state)
  ports.log.progress({ at: ports.clock.now(), subject: service, phase: state, state: 'bad', says: proven.reason.message })
  await incident.tell(commentOf(`${proven.reason.message}${back === 'undone' ? ' It was taken back.' : ''}`, runUrl))
  return { state, step, reasons: [proven.reason, ...(typeof back === 'object' ? [back] : [])], evidence, stop: proven.is === 'unknown' || typeof back === 'object' }
}

/** Waits for the proof. A run that is stopped takes back what it did before it ends. */
async function prove(alert: LiveAlert, step: Step, service: string, practice: Practice, onStop: () => Promise<void>): Promise<Proven> {
  const { ports, cluster, catalog, metrics, monitoring, rules, healthyFor } = practice
  const definition = catalog.services.get(service)
  const workload = step.object.kind === 'HorizontalPodAutoscaler' ? await workloadOf(service, practice) : step.object
  const fires = async () => (await monitoring.firing(alert.name, { label: alertLabel(alert, service), service })).alerts.some(({ suppressed }) => !suppressed)
  const objectives = (definition?.slos ?? []).flatMap((id) => catalog.slos.get(id) ?? [])
  try {
    return await verify({ service, workload, fires, objectives, metrics, within: rules.stepTimeout, healthyFor }, { cluster, clock: ports.clock, signal: ports.signal })
  } catch (error) {
    await onStop()
    throw error
  }
}

function alertLabel({ labels }: LiveAlert, service: string): string {
  return Object.keys(labels).find((name) => name !== 'alertname' && labels[name] === service) ?? 'service'
}

async function workloadOf(service: string, practice: Practice): Promise<Step['object']> {
  const seen = await lookAt(service, practice.namespace, practice.catalog, practice)
  if ('code' in seen) throw new Error(seen.message)
  const { apiVersion, kind, metadata } = seen.workload
  return { apiVersion, kind, name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) }
}

async function incidentOf(alert: LiveAlert, service: string, ledger: Ledger, { forge, runUrl, ports }: Practice): Promise<Incident> {
  const { name, labels, since, key } = alert
  return openIncident(forge, { service, key, known: ledger.incidents[key], title: titleOf(service, name), body: bodyOf({ service, key, alert: name, labels, since, runUrl }) }, ports.log)
}

async function change({ journals, ports }: Practice, service: string, to: (entry: Ledger) => Ledger): Promise<void> {
  await journals.change(ledgerOf(service), (page) => ({ entry: to(page?.entry ?? emptyLedger(service, ports.clock.now())) }))
}

function rulesFor({ rules }: Practice, { labels }: LiveAlert): Rules {
  return { ...rules, allowed: orderFor(rules.allowed, labels) }
}

function planOf(rung: Rung, alert: LiveAlert, seen: Seen, ledger: Ledger, { ports, rollbackWindow }: Practice): Step | Reason {
  return remedies[rung].plan({ ...seen, since: alert.since, now: ports.clock.now(), rollbackWindow, visited: visitedIn(ledger) })
}

function deedOf(alert: LiveAlert, service: string, rung: Rung, { me, ports }: Practice, state: Deed['state'], says: string): Deed {
  return { key: alert.key, alert: alert.name, label: alertLabel(alert, service), rung, by: me, at: new Date(ports.clock.now()).toISOString(), says, state }
}

function whyNot(next: Exclude<Next, { readonly do: 'try' }>, service: string, { cooldown, maxActions }: Rules): Reason {
  const says = {
    'FM-HEAL-IN-PROGRESS': `Another run acts on ${service} now.`,
    'FM-HEAL-DUPLICATE': `This alert of ${service} was dealt with already.`,
    'FM-HEAL-COOLDOWN': `${service} was healed less than ${Math.round(cooldown / 60_000)} minutes ago.`,
    'FM-HEAL-LIMIT': `${service} has had ${maxActions} actions within an hour.`,
    'FM-HEAL-EXHAUSTED': `Nothing that may be done has helped ${service}.`,
  }[next.code]
  return because(next.code, { says, service })
}
