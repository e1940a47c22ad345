import type { ChangeSet } from './change-set.ts'
import { headCommit } from './change-set.ts'

export const detailsSchemaId = 'fermata/changes@1'

/** Everything, for programs: also the names of files, which no output carries. One line of JSON. */
export function detailsOf(found: ChangeSet): string {
  const { resolution, paths, from, changed, removed, affected, waves, unowned } = found
  const waveOf = new Map<string, number>()
  for (const [wave, services] of waves.entries()) for (const id of services) waveOf.set(id, wave)
  return `${JSON.stringify({
    schema: detailsSchemaId,
    head: headCommit(resolution) ?? null,
    base: resolution.kind === 'compare' ? resolution.base : null,
    ...(resolution.kind === 'per-service' && { bases: resolution.groups, never: resolution.never, environment: resolution.environment }),
    strategy: resolution.strategy,
    why: resolution.why,
    from: from ?? null,
    paths: paths.map(({ path, kind }) => ({ path, kind })),
    unowned,
    removed,
    waves,
    services: Array.from(affected, ([id, { via, origin, distance }]) => (via === undefined ? { id, wave: waveOf.get(id), changed: true, because: changed.get(id) } : { id, wave: waveOf.get(id), changed: false, distance, via, origin })),
  })}\n`
}
