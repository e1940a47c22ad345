import type { Clock } from '@fermata/ports'
import { realClock } from '../clock.ts'
import { openHistory, type Telling } from './history.ts'
import { durationFrom } from './promql/literals.ts'
import { type Admission, standIn, type StandIn } from './stand-in.ts'

export interface PrometheusWish {
  readonly clock?: Clock
  /** Path before `/api`, as with `--web.route-prefix`: `/prometheus`. */
  readonly prefix?: string
  readonly admission?: Admission
  /** How long samples are remembered, a duration of PromQL. Default: `400d`. */
  readonly retention?: string
  /** What it calls itself. Default: the version whose behaviour it follows. */
  readonly version?: string
  /** The step of subqueries that name none, and the lookback. Milliseconds. */
  readonly evaluationIntervalMs?: number
  readonly lookbackMs?: number
}

export type SandboxPrometheus = StandIn & Telling

/** A stand-in of Prometheus over http on 127.0.0.1. What it does not do, it refuses with 501 or 422. */
export async function startPrometheus(wish: PrometheusWish = {}): Promise<SandboxPrometheus> {
  const { clock = realClock(), retention = '400d', version = '3.14.0', evaluationIntervalMs = 60_000, lookbackMs = 300_000 } = wish
  // Who wants a cluster or GitHub alone does not load a grammar.
  const { answerApi } = await import('./api.ts')
  const retentionMs = durationFrom(retention)
  if (retentionMs === undefined) throw new Error(`The retention ${retention} is no duration of PromQL.`)
  const history = openHistory(clock, retentionMs)
  const site = { history, engine: { find: history.find, lookbackMs, defaultStepMs: evaluationIntervalMs }, now: () => clock.now(), startedAt: clock.now(), version, retention }
  const { series, counter, histogram, recorded } = history
  const server = await standIn({ clock, prefix: wish.prefix, admission: wish.admission, answer: (asked) => answerApi(asked, site) })
  return { ...server, series, counter, histogram, recorded }
}
