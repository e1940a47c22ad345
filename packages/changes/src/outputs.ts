import type { Reason } from '@fermata/verdict'
import { type ChangeSet, headCommit } from './change-set.ts'
import { changesReason } from './codes.ts'
import { matrixOf } from './matrix.ts'

export type Outputs = Readonly<Record<string, string>>

/**
 * Of a job GitHub takes 1 MB of outputs, counted in UTF-16 (workflow syntax, jobs.<job_id>.outputs). Names and the
 * common outputs need a little of it, and a caller may pass some on twice.
 */
export const mostOutputBytes = 900_000

/**
 * The outputs: ids of services, which the catalog has checked, object names and words of ours; never a name of a file, branch or tag.
 * @returns also a reason when they would be too large; then the long ones are left out, since a part would look like the whole
 */
export function outputsOf(found: ChangeSet, limit: number, details: string): { readonly outputs: Outputs; readonly reasons: readonly Reason[] } {
  const services = found.waves.flat()
  const short = {
    any: String(services.length > 0),
    count: String(services.length),
    base: found.resolution.kind === 'compare' ? found.resolution.base : '',
    head: headCommit(found.resolution) ?? '',
    resolution: found.resolution.strategy,
    details,
  }
  const long = {
    services: JSON.stringify(services),
    changed: JSON.stringify([...found.changed.keys()]),
    removed: JSON.stringify(found.removed),
    waves: JSON.stringify(found.waves),
    matrix: JSON.stringify({ include: matrixOf(found.waves, limit) }),
  }
  const bytes = Object.entries({ ...short, ...long }).reduce((sum, [name, value]) => sum + 2 * (name.length + value.length), 0)
  if (bytes <= mostOutputBytes) return { outputs: { ...long, ...short }, reasons: [] }
  const says = `The outputs for ${services.length} services would take ${bytes} bytes, and GitHub takes 1,000,000 of a job.`
  return { outputs: short, reasons: [changesReason('FM-CHANGES-OUTPUT-TOO-LARGE', { says })] }
}
