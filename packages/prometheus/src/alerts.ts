import { type Alert, type Alerts, type AlertsWish, type LabelMatcher, MonitoringError, type Silence } from '@fermata/ports'
import * as z from 'zod/mini'
import { addressFrom } from './address.ts'
import { readAnswer } from './answer.ts'
import { connect, type ConnectionWish } from './connection.ts'

export type AlertsConnectionWish = AlertsWish & ConnectionWish

/**
 * The Alerts port over the API v2 of Alertmanager. It asks nothing before it is asked.
 * @throws ConfigurationError for an address that is none; from every method a MonitoringError, or the signal's reason when it is aborted
 */
export function createAlerts(wish: AlertsConnectionWish): Alerts {
  const address = addressFrom(wish.url, wish.token)
  const { ask } = connect(address, wish)
  const get = (path: string, form: URLSearchParams) => ask({ method: 'GET', path: `/api/v2${path}`, form })
  return {
    identity: { url: address.base },
    async alerts({ matchers = [], active = true, silenced = true, inhibited = true, unprocessed = true, receiver } = {}) {
      const form = new URLSearchParams(matchers.map(filter))
      for (const [name, on] of Object.entries({ active, silenced, inhibited, unprocessed })) form.set(name, String(on))
      if (receiver !== undefined) form.set('receiver', receiver)
      return readAnswer(await get('/alerts', form), z.array(alert)).map(alertFrom)
    },
    async silences(matchers = []) {
      return readAnswer(await get('/silences', new URLSearchParams(matchers.map(filter))), z.array(silence)).map(silenceFrom)
    },
    async silence({ startsAt, endsAt, ...rest }) {
      const json = { ...rest, startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString() }
      return readAnswer(await ask({ method: 'POST', path: '/api/v2/silences', json, repeatable: false }), z.object({ silenceID: z.string() })).silenceID
    },
    async expire(id) {
      const path = `/api/v2/silence/${encodeURIComponent(id)}`
      try {
        const known = silenceFrom(readAnswer(await ask({ method: 'GET', path }), silence))
        if (known.state === 'expired') return false
        await ask({ method: 'DELETE', path })
        return true
      } catch (error) {
        if (error instanceof MonitoringError && error.kind === 'not-found') return false
        throw error
      }
    },
    async status() {
      const { versionInfo, cluster, uptime } = readAnswer(await get('/status', new URLSearchParams()), status)
      return { version: versionInfo.version, cluster: cluster.status, startedAt: uptime }
    },
  }
}

/** `name=~"value"`, quoted as Alertmanager reads it back. */
function filter({ name, value, isRegex, isEqual }: LabelMatcher): [string, string] {
  const operator = isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!='
  return ['filter', `${/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name)}${operator}${JSON.stringify(value)}`]
}

const instant = z.pipe(z.string(), z.transform((text, context) => {
  const at = Date.parse(text)
  if (Number.isNaN(at)) context.issues.push({ code: 'custom', message: 'is no time', input: text })
  return at
}))
const labels = z.record(z.string(), z.string())

const alert = z.object({
  fingerprint: z.string(),
  labels,
  annotations: labels,
  startsAt: instant,
  endsAt: instant,
  updatedAt: instant,
  generatorURL: z.optional(z.string()),
  receivers: z.array(z.object({ name: z.string() })),
  status: z.object({
    state: z.enum(['unprocessed', 'active', 'suppressed']),
    silencedBy: z.array(z.string()),
    inhibitedBy: z.array(z.string()),
    mutedBy: z.optional(z.array(z.string())),
  }),
})

function alertFrom({ status: { state, silencedBy, inhibitedBy, mutedBy = [] }, generatorURL, receivers, ...rest }: z.infer<typeof alert>): Alert {
  return { ...rest, generatorUrl: generatorURL || undefined, state, silencedBy, inhibitedBy, mutedBy, receivers: receivers.map(({ name }) => name) }
}

const silence = z.object({
  id: z.string(),
  status: z.object({ state: z.enum(['pending', 'active', 'expired']) }),
  matchers: z.array(z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z._default(z.boolean(), true) })),
  startsAt: instant,
  endsAt: instant,
  updatedAt: instant,
  createdBy: z.string(),
  comment: z.string(),
})

function silenceFrom({ status: { state }, ...rest }: z.infer<typeof silence>): Silence {
  return { ...rest, state }
}

const status = z.object({
  versionInfo: z.object({ version: z.string() }),
  cluster: z.object({ status: z.enum(['ready', 'settling', 'disabled']) }),
  uptime: instant,
})
