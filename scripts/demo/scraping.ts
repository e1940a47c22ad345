import type { Count, SandboxPrometheus } from '@fermata/sandbox'

/** Milliseconds. */
const scrapeEvery = 250

/** Codes that a client would expose at 0 before the first of them. */
const exposed = ['200', '500', '502', '503'] as const

interface Point {
  readonly at: number
  readonly total: number
}

/** Turns the counts of a gateway into series of the sandbox's Prometheus, as a scrape every quarter of a second would. Answers how to end it. */
export function scrape(counts: () => readonly Count[], prometheus: SandboxPrometheus): () => void {
  const series = new Map<string, Point[]>()
  let before = Date.now()
  const pointsOf = (labels: Readonly<Record<string, string>>): Point[] => {
    const name = JSON.stringify(labels)
    const known = series.get(name)
    if (known !== undefined) return known
    const points: Point[] = [{ at: before, total: 0 }]
    series.set(name, points)
    prometheus.series('http_requests_total', labels, (at) => points.findLast((point) => point.at <= at)?.total, { everyMs: scrapeEvery, from: before })
    return points
  }
  const take = (): void => {
    const at = Date.now()
    for (const { host, service, version, pod, code, mirrored, count } of counts()) {
      if (mirrored) continue
      const written = code === 'reset' ? '502' : String(code)
      for (const each of exposed) if (each !== written) pointsOf({ host, service, version, pod, code: each })
      pointsOf({ host, service, version, pod, code: written }).push({ at, total: count })
    }
    before = at
  }
  const timer = setInterval(take, scrapeEvery)
  return () => clearInterval(timer)
}
