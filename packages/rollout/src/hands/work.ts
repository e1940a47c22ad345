import type { ServiceId } from '@fermata/catalog'
import type { Warrant } from '@fermata/custody'
import type { Clock, Cluster, KubeObject, ObjectRef } from '@fermata/ports'
import type { JournalScribe } from '../journal/writer.ts'
import type { StageWork } from '../strategy/way.ts'
import type { Analysis } from './look.ts'
import type { Fuses } from './fuses.ts'

/** What there is to do with one service. */
export interface ServiceWork {
  readonly id: ServiceId
  /** What differs from the cluster, in the order in which it is written. */
  readonly write: readonly KubeObject[]
  /** Its way forward; empty for one that is only looked at or goes back. */
  readonly stages: readonly StageWork[]
  /** How its new version is judged beside the old one. */
  readonly analysis: Analysis | undefined
  /** Everything that must be ready for the service to be ready, written or not. */
  readonly watch: readonly ObjectRef[]
  /** Of these, what was not there when the plan was made. */
  readonly absent: readonly ObjectRef[]
}

/** What the hands need to work on a cluster. */
export interface Bench {
  readonly cluster: Cluster
  readonly clock: Clock
  /** Aborted by a request to stop: nothing more is written forward. */
  readonly signal: AbortSignal
  /** Aborted when the run is over, for whatever reason: nothing more is written at all. */
  readonly over: AbortSignal
  readonly release: string
  /** The right to write to the services that change. Asked before every write. */
  readonly warrant: Pick<Warrant, 'assure' | 'fenceOf' | 'lost'>
  readonly work: ReadonlyMap<ServiceId, ServiceWork>
  readonly scribe: JournalScribe
  readonly fuses: Fuses
  /** Take fields over from other managers. */
  readonly force: boolean
  /** Told of each write that the API server has taken. */
  readonly wrote: (object: KubeObject) => void
}

export function workOf(bench: Bench, id: ServiceId): ServiceWork {
  const work = bench.work.get(id)
  if (work === undefined) throw new RangeError(`There is no work for service ${id}.`)
  return work
}

export function stageWorkOf(bench: Bench, id: ServiceId, stage: number): StageWork {
  const work = workOf(bench, id).stages[stage]
  if (work === undefined) throw new RangeError(`Service ${id} has no stage ${stage}.`)
  return work
}

/** Waits so many milliseconds. The end of the run ends the waiting, and nothing else does. */
export async function pause({ clock, over }: Bench, milliseconds: number): Promise<void> {
  try {
    await clock.sleep(milliseconds, over)
  } catch (error) {
    if (!over.aborted) throw error
  }
}
