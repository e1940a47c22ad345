import type { Files, Invocation, Log, Metrics, MetricsWish } from '@fermata/ports'
import { createMetrics } from '@fermata/prometheus'
import { readRequest } from '@fermata/capability'
import { type SandboxPrometheus, startPrometheus, virtualClock } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { checkSlos } from '../check.ts'
import { sloCheck } from '../request.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The instant of every question of a test. */
export const now = Date.UTC(2026, 2, 2, 12)

/** What happened to `http_requests_total`: a rate a second, and the share that fails. `ago` is in milliseconds. */
export interface Tale {
  readonly perSecond?: (ago: number) => number
  readonly failing?: (ago: number) => number
  /** How long ago the first sample was, in days. Default: 9, for a window of 7. */
  readonly days?: number
  readonly retention?: string
  readonly unscraped?: (ago: number) => boolean
  /** Instants at which the process began anew, as milliseconds ago. */
  readonly restarts?: readonly number[]
}

export interface Scene {
  readonly server: SandboxPrometheus
  check(wish?: CheckWish): Promise<Report>
}

export interface CheckWish {
  readonly inputs?: Readonly<Record<string, string>>
  readonly catalog?: string
  readonly event?: { readonly event: string; readonly payload: unknown }
  readonly actor?: string
  /** What stands between the check and the server. */
  readonly through?: (metrics: Metrics) => Metrics
  readonly signal?: AbortSignal
}

export const catalog = `
slos:
  availability:
    sli: sum(rate(http_requests_total{code!~"5.."}[5m])) / sum(rate(http_requests_total[5m]))
    target: 0.999
    error_budget_window: 7d
services:
  cart: {slos: [availability]}
  quiet: {}
`

/** A server of the sandbox whose counters tell the tale, and a check of it. */
export async function scene({ perSecond = () => 10, failing = () => 0, days = 9, retention, unscraped = () => false, restarts = [] }: Tale = {}): Promise<Scene> {
  const clock = virtualClock({ start: now })
  const server = await startPrometheus({ clock, ...(retention !== undefined && { retention }) })
  const every = minute
  const from = now - days * day
  const anew = new Set(restarts.map((ago) => Math.ceil((now - ago) / every) * every))
  for (const [code, share] of [['200', (ago: number) => 1 - failing(ago)], ['500', failing]] as const) {
    let sum = 0
    const samples: { readonly at: number; readonly value: number | 'ended' }[] = []
    for (let at = from; at <= now; at += every) {
      sum = anew.has(at) ? 0 : sum + (at === from ? 0 : (perSecond(now - at) * share(now - at) * every) / 1_000)
      if (!unscraped(now - at)) samples.push({ at, value: sum })
    }
    server.recorded('http_requests_total', { code, job: 'shop' }, samples)
  }
  return { server, check: (wish = {}) => run(server, wish) }
}

async function run(server: SandboxPrometheus, { inputs = {}, catalog: text = catalog, event = { event: 'workflow_dispatch', payload: {} }, actor, through = (metrics) => metrics, signal = new AbortController().signal }: CheckWish): Promise<Report> {
  const written: Readonly<Record<string, string>> = { 'prometheus-url': server.url, ...inputs }
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  const request = readRequest(sloCheck, (name) => written[name])
  const metrics = async (wish: MetricsWish): Promise<Metrics> => through(createMetrics({ ...wish, clock, signal }))
  return checkSlos(request, { clock, metrics, signal, log, files: filesWith({ 'fermata.yaml': text }), invocation: { ...nobody, trigger: { ...event, sha: undefined, ref: undefined }, actor } })
}

const log: Log = { debug() {}, info() {}, warning() {}, progress() {} }

const nobody: Invocation = { trigger: { event: 'local', payload: {}, sha: undefined, ref: undefined }, repository: undefined, workflow: undefined, runId: '1', runAttempt: 1, actor: undefined, runUrl: undefined, temporary: '/nowhere' }

function filesWith(files: Readonly<Record<string, string>>): Files {
  return {
    read: (path) => Promise.resolve(files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
    list: () => Promise.resolve(undefined),
    write: () => Promise.reject(new Error('slo-check writes nothing.')),
  }
}

/** Codes of the reasons that speak for a verdict, without notes. */
export function speaking({ reasons }: Pick<Report, 'reasons'>): readonly string[] {
  return [...new Set(reasons.filter(({ severity }) => severity !== 'note').map(({ code }) => code))].toSorted()
}

export const times = { minute, hour, day } as const
