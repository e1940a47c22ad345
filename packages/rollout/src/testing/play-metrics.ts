import type { Metrics, MetricsAnswer, MetricValue } from '@fermata/ports'

interface Side {
  readonly requests: number
  readonly failures: number
}

export interface MetricsPlay {
  /** At each look. */
  readonly canary: Side
  readonly stable: Side
  /** After so many looks the metrics are gone. */
  readonly answers?: number
}

/** Metrics that answer `requests_total` and `failures_total` by which pods are asked about. */
export function metricsOf({ canary, stable, answers = Number.POSITIVE_INFINITY }: MetricsPlay): Metrics {
  let looks = 0
  const unplayed = (): never => {
    throw new Error('The play has no such answer.')
  }
  const vector = (points: readonly number[], at: number): MetricsAnswer<MetricValue> => ({ value: { kind: 'vector', points: points.map((value) => ({ at, value, labels: {} })) }, warnings: [], infos: [] })
  return {
    identity: { url: 'http://metrics' },
    async query(expression, at) {
      const side = expression.includes('-canary-') ? canary : stable
      if (side === canary && expression.includes('requests_total')) looks += 1
      return looks > answers ? vector([], at) : vector([expression.includes('requests_total') ? side.requests : side.failures], at)
    },
    queryRange: unplayed,
    series: unplayed,
    labelValues: unplayed,
    server: unplayed,
  }
}
