import type { Outcome } from './pass-on.ts'

/** What became of requests that are alike. */
export interface Count {
  /** As asked for. */
  readonly host: string
  readonly service: string
  readonly version: string
  readonly pod: string
  /** `reset` where the connection was broken. */
  readonly code: number | 'reset'
  /** Only copied to it: nobody waited for the answer. */
  readonly mirrored: boolean
  readonly count: number
}

export interface Tally {
  add(host: string, outcome: Outcome, seconds: number, mirrored: boolean): void
  counts(): readonly Count[]
  /** Prometheus text format 0.0.4. Mirrored requests are not in it. */
  metrics(): string
  reset(): void
}

/** Upper bounds in seconds: the default ones of the Prometheus client libraries. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Durations { readonly buckets: number[]; sum: number; count: number }

export function openTally(): Tally {
  const rows = new Map<string, Count>()
  const totals = new Map<string, number>()
  const durations = new Map<string, Durations>()
  return {
    add(host, { service, version, pod, code }, seconds, mirrored) {
      const key = JSON.stringify([host, service, version, pod, code, mirrored])
      rows.set(key, { host, service, version, pod, code, mirrored, count: (rows.get(key)?.count ?? 0) + 1 })
      if (mirrored) return
      // For whoever watches from outside, a broken connection is a failed request.
      const total = (status: string): string => labels({ host, service, version, pod, code: status })
      // A series that begins at 0 loses nothing when it is asked for its increase.
      for (const status of ['200', '500']) if (!totals.has(total(status))) totals.set(total(status), 0)
      const counted = total(code === 'reset' ? '502' : String(code))
      totals.set(counted, (totals.get(counted) ?? 0) + 1)
      observe(durations, labels({ host, service, version }), seconds)
    },
    counts: () => [...rows.values()],
    metrics: () => [
      '# HELP http_requests_total Requests by host, Service, version, pod and status code.', '# TYPE http_requests_total counter',
      ...[...totals].map(([name, total]) => `http_requests_total{${name}} ${total}`),
      '# HELP http_request_duration_seconds Time until the answer.', '# TYPE http_request_duration_seconds histogram',
      ...[...durations].flatMap(([name, { buckets, sum, count }]) => [
        ...bounds.map((bound, index) => `http_request_duration_seconds_bucket{${name},le="${bound}"} ${buckets[index] ?? 0}`),
        `http_request_duration_seconds_bucket{${name},le="+Inf"} ${count}`, `http_request_duration_seconds_sum{${name}} ${sum}`, `http_request_duration_seconds_count{${name}} ${count}`,
      ]),
      '',
    ].join('\n'),
    // Counters never go back: what Prometheus has seen stays.
    reset: () => rows.clear(),
  }
}

function observe(durations: Map<string, Durations>, name: string, seconds: number): void {
  const known = durations.get(name) ?? { buckets: bounds.map(() => 0), sum: 0, count: 0 }
  bounds.forEach((bound, index) => { if (seconds <= bound) known.buckets[index] = (known.buckets[index] ?? 0) + 1 })
  known.sum += seconds
  known.count++
  durations.set(name, known)
}

function labels(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`))}"`).join(',')
}
