import type { GraphView } from '../graph-view.ts'

/** One line. `wave` is an index into `waves`. Times are in `unit`: steps of one service each, or milliseconds. */
export function graphAsJson({ services, edges, waves, cycles, criticalLength, schedule, runners, unit }: GraphView): string {
  const waveOf = new Map(waves.flatMap((wave, index) => wave.map((id) => [id, index])))
  const needs = Map.groupBy(edges, ({ from }) => from)
  return JSON.stringify({
    services: services.map((id) => ({ id, wave: waveOf.get(id), needs: (needs.get(id) ?? []).map(({ to }) => to), start: schedule.starts.get(id), slack: schedule.slack.get(id) })),
    waves,
    cycles,
    criticalPath: schedule.criticalPath,
    unit,
    runners,
    criticalLength,
    lowerBound: schedule.lowerBound,
    makespan: schedule.makespan,
    withBarriers: schedule.withBarriers,
  })
}
