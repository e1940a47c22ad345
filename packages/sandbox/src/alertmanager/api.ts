import type { Clock } from '@fermata/ports'
import * as z from 'zod/mini'
import { type Asked, notFound, type Reply } from '../prometheus/stand-in.ts'
import { combined, isResolved, type KnownAlert } from './alert.ts'
import { type AlertmanagerConfig, type Plan, routesFor } from './config.ts'
import type { Groups } from './groups.ts'
import { fingerprintOf, type Labels } from './labels.ts'
import { type LabelMatcher, labelMatcher, matcherFrom, wholeMatch } from './matchers.ts'
import { type Muted, mutedBy } from './muting.ts'
import { noTime, type PostedShape, postedAlerts, postedSilence } from './shapes.ts'
import { type KnownSilence, shapeOf, type Silences } from './silences.ts'

export interface Site {
  readonly clock: Clock
  readonly config: AlertmanagerConfig
  readonly plan: Plan
  readonly alerts: Map<string, KnownAlert>
  readonly silences: Silences
  readonly groups: Groups
  readonly startedAt: number
  readonly version: string
}

/** A refusal, as a JSON text or as the error of the description's validation. */
class Refusal extends Error {
  readonly reply: Reply
  constructor(reply: Reply) {
    super(`refused with ${reply.status}`)
    this.reply = reply
  }
}

const bad = (says: string): Refusal => new Refusal({ status: 400, json: says })
const invalid = (says: string): Refusal => new Refusal({ status: 422, json: { code: 602, message: says } })

/** API v2: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export function answerApi(asked: Asked, site: Site): Reply {
  if (asked.path === '/-/healthy' || asked.path === '/-/ready') return { status: 200, text: 'OK' }
  if (!asked.path.startsWith('/api/v2/')) return notFound
  try {
    return answered(asked, site)
  } catch (error) {
    if (error instanceof Refusal) return error.reply
    throw error
  }
}

function answered(asked: Asked, site: Site): Reply {
  const what = `${asked.method} ${asked.path.slice('/api/v2'.length)}`
  const id = /^\/api\/v2\/silence\/([^/]+)$/.exec(asked.path)?.[1]
  if (id !== undefined) return silenceOf(asked.method, decodeURIComponent(id), site)
  switch (what) {
    case 'GET /status':
      return ok({
        cluster: { peers: [], status: 'disabled' },
        config: { original: JSON.stringify(site.config) },
        uptime: apiTime(site.startedAt),
        versionInfo: { branch: 'sandbox', buildDate: '', buildUser: 'sandbox', goVersion: 'none', revision: 'sandbox', version: site.version },
      })
    case 'GET /receivers':
      return ok(site.config.receivers.map(({ name }) => ({ labels: {}, name })))
    case 'GET /alerts':
      return ok(shownAlerts(asked.parameters, site))
    case 'POST /alerts':
      return take(asked.body, site)
    case 'GET /alerts/groups':
      return ok(shownGroups(asked.parameters, site))
    case 'GET /silences':
      return ok(shownSilences(asked.parameters, site))
    case 'POST /silences':
      return keepSilence(asked.body, site)
    default:
      return { status: 501, json: { code: 501, message: `the sandbox's Alertmanager does not do this: ${asked.method} ${asked.path}` } }
  }
}

function ok(json: unknown): Reply {
  return { status: 200, json }
}

function apiTime(at: number): string {
  return new Date(at).toISOString()
}

/** A required field that is absent is a fault of the content (422), a value of another type one of the form (400). */
function bodyAs<T>(body: string, { shape, isList, required }: PostedShape<T>): T {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Refusal({ status: 400, json: { code: 400, message: `parsing body failed: ${error.message}` } })
  }
  const parts: readonly unknown[] = Array.isArray(json) === isList ? [json].flat() : []
  for (const part of parts) {
    const absent = typeof part === 'object' && part !== null ? required.find((field) => !(field in part)) : undefined
    if (absent !== undefined) throw invalid(`${absent} in body is required`)
  }
  const read = z.safeParse(shape, json)
  if (!read.success) throw new Refusal({ status: 400, json: { code: 400, message: `parsing body failed: ${read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}` } })
  return read.data
}

/** Reports of alerts. Those that are right are taken even if others are not. */
function take(body: string, { alerts, groups, clock, plan }: Site): Reply {
  const now = clock.now()
  const problems: string[] = []
  for (const posted of bodyAs(body, postedAlerts)) {
    const [told, ended] = [known(posted.startsAt), known(posted.endsAt)]
    const endsAt = ended ?? now + plan.resolveTimeoutMs
    const startsAt = told ?? ended ?? now
    const labels = Object.fromEntries(Object.entries(posted.labels).filter(([, value]) => value !== ''))
    const problem = endsAt < startsAt ? 'start time must be before end time' : Object.keys(labels).length === 0 ? 'at least one label pair required' : undefined
    if (problem !== undefined) {
      problems.push(problem)
      continue
    }
    const fingerprint = fingerprintOf(labels)
    const alert: KnownAlert = { fingerprint, labels, annotations: posted.annotations ?? {}, startsAt, endsAt, updatedAt: now, timeout: ended === undefined, generatorUrl: posted.generatorURL ?? '' }
    const before = alerts.get(fingerprint)
    const merged = before === undefined ? alert : combined(before, alert, now)
    alerts.set(fingerprint, merged)
    groups.insert(merged)
  }
  if (problems.length > 0) throw bad(problems.join('\n'))
  return { status: 200, text: '' }
}

function known(at: number | undefined): number | undefined {
  return at === noTime ? undefined : at
}

interface AlertChoice {
  readonly matchers: readonly LabelMatcher[]
  readonly receiver: (name: string) => boolean
  readonly shows: (muted: Muted) => boolean
}

function choiceFrom(parameters: URLSearchParams): AlertChoice {
  const on = (name: string): boolean => flag(parameters, name)
  const [active, silenced, inhibited] = ['active', 'silenced', 'inhibited'].map(on)
  const expression = parameters.get('receiver')
  const receiver = expression === null ? () => true : wholeMatch(expression)
  if (receiver === undefined) throw bad(`failed to parse receiver param: error parsing regexp: ${expression}`)
  const shows = ({ silencedBy, inhibitedBy }: Muted): boolean => (active === true || silencedBy.length + inhibitedBy.length > 0) && (silenced === true || silencedBy.length === 0) && (inhibited === true || inhibitedBy.length === 0)
  return { matchers: filtersFrom(parameters), receiver, shows }
}

/** Absent: true. */
function flag(parameters: URLSearchParams, name: string): boolean {
  const text = parameters.get(name)
  if (text !== null && !/^(1|0|t|f|true|false)$/i.test(text)) throw invalid(`${name} in query must be of type boolean: ${JSON.stringify(text)}`)
  return text === null || /^(1|t|true)$/i.test(text)
}

function filtersFrom(parameters: URLSearchParams): readonly LabelMatcher[] {
  return parameters.getAll('filter').map((text) => {
    const matcher = matcherFrom(text)
    if (matcher === undefined) throw bad(`bad matcher format: ${text}`)
    return matcher
  })
}

function shownAlerts(parameters: URLSearchParams, site: Site): readonly unknown[] {
  const choice = choiceFrom(parameters)
  return [...site.alerts.values()].toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1)).flatMap((alert) => {
    const receivers = routesFor(site.plan.route, alert.labels).map(({ receiver }) => receiver)
    return receivers.some(choice.receiver) ? shown(alert, receivers, choice, site) : []
  })
}

function shown(alert: KnownAlert, receivers: readonly string[], { matchers, shows }: AlertChoice, { clock, silences, plan, alerts }: Site): readonly unknown[] {
  const now = clock.now()
  if (alert.endsAt < now || !matchers.every(({ matches }) => matches(alert.labels))) return []
  const muted = mutedBy(alert.labels, { silences, rules: plan.inhibitRules, alerts: alerts.values(), now })
  if (!shows(muted)) return []
  return [{
    annotations: alert.annotations,
    endsAt: apiTime(alert.endsAt),
    fingerprint: alert.fingerprint,
    receivers: receivers.map((name) => ({ name })),
    startsAt: apiTime(alert.startsAt),
    status: { ...muted, mutedBy: [], state: muted.silencedBy.length + muted.inhibitedBy.length > 0 ? 'suppressed' : 'active' },
    updatedAt: apiTime(alert.updatedAt),
    generatorURL: alert.generatorUrl,
    labels: alert.labels,
  }]
}

function shownGroups(parameters: URLSearchParams, site: Site): readonly unknown[] {
  const choice = choiceFrom(parameters)
  const receiversOf = (labels: Labels) => routesFor(site.plan.route, labels).map(({ receiver }) => receiver)
  return site.groups.list().filter(({ route }) => choice.receiver(route.receiver)).flatMap(({ route, labels, alerts }) => {
    const inside = [...alerts.values()].filter((alert) => !isResolved(alert, site.clock.now())).flatMap((alert) => shown(alert, receiversOf(alert.labels), choice, site))
    return inside.length === 0 ? [] : [{ alerts: inside, labels, receiver: { name: route.receiver }, routeLabels: {} }]
  })
}

function apiSilence(silence: KnownSilence, silences: Silences): unknown {
  const { id, matchers, createdBy, comment, startsAt, endsAt, updatedAt } = silence
  return { id, status: { state: silences.stateOf(silence) }, updatedAt: apiTime(updatedAt), annotations: {}, comment, createdBy, endsAt: apiTime(endsAt), matchers: matchers.map(shapeOf), startsAt: apiTime(startsAt) }
}

function shownSilences(parameters: URLSearchParams, { silences }: Site): readonly unknown[] {
  const filters = filtersFrom(parameters)
  const states = (['active', 'pending', 'expired'] as const).filter((state) => flag(parameters, state))
  const has = ({ matchers }: KnownSilence, filter: LabelMatcher): boolean => matchers.some((matcher) => JSON.stringify(shapeOf(matcher)) === JSON.stringify(shapeOf(filter)))
  return silences.list().filter((silence) => states.includes(silences.stateOf(silence)) && filters.every((filter) => has(silence, filter))).map((silence) => apiSilence(silence, silences))
}

function keepSilence(body: string, { silences, clock }: Site): Reply {
  const { id = '', matchers: shapes, startsAt, endsAt, ...rest } = bodyAs(body, postedSilence)
  if (startsAt >= endsAt) throw bad('Failed to create silence: start time must be before end time')
  if (endsAt < clock.now()) throw bad("Failed to create silence: end time can't be in the past")
  const matchers = shapes.map((shape, place) => {
    const matcher = shape.name === '' ? undefined : labelMatcher(shape)
    if (matcher === undefined) throw bad(`invalid silence: invalid label matcher ${place} in set 0`)
    return matcher
  })
  if (matchers.every(({ matches }) => matches({}))) throw bad('invalid silence: matcher set 0: at least one matcher must not match the empty string')
  const kept = silences.put({ matchers, startsAt, endsAt, ...rest }, id)
  return kept === undefined ? { status: 404, json: 'silence not found' } : ok({ silenceID: kept })
}

function silenceOf(method: string, id: string, { silences }: Site): Reply {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id)) throw new Refusal({ status: 422, json: { code: 601, message: `silenceID in path must be of type uuid: ${JSON.stringify(id)}` } })
  const found = silences.get(id)
  switch (method) {
    case 'GET':
      return found === undefined ? { status: 404, text: '' } : ok(apiSilence(found, silences))
    case 'DELETE':
      return { status: silences.expire(id) ? 200 : 404, text: '' }
    default:
      return { status: 405, json: { code: 405, message: `method ${method} is not allowed, but [DELETE,GET] are` } }
  }
}
